import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { exec } from '../../../src/kit/exec.ts'
import { type WorkflowFile, workflowFiles } from '../../publish/workflow-files.ts'
import { REPOSITORY } from '../places.ts'
import { actionlintProgram } from './programs.ts'

const FILES = workflowFiles()
const [MUTANT = { where: '', text: '' }] = FILES.filter(({ where }) => where === 'examples/workflows/pull-request.yml')

/** What actionlint says of each workflow, all in one project that holds our action, so that it knows what `uses: ./` takes. */
async function lint(files: readonly WorkflowFile[]): Promise<readonly (readonly string[])[]> {
  const project = mkdtempSync(join(tmpdir(), 'seaworthy-actionlint-'))
  const folder = join(project, '.github/workflows')
  for (const path of [folder, join(project, '.git')]) mkdirSync(path, { recursive: true })
  for (const path of ['action.yml', 'dist']) cpSync(join(REPOSITORY, path), join(project, path), { recursive: true })
  const paths = files.map(({ text }, place) => {
    const path = join(folder, `${place}.yml`)
    writeFileSync(path, text)
    return path
  })
  // Scripts are looked at by neither of its helpers: whether they happen to be installed must not decide what is clean.
  const flags = ['-shellcheck=', '-pyflakes=', '-no-color', '-format', '{{json .}}']
  const { exitCode, stdout, stderr } = await exec(await actionlintProgram(), [...flags, ...paths], {
    directory: project,
  })
  if (exitCode !== 0 && exitCode !== 1) throw new Error(`actionlint ended with ${exitCode}: ${stderr}`)
  const found = JSON.parse(stdout) as { message: string; line: number; filepath: string }[]
  return paths.map((path) =>
    found
      .filter(({ filepath }) => join(project, filepath) === path)
      .map(({ line, message }) => `line ${line}: ${message}`),
  )
}

describe('actionlint', () => {
  let said: readonly (readonly string[])[]
  beforeAll(async () => {
    said = await lint(FILES)
  })

  it('has examples, pages and the workflows of the tests to look at', () => {
    for (const place of [/^examples\/workflows\//, /^README\.md/, /^docs\//, /^test\/cluster\/act\//])
      expect(
        FILES.some(({ where }) => place.test(where)),
        String(place),
      ).toBe(true)
  })
  it.each(FILES.map(({ where }, place) => [where, place] as const))('finds nothing in %s', (_, place) => {
    expect(said[place]).toEqual([])
  })
  it('would find an input that our action does not know', async () => {
    const text = MUTANT.text.replace('uses: seaworthy/seaworthy@v0', 'uses: ./').replace('suite: seaworthy', 'sweet: x')
    expect(await lint([{ where: 'mutant', text }])).toEqual([
      [expect.stringMatching(/^line \d+: input "sweet" is not defined in action "Seaworthy"/)],
    ])
  })
  it('would find an output that our action does not have', async () => {
    const text = MUTANT.text
      .replace('uses: seaworthy/seaworthy@v0', 'uses: ./')
      .replace('outputs.verdict', 'outputs.verdikt')
    expect(await lint([{ where: 'mutant', text }])).toEqual([
      [expect.stringMatching(/^line \d+: property "verdikt" is not defined/)],
    ])
  })
})
