import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { NodeContext } from '../../model/cluster/mechanism.ts'
import { containerGroup } from '../processes/group-path.ts'
import { surveyProcesses } from '../processes/survey.ts'

/** Controller → folder of a container's own group under the host's mount; on version 2 one folder with the empty name. */
export type GroupFolders = Readonly<Record<string, string>>

/** Below kubepods, kind's own slices and a pod: no runtime nests its containers deeper. */
const DEEPEST = 9

/**
 * Where a container's control groups are, from the paths of its processes, or found by its id where a private cgroup
 * namespace hides the path (`/../..`) or no process is left. Empty when the container is gone.
 */
export function groupsOf(context: Pick<NodeContext, 'cgroupRoot' | 'abilities'>, containerId: string): GroupFolders {
  const { cgroupRoot } = context
  const paths = surveyProcesses().find((each) => each.containerId === containerId)?.groups.paths ?? {}
  if (context.abilities.cgroup === 'v2') {
    const folder = folderAt(cgroupRoot, paths[''], containerId) ?? search(cgroupRoot, containerId)
    return folder === undefined ? {} : { '': folder }
  }
  const entries = controllersOf(cgroupRoot).flatMap((controller) => {
    const root = join(cgroupRoot, controller)
    const path = controller === 'unified' ? paths[''] : paths[controller]
    const folder = folderAt(root, path, containerId) ?? search(root, containerId)
    return folder === undefined ? [] : [[controller, folder] as const]
  })
  return Object.fromEntries(entries)
}

/** Names of the hierarchies of version 1 that are mounted there; one that is mounted for two controllers has both names. */
export function controllersOf(cgroupRoot: string): readonly string[] {
  return readdirSync(cgroupRoot).filter((name) => existsSync(join(cgroupRoot, name, 'cgroup.procs')))
}

function folderAt(root: string, path: string | undefined, containerId: string): string | undefined {
  if (path === undefined || path.startsWith('/..')) return undefined
  const own = containerGroup(path, containerId)
  if (own === undefined) return undefined
  const folder = join(root, own)
  return existsSync(join(folder, 'cgroup.procs')) ? folder : undefined
}

function search(root: string, containerId: string): string | undefined {
  let level = [root]
  for (let depth = 0; depth < DEEPEST && level.length > 0; depth += 1) {
    const below = level.flatMap((folder) => foldersIn(folder).map((name) => [folder, name] as const))
    const found = below.find(([, name]) => containerGroup(`/${name}`, containerId) !== undefined)
    if (found) return join(...found)
    level = below.map(([folder, name]) => join(folder, name))
  }
  return undefined
}

function foldersIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
  } catch {
    return []
  }
}
