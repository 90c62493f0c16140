import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { publishAction } from '../../src/entry/github/publish-action.ts'
import { parseRunRequest } from '../../src/inputs/run-request.ts'
import type { Journal } from '../../src/model/journal.ts'
import { crowd, inCrowds, twinOf } from '../report/hostile/crowd.ts'
import { hostileTexts } from '../report/hostile/grammar.ts'
import { commandOf, type LogCommand } from '../report/hostile/log-commands.ts'
import { HOSTILE_STRINGS } from '../report/hostile-strings.ts'
import { lintMarkdown } from '../report/lint/markdown.ts'

const TEXTS = [...HOSTILE_STRINGS, ...hostileTexts(10_000, 1)]
const MANY = 500
const OUTPUTS = ['experiments-failed', 'journal-path', 'leftovers', 'report-path', 'summary', 'verdict']

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hostile-outputs-'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true })
})

interface Told {
  readonly commands: readonly LogCommand[]
  readonly outputs: ReadonlyMap<string, string>
  readonly summary: string
}

/** What a run of the action tells the runner of a journal: commands on its output, and the files of the step. */
async function tell(journal: Journal): Promise<Told> {
  const files = { GITHUB_OUTPUT: join(folder, 'output'), GITHUB_STEP_SUMMARY: join(folder, 'summary') }
  for (const [name, path] of Object.entries(files)) {
    writeFileSync(path, '')
    vi.stubEnv(name, path)
  }
  let printed = ''
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text)
    return true
  })
  const host = { change: undefined, token: '', hosts: [] }
  await publishAction(
    { journal, reportFolder: 'out' },
    parseRunRequest({}, () => 1),
    host,
  )
  write.mockRestore()
  const lines = printed.split(/\r\n|\n|\r/).filter((line) => line !== '')
  return {
    commands: lines.map((line) => commandOf(line) ?? { name: `not a command: ${line}`, keys: [] }),
    outputs: readOutputs(readFileSync(files.GITHUB_OUTPUT, 'utf8')),
    summary: readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8'),
  }
}

/** `name<<delimiter`, lines, the delimiter: all that a runner takes from the file. */
function readOutputs(text: string): Map<string, string> {
  const lines = text.split(/\r?\n/)
  const outputs = new Map<string, string>()
  while (lines.length > 1) {
    const [, name = '', delimiter = ''] = /^([^=<]+)<<(.+)$/.exec(lines.shift() ?? '') ?? []
    const end = lines.indexOf(delimiter)
    if (name === '' || end < 0) throw new Error('a runner would refuse this file')
    outputs.set(
      name,
      lines
        .splice(0, end + 1)
        .slice(0, -1)
        .join('\n'),
    )
  }
  return outputs
}

it('a runner takes nothing from hostile texts but what it takes from words', async () => {
  for (const texts of inCrowds(TEXTS, MANY)) {
    const summary = texts.join(' ')
    const [told, words] = [await tell({ ...crowd(texts), summary }), await tell({ ...twinOf(texts), summary: 'words' })]
    expect(told.commands).toEqual(words.commands)
    expect(new Set(told.commands.map(({ name }) => name))).toEqual(new Set(['error']))
    expect([...told.outputs.keys()].sort()).toEqual(OUTPUTS)
    expect({ ...Object.fromEntries(told.outputs), summary: '' }).toEqual({
      ...Object.fromEntries(words.outputs),
      summary: '',
    })
    lintMarkdown(told.summary.trimEnd())
  }
})
