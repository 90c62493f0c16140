import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { labelValue } from '../../../src/platform/kubernetes/apply-manifests.ts'
import { readManifests } from '../../../src/platform/kubernetes/manifests.ts'

function folderWith(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'manifests-'))
  mkdirSync(join(folder, 'sub'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

const read = (folder: string, ...paths: readonly string[]) => readManifests(paths, join(folder, 'seaworthy.yaml'))

it('reads files and folders in order, what others need first', async () => {
  const folder = folderWith({
    'b.yaml':
      '---\n# nothing\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n',
    'a.json':
      '{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"Service","metadata":{"name":"a"}}]}',
    'sub/c.yml': 'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: c}\n',
    'notes.txt': 'nothing',
  })
  const names = (await read(folder, '.', 'b.yaml')).map(({ kind, metadata }) => `${kind} ${metadata.name}`)
  expect(names).toEqual(['Namespace n', 'CustomResourceDefinition c', 'Service a', 'ConfigMap b'])
})

it.each([
  ['ENOENT', {}, 'none.yaml'],
  ['it holds no .yaml', {}, 'sub'],
  ['Flow', { 'a.yaml': 'a: [1' }, 'a.yaml'],
  [
    'document 2 cannot be applied: kind',
    { 'a.yaml': 'apiVersion: v1\nkind: A\nmetadata: {name: a}\n---\napiVersion: v1\n' },
    'a.yaml',
  ],
  ['metadata.name', { 'a.yaml': 'apiVersion: v1\nkind: A\nmetadata: {generateName: a-}\n' }, 'a.yaml'],
  [
    'alias',
    {
      'a.yaml':
        'a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c]',
    },
    'a.yaml',
  ],
] satisfies readonly (readonly [string, Record<string, string>, string])[])(
  'names file and reason: %s',
  async (reason, files, path) => {
    await expect(read(folderWith(files), path)).rejects.toMatchObject({
      code: 'PLATFORM',
      message: expect.stringMatching(new RegExp(`${path}.*${reason}`, 's')),
      remedy: expect.stringContaining('system.deploy.manifests'),
    })
  },
)

it.each([
  ['checkout', 'checkout'],
  ['Shop: the 2nd!', 'Shop--the-2nd'],
  ['…', 'suite'],
  ['a'.repeat(80), 'a'.repeat(63)],
])('makes a label of the name %j', (name, label) => {
  expect(labelValue(name)).toBe(label)
})
