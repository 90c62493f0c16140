import { systemClock } from '../../kit/clock.ts'
import type { Identity } from '../../kit/process-identity.ts'
import { runMark } from './marks.ts'
import { commandLines, markedProcesses, processTable } from './process-table.ts'
import { membersOf, sendSignal } from './process-tree.ts'

/** The kernel needs a moment to take a large process apart; one that is still there after this cannot be killed. */
const PATIENCE_MS = 5_000
const ROUND_MS = 15
const SHOWN_CHARACTERS = 120

/** Which processes were there, and which are still there, each as `pid 123 (command line)`. */
export interface EndedProcesses {
  readonly ended: readonly string[]
  readonly left: readonly string[]
}

/**
 * Ends every process of a run: those with its mark in their environment (Linux), the groups and trees of the known ones
 * (everywhere). Repeats until none is left, as they may start others meanwhile. This process itself is spared. Never throws.
 */
export async function endProcesses(run: string, known: readonly Identity[]): Promise<EndedProcesses> {
  return endAll(known, [runMark(run)])
}

/** As `endProcesses`, for any marks. */
export async function endAll(known: readonly Identity[], marks: readonly string[]): Promise<EndedProcesses> {
  const seen = new Map<string, string>()
  const deadline = systemClock.monotonic() + PATIENCE_MS
  for (;;) {
    const left = await killOnce(known, marks, seen)
    if (left.length === 0 || systemClock.monotonic() > deadline) {
      const names = left.map((key) => seen.get(key) ?? key)
      return { ended: [...seen.values()].filter((name) => !names.includes(name)), left: names }
    }
    await systemClock.sleep(ROUND_MS)
  }
}

/** Kills all that are there now and says who they were, as keys of `seen`. */
async function killOnce(
  known: readonly Identity[],
  marks: readonly string[],
  seen: Map<string, string>,
): Promise<readonly string[]> {
  const [table, marked] = await Promise.all([processTable(), markedProcesses(marks)])
  // One that is being taken apart has lost its environment already, and still holds its ports and files.
  const ending = table.filter((entry) => seen.has(keyOf(entry))).map(({ pid }) => pid)
  const members = membersOf(table, known, new Set([...marked, ...ending])).filter(({ pid }) => pid !== process.pid)
  const words = await commandLines(members.map(({ pid }) => pid))
  return members.map((entry) => {
    const key = keyOf(entry)
    if (!seen.has(key)) seen.set(key, `pid ${entry.pid} (${printable(words.get(entry.pid) ?? 'already ending')})`)
    killQuietly(entry.pid)
    return key
  })
}

function keyOf({ pid, startTime }: Identity): string {
  return `${pid}:${startTime}`
}

function killQuietly(pid: number): void {
  try {
    sendSignal(pid, 'SIGKILL')
  } catch {
    // Not ours to kill: it is reported by name as one that is left.
  }
}

function printable(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ').slice(0, SHOWN_CHARACTERS)
}
