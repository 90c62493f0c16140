import { systemClock } from '../../kit/clock.ts'
import { SeaworthyError } from '../../kit/errors.ts'
import { type Identity, isAlive } from '../../kit/process-identity.ts'
import { commandLines, markedProcesses, type ProcessEntry, processTable } from './process-table.ts'
import { membersOf, sendSignal } from './process-tree.ts'
import type { Replica } from './replica.ts'

/** How long the kernel may take to carry a signal out. */
const SETTLE_MS = 5_000
const POLL_MS = 10

/**
 * The processes of a replica, main process first: all of them, or those whose command line contains a text.
 * Empty while none runs.
 */
export async function replicaProcesses(replica: Replica, text: string | undefined): Promise<readonly ProcessEntry[]> {
  const current = replica.current
  if (!current) return []
  const [table, marked] = await Promise.all([processTable(), markedProcesses([current.mark])])
  const members = membersOf(table, [current.identity], marked)
  const lines = text === undefined ? new Map<number, string>() : await commandLines(members.map(({ pid }) => pid))
  return members
    .filter(({ pid }) => text === undefined || lines.get(pid)?.includes(text))
    .toSorted(
      (a, b) => Number(b.pid === current.identity.pid) - Number(a.pid === current.identity.pid) || a.pid - b.pid,
    )
}

/** Sends a signal to each of these very processes; those that are gone, or whose pid is somebody else's now, are left out. */
export function signalEach(processes: readonly ProcessEntry[], signal: NodeJS.Signals): void {
  for (const { pid, startTime } of processes) {
    if (isAlive({ pid, startTime })) sendSignal(pid, signal)
  }
}

/** Waits until every one of them is gone. Throws SeaworthyError('ENGINE') naming those that are not. */
export async function waitGone(processes: readonly ProcessEntry[], replica: string): Promise<void> {
  await waitFor(() => processes.filter((entry) => isAlive(entry)), replica, 'did not end')
}

/** Waits until the supervisor knows that the life with this mark is over. Throws as `waitGone` does. */
export async function waitNoticed(replica: Replica, mark: string): Promise<void> {
  const main = () => (replica.current?.mark === mark ? [replica.current.identity] : [])
  await waitFor(main, replica.name, 'ended, and nobody noticed')
}

/** Waits until every one of them that is still there is stopped, or goes on again. Throws as `waitGone` does. */
export async function waitStopped(
  processes: readonly ProcessEntry[],
  stopped: boolean,
  replica: string,
): Promise<void> {
  const others = async () => {
    const now = new Map((await processTable()).map((entry) => [entry.pid, entry]))
    return processes.filter(
      ({ pid, startTime }) => now.get(pid)?.startTime === startTime && now.get(pid)?.stopped !== stopped,
    )
  }
  await waitFor(others, replica, stopped ? 'was not stopped' : 'does not go on')
}

async function waitFor(
  remaining: () => readonly Identity[] | Promise<readonly Identity[]>,
  replica: string,
  complaint: string,
): Promise<void> {
  const deadline = systemClock.monotonic() + SETTLE_MS
  for (;;) {
    const left = await remaining()
    if (left.length === 0) return
    if (systemClock.monotonic() > deadline) {
      const pids = left.map(({ pid }) => pid).join(', ')
      throw new SeaworthyError('ENGINE', `${replica}: process ${pids} ${complaint}`, {
        target: replica,
        remedy: 'Look at the state of the process with `ps -o pid,state,wchan,args`.',
      })
    }
    await systemClock.sleep(POLL_MS)
  }
}
