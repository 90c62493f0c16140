import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { isOver, parseStat } from '../../kit/process-identity.ts'
import { type GroupPaths, parseGroups } from './group-path.ts'

/** One process of some container on this node. */
export interface ContainerProcess {
  readonly pid: number
  readonly startTime: string
  readonly parent: number
  /** proc(5): `T` is stopped. */
  readonly state: string
  readonly containerId: string
  readonly podUid: string | undefined
  readonly groups: GroupPaths
}

/**
 * Every process that is in a container, in one pass over `procRoot` (the host's /proc). Dead ones that were not collected
 * yet are left out; one that ends meanwhile is as well. Reads only files of the kernel that never wait for the process.
 */
export function surveyProcesses(procRoot = '/proc'): readonly ContainerProcess[] {
  return readdirSync(procRoot)
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => processAt(procRoot, name) ?? [])
}

/** `/proc/PID/ns/KIND` as it reads, such as `net:[4026531840]`; undefined when the process is gone. */
export function namespaceOf(procRoot: string, pid: number | 'self', kind: string): string | undefined {
  try {
    return readlinkSync(join(procRoot, String(pid), 'ns', kind))
  } catch {
    return undefined
  }
}

/** How runc calls those that prepare a container and are gone when it runs; the first is still in the node's namespaces. */
const STARTING = /\(runc:\[[01]:/

function processAt(procRoot: string, name: string): ContainerProcess | undefined {
  try {
    const groups = parseGroups(readFileSync(join(procRoot, name, 'cgroup'), 'utf8'))
    if (groups.containerId === undefined) return undefined
    const text = readFileSync(join(procRoot, name, 'stat'), 'utf8')
    const stat = parseStat(text)
    if (!stat || isOver(stat.state) || STARTING.test(text)) return undefined
    const { pid, startTime, parent, state } = stat
    return { pid, startTime, parent, state, containerId: groups.containerId, podUid: groups.podUid, groups }
  } catch {
    return undefined
  }
}
