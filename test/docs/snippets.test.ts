import { globSync, readFileSync } from 'node:fs'
import { transform } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { mistakeInWords, mistakesInShell, seaworthyLines } from './check-shell.ts'
import { mistakesInYaml } from './check-yaml.ts'
import { type Fence, readPages } from './pages.ts'

const fences = readPages().flatMap((page) => page.fences)

/** Fences in no language that could be checked, by how they begin, and why they have none. */
const WITHOUT_LANGUAGE: Readonly<Record<string, string>> = {
  'This machine\n': 'what the doctor prints',
  'L = BetaInv': 'formulas',
  'deff = max': 'formulas',
  '/seaworthy approve ': 'a line of a comment',
  'alice@example.com namespaces=': 'a file of ssh-keygen',
}

async function mistakesIn({ language, text }: Fence): Promise<readonly string[]> {
  switch (language) {
    case 'sh':
    case 'bash':
      return mistakesInShell(text)
    case 'yaml':
      return mistakesInYaml(text) ?? ['nobody knows what this is']
    case 'json':
      return thrown(() => JSON.parse(text))
    case 'js':
    case 'ts':
      return transform(text, { loader: language, logLevel: 'silent' }).then(
        () => [],
        (error: Error) => [error.message],
      )
    case 'diff':
      return text.split('\n').every((line) => /^[-+ ]|^$/.test(line)) ? [] : ['a line neither goes nor comes']
    case 'text':
    case undefined:
      return Object.keys(WITHOUT_LANGUAGE).some((begin) => text.startsWith(begin)) ? [] : ['no language']
    default:
      return [`nobody checks ${language}`]
  }
}

function thrown(act: () => unknown): readonly string[] {
  try {
    act()
    return []
  } catch (error) {
    return [String(error)]
  }
}

describe('the snippets of all pages', () => {
  it('were found', () => {
    expect(fences.length).toBeGreaterThan(60)
    for (const begin of Object.keys(WITHOUT_LANGUAGE))
      expect(
        fences.some(({ text }) => text.startsWith(begin)),
        begin,
      ).toBe(true)
  })
  it.each(fences.map((fence) => [fence.where, fence] as const))('%s', async (_, fence) => {
    expect(await mistakesIn(fence)).toEqual([])
  })
})

describe('the examples', () => {
  it.each(globSync('examples/**/*.{yaml,yml}').sort())('%s', (path) => {
    expect(mistakesInYaml(readFileSync(path, 'utf8'))).toEqual([])
  })
  it.each(globSync('examples/**/*.json').sort())('%s', (path) => {
    expect(thrown(() => JSON.parse(readFileSync(path, 'utf8')))).toEqual([])
  })
  it.each(globSync('examples/**/*.sh').sort())('%s', async (path) => {
    expect(await mistakesInShell(readFileSync(path, 'utf8'))).toEqual([])
  })
  it.each(globSync('examples/**/*.{js,mjs,ts}').sort())('%s', async (path) => {
    await transform(readFileSync(path, 'utf8'), { loader: path.endsWith('.ts') ? 'ts' : 'js', logLevel: 'silent' })
  })
})

describe('commands in the middle of a sentence', () => {
  const inline = readPages().flatMap(({ path, text }) =>
    [...text.matchAll(/`((?:npx )?seaworthy [a-z][^`\n]*)`/g)].map(([, command = '']) => [path, command] as const),
  )
  it.each(inline)('%s: %s', async (_, command) => {
    const told = command.replaceAll('…', 'x')
    for (const words of seaworthyLines(told)) {
      // A sentence names a command without what it needs; no page has to repeat that each time.
      const mistake = await mistakeInWords(words)
      if (!/required option|missing required argument/.test(mistake ?? '')) expect(mistake).toBeUndefined()
    }
  })
})

describe('what would be found', () => {
  const fence = (language: string | undefined, text: string): Fence => ({ language, text, where: 'here' })
  it.each([
    ['an unclosed quote', fence('sh', 'echo "a'), 'unexpected EOF'],
    ['a flag that there is not', fence('sh', 'npx seaworthy run --fast'), "unknown option '--fast'"],
    ['a command that there is not', fence('sh', 'npm ci && seaworthy gate'), "unknown command 'gate'"],
    ['a wrong choice', fence('sh', 'A=b seaworthy schema --of x | jq .'), "'x' is invalid"],
    ['a wrong key of a suite', fence('yaml', 'system: {services: {web: {comand: x}}}'), 'comand'],
    [
      'a wrong parameter',
      fence('yaml', 'fault: {type: network-delay, target: {workload: api}, latency: 2}'),
      'latency',
    ],
    [
      'a wrong field of a fault',
      fence('yaml', 'apiVersion: seaworthy.dev/v1alpha1\nkind: Fault\nmetadata: {name: a}\nspec: {typ: x}'),
      'additional',
    ],
    ['an object without a name', fence('yaml', 'apiVersion: v1\nkind: Pod\nmetadata: {}'), 'metadata.name'],
    ['YAML that is none', fence('yaml', 'a: [b'), 'Flow sequence'],
    ['YAML that nobody knows', fence('yaml', 'a: b'), 'nobody knows'],
    ['JSON that is none', fence('json', '{a: 1}'), 'SyntaxError'],
    ['TypeScript that is none', fence('ts', 'const = 1'), 'Expected identifier'],
    ['no language', fence(undefined, 'words'), 'no language'],
    ['a language that nobody checks', fence('cobol', 'words'), 'nobody checks cobol'],
  ])('%s', async (_, broken, words) => {
    expect((await mistakesIn(broken)).join('\n')).toContain(words)
  })
})
