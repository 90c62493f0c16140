import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { imageRecipe, rootCommand } from '../../scripts/image/recipe.ts'
import { VERSION } from '../../src/kit/version.ts'

const recipe = imageRecipe()
const stages = stagesOf(readFileSync('Dockerfile', 'utf8'))
const last = stages.at(-1) ?? []

/** A Dockerfile as its stages, each as its instructions: the word and what follows it. */
function stagesOf(text: string): readonly (readonly [string, string])[][] {
  const lines = text
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
  const stages: [string, string][][] = []
  for (const line of lines) {
    const [word = '', ...rest] = line.split(/\s+/)
    if (word === 'FROM') stages.push([])
    stages.at(-1)?.push([word, rest.join(' ')])
  }
  return stages
}

const all = (stage: readonly (readonly [string, string])[], word: string) =>
  stage.filter(([first]) => first === word).map(([, rest]) => rest)
const pairs = (lines: readonly string[]) =>
  Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))

describe('the Dockerfile', () => {
  it('begins every stage with one of its own, with nothing, or with the base by its digest', () => {
    const own = stages.flatMap((stage) => all(stage, 'FROM').flatMap((from) => / AS (\w+)$/.exec(from)?.[1] ?? []))
    const from = stages.map((stage) => all(stage, 'FROM')[0]?.replace(/ AS \w+$/, ''))
    expect(from.filter((name) => !own.includes(name ?? ''))).toEqual([
      `${recipe.base.image}@${recipe.base.digest}`,
      'scratch',
    ])
  })

  it('puts into the image what the recipe says, and nothing else', () => {
    const copied = all(last, 'COPY').map((line) => {
      const words = line.split(' ')
      const stage = words.find((word) => word.startsWith('--from='))?.slice('--from='.length) ?? ''
      const mode = words.find((word) => word.startsWith('--chmod='))?.slice('--chmod='.length)
      const [from = '', to = ''] = words.filter((word) => !word.startsWith('--'))
      return { stage, from, to, mode }
    })
    const built = (from: string) => (from === 'dist' ? { stage: 'build', from: '/src/dist' } : { stage: '', from })
    expect(new Set(copied)).toEqual(
      new Set([
        { stage: 'root', from: '/rootfs/', to: '/', mode: undefined },
        ...Object.entries(recipe.fromBase).map(([from, to]) => ({ stage: 'base', from, to, mode: undefined })),
        ...recipe.files.map(({ from, to, mode }) => ({ ...built(from), to, mode })),
        { stage: 'build', from: recipe.sbom, to: recipe.sbom, mode: undefined },
      ]),
    )
    expect(
      last.map(([word]) => word).filter((word) => ['RUN', 'ADD', 'VOLUME', 'EXPOSE', 'WORKDIR'].includes(word)),
    ).toEqual([])
  })

  it('sets user, entry point, environment and labels as the recipe says', () => {
    expect(all(last, 'USER')).toEqual([recipe.user])
    expect(JSON.parse(all(last, 'ENTRYPOINT').join())).toEqual(recipe.entrypoint)
    expect(pairs(all(last, 'ENV'))).toEqual(recipe.env)
    const quoted = Object.entries({ ...recipe.labels, 'org.opencontainers.image.version': VERSION })
    expect(pairs(all(last, 'LABEL'))).toEqual(Object.fromEntries(quoted.map(([name, text]) => [name, `"${text}"`])))
  })

  it('runs no scripts of other packages, and fetches nothing but Debian packages', () => {
    const runs = stages.flatMap((stage) => all(stage, 'RUN'))
    expect(runs.join('\n')).not.toMatch(/curl|wget|\bsudo\b|npm (?!ci --ignore-scripts )/)
    expect(stages.flatMap((stage) => all(stage, 'ADD'))).toEqual([])
  })

  it('is told only of the files that it copies', () => {
    const [everything, ...lines] = readFileSync('.dockerignore', 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
    const sources = stages
      .flatMap((stage) => all(stage, 'COPY'))
      .filter((line) => !line.includes('--from='))
      .flatMap((line) =>
        line
          .split(' ')
          .filter((word) => !word.startsWith('--'))
          .slice(0, -1),
      )
    const allowed = lines.map((line) => line.replace('!', ''))
    expect(everything).toBe('*')
    for (const source of sources)
      expect(
        allowed.some((name) => source === name || source.startsWith(`${name}/`)),
        source,
      ).toBe(true)
    for (const name of allowed)
      expect(
        sources.some((source) => source === name || source.startsWith(`${name}/`)),
        name,
      ).toBe(true)
  })
})

describe('the recipe', () => {
  it('has the Node and the Debian that the tests run with', () => {
    const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      devDependencies: Record<string, string>
    }
    expect(recipe.base.image).toBe(`node:${devDependencies.node}-${recipe.suite}-slim`)
  })

  it('gives a root that needs no right to mount, with every package that it names', () => {
    const words = rootCommand(recipe, '/root.tar')
    expect(words).toContain('--skip=check/canmount')
    expect(words).toContain(`--include=${Object.keys(recipe.packages).join(',')}`)
    expect(words.slice(-2)).toEqual([recipe.suite, '/root.tar'])
  })

  it('names nobody in particular as its user, and a home that can be written to', () => {
    expect(recipe).toMatchObject({ user: '65532:65532', env: { HOME: '/tmp' } })
  })
})
