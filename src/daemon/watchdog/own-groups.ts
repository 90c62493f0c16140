import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdir, readdir, readFile, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { NodeContext } from '../../model/cluster/mechanism.ts'
import { controllersOf } from '../groups/control-group.ts'

const PREFIX = 'sw-wd-'

/** Where the groups of a watchdog are: one in every hierarchy of version 1, since a runtime may kill by any of them. */
export function ownGroups({ cgroupRoot, abilities }: Pick<NodeContext, 'cgroupRoot' | 'abilities'>): readonly string[] {
  return abilities.cgroup === 'v2' ? [cgroupRoot] : controllersOf(cgroupRoot).map((name) => join(cgroupRoot, name))
}

/** Makes them; those that are there are kept. A new group of `cpuset` has no processors, and takes nobody in until it has. */
export async function makeGroups(roots: readonly string[], id: string): Promise<readonly string[]> {
  const folders = roots.map((root) => join(root, `${PREFIX}${id}`))
  for (const [index, folder] of folders.entries()) {
    await mkdir(folder, { recursive: true })
    for (const file of ['cpuset.cpus', 'cpuset.mems']) {
      const above = join(roots[index] ?? '', file)
      if (existsSync(above) && existsSync(join(folder, file))) writeFileSync(join(folder, file), readFileSync(above))
    }
  }
  return folders
}

/** Pids in any of a watchdog's groups: whoever is in there was started by us. */
export async function pidsIn(roots: readonly string[], id: string): Promise<readonly number[]> {
  const lists = await Promise.all(
    roots.map((root) => readFile(join(root, `${PREFIX}${id}`, 'cgroup.procs'), 'utf8').catch(() => '')),
  )
  return [
    ...new Set(
      lists.flatMap((text) =>
        text
          .split('\n')
          .filter((line) => line !== '')
          .map(Number),
      ),
    ),
  ]
}

/** Removes the groups of a watchdog; those that somebody is still in stay. */
export async function removeGroups(roots: readonly string[], id: string): Promise<void> {
  await Promise.all(roots.map((root) => rmdir(join(root, `${PREFIX}${id}`)).catch(() => undefined)))
}

/** Ids of which there are groups. */
export async function idsOf(roots: readonly string[]): Promise<readonly string[]> {
  const names = await Promise.all(roots.map((root) => readdir(root).catch(() => [])))
  return [...new Set(names.flat().flatMap((name) => (name.startsWith(PREFIX) ? [name.slice(PREFIX.length)] : [])))]
}
