import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readKindConfig } from '../../../src/platform/kubernetes/kind/read-kind-config.ts'

const HEAD = 'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kind-config-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function file(text: string): string {
  const path = join(folder, 'kind.yaml')
  writeFileSync(path, text)
  return path
}

describe('a configuration of kind', () => {
  it('is handed on as it is written', async () => {
    const text = `# two nodes\n${HEAD}nodes: [{role: control-plane}, {role: worker}]\n`
    expect(await readKindConfig(file(text))).toBe(text)
  })

  it.each([
    ['no YAML', 'kind: [', ':1:8: this is no YAML: '],
    ['no mapping', '- 1\n', ':1:1: this is no configuration of kind'],
    ['nothing', '', ':1:1: this is no configuration of kind'],
    ['a suite', 'apiVersion: seaworthy.dev/v1\nkind: Suite\n', ':2:7: kind is "Suite", and Cluster was expected'],
    ['no version', 'kind: Cluster\n', ':1:1: apiVersion is missing, and kind.x-k8s.io/v1alpha4 was expected'],
    [
      'another version',
      'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha9\n',
      ':2:13: apiVersion is "kind.x-k8s.io/v1alpha9"',
    ],
    ['two documents', `${HEAD}---\n${HEAD}`, 'this is no YAML: '],
  ])('is refused where it is %s, with its place and a remedy', async (_, text, words) => {
    await expect(readKindConfig(file(text))).rejects.toMatchObject({
      code: 'INPUT',
      message: expect.stringContaining(words),
      remedy: expect.stringMatching(/./),
      target: join(folder, 'kind.yaml'),
    })
  })

  it('is refused where it cannot be read, and where it is no file', async () => {
    await expect(readKindConfig(join(folder, 'absent.yaml'))).rejects.toThrow(
      `--kind-config: ${folder}/absent.yaml: the configuration of kind cannot be read: ENOENT`,
    )
    await expect(readKindConfig(folder)).rejects.toThrow('it is not a file of at most 1 MiB')
  })
})
