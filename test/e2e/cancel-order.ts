import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** What GitHub's documentation says that a cancelled step gets: SIGINT, 7.5 s later SIGTERM, 2.5 s later the end. */
const GITHUB_ORDER = { terminateAfterMs: 7_500, killAfterMs: 2_500 } as const

/** Cancels a step as GitHub's runner does. Resolves when it has ended, with the signals that it took. */
export async function cancelAsGitHub(child: ChildProcess, order = GITHUB_ORDER): Promise<readonly NodeJS.Signals[]> {
  const ended = once(child, 'exit').then(() => true)
  const isOver = (afterMs: number) => Promise.race([ended, sleep(afterMs, false, { ref: false })])
  child.kill('SIGINT')
  if (await isOver(order.terminateAfterMs)) return ['SIGINT']
  child.kill('SIGTERM')
  if (await isOver(order.killAfterMs)) return ['SIGINT', 'SIGTERM']
  killTree(child)
  await ended
  return ['SIGINT', 'SIGTERM', 'SIGKILL']
}

/** Ends a process and everything below it at once, as a runner's last resort: whoever left the tree before survives. */
export function killTree({ pid }: ChildProcess): void {
  if (pid === undefined) throw new Error('it was not started')
  for (const one of [pid, ...below(pid)]) process.kill(one, 'SIGKILL')
}

function below(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  return [...children, ...children.flatMap(below)]
}
