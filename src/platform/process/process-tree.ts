import type { Identity } from '../../kit/process-identity.ts'
import type { ProcessEntry } from './process-table.ts'

/**
 * Everything that belongs to the started commands `roots`: their groups, their descendants, and what is `marked`.
 * A group whose number was given to somebody else since is not theirs: while a group has members, nobody gets its number as a pid.
 */
export function membersOf(
  table: readonly ProcessEntry[],
  roots: readonly Identity[],
  marked: ReadonlySet<number>,
): readonly ProcessEntry[] {
  const byPid = new Map(table.map((entry) => [entry.pid, entry]))
  const groups = new Set(
    roots.filter(({ pid, startTime }) => (byPid.get(pid)?.startTime ?? startTime) === startTime).map(({ pid }) => pid),
  )
  const members = new Map(
    table
      .filter(({ pid, group }) => groups.has(group) || groups.has(pid) || marked.has(pid))
      .map((entry) => [entry.pid, entry]),
  )
  const children = Map.groupBy(table, ({ parent }) => parent)
  // A Map is walked in the order of insertion, and what is inserted on the way is walked as well.
  for (const pid of members.keys()) {
    for (const child of children.get(pid) ?? []) members.set(child.pid, child)
  }
  return [...members.values()]
}

/** Sends a signal; false when there was nobody to get it. Throws where it is not allowed. */
export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
    throw error
  }
}

/** As `sendSignal`, for a whole process group. */
export function sendGroupSignal(group: number, signal: NodeJS.Signals): boolean {
  return sendSignal(-group, signal)
}
