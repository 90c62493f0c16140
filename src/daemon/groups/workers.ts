import { readdirSync } from 'node:fs'
import { SeaworthyError } from '../../kit/errors.ts'
import { start } from '../../kit/exec.ts'
import { type Identity, identityOf } from '../../kit/process-identity.ts'
import type { NodeContext } from '../../model/cluster/mechanism.ts'
import { argumentsOf } from '../processes/container-processes.ts'
import { comesTrue, signal, stateOf } from '../processes/signals.ts'
import { namespaceOf } from '../processes/survey.ts'
import type { GroupFolders } from './control-group.ts'
import { joined, NOT_JOINED_CODE } from './joined.ts'

/** To fill and hold tens of GiB takes about so long, under a CPU limit longer. */
const READY_MS = 60_000
const GONE_MS = 10_000
/** The daemon ends them at the deadline; the kernel's timer is for when there is none. */
const GRACE_MS = 1_000

export interface Work {
  /** Workers, of so many processes each. */
  readonly count: number
  readonly processes: number
  readonly program: string
  readonly words: readonly string[]
}

const ours = new Map<string, { stopping: boolean }>()

/** The argument that says whose worker a process is. */
export function markOf(id: string): string {
  return `sw-${id}`
}

/**
 * Starts workers of a perl program in these groups and resolves when all are under way; those that run already count.
 * They end with the daemon (parent-death signal), at the deadline (timeout), and with the container. Throws
 * SeaworthyError('ENGINE') where one could not start: those that did are still there and are the caller's to stop.
 */
export async function startWorkers(context: NodeContext, groups: GroupFolders, work: Work): Promise<void> {
  const missing = work.count - Math.ceil((await workersOf(context.id)).length / work.processes)
  // One action has one, however often it is applied: all of its workers hear of the stop.
  const state = ours.get(context.id) ?? { stopping: false }
  ours.set(context.id, state)
  const seconds = String((context.remainingMs + GRACE_MS) / 1_000)
  const perl = ['setpriv', '--pdeathsig', 'KILL', 'perl', '-e', work.program, markOf(context.id), ...work.words]
  const inner = joined(context, groups, perl)
  const command = ['--pdeathsig', 'KILL', 'timeout', '-s', 'KILL', seconds, ...inner]
  // All have started, or not, before the first error is told: none may start behind the back of `stopWorkers`.
  const started = await Promise.allSettled(
    Array.from({ length: Math.max(0, missing) }, () => launch(context, state, command)),
  )
  const failed = started.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
}

/** Ends every worker of this action, those of an earlier daemon too. Throws SeaworthyError('ENGINE') when one does not end. */
export async function stopWorkers(id: string): Promise<void> {
  const state = ours.get(id)
  if (state) state.stopping = true
  const gone = await comesTrue(async () => {
    const left = await processesMarked(id)
    for (const identity of left) signal(identity, 'SIGKILL')
    return left.length === 0
  }, GONE_MS)
  if (!gone) throw new SeaworthyError('ENGINE', 'stress workers did not end', { target: markOf(id) })
  ours.delete(id)
}

/** The workers themselves, without the timers and shells around them. */
export async function workersOf(id: string): Promise<readonly Identity[]> {
  return processesMarked(id, (words) => words[0] === 'perl' && words[1] === '-e')
}

/**
 * Processes with this action's mark among their words. Only those in the daemon's own process namespace: a pod's process
 * may call itself what it likes.
 */
export async function processesMarked(
  id: string,
  isIt: (words: readonly string[]) => boolean = () => true,
): Promise<readonly Identity[]> {
  const own = namespaceOf('/proc', 'self', 'pid')
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(
    pids.map(async (name) => {
      const pid = Number(name)
      if (pid === process.pid || namespaceOf('/proc', pid, 'pid') !== own) return []
      const words = await argumentsOf(pid)
      if (!words.includes(markOf(id)) || !isIt(words)) return []
      const identity = identityOf(pid)
      return identity && stateOf(identity) !== undefined ? [identity] : []
    }),
  )
  return found.flat()
}

async function launch(context: NodeContext, state: { stopping: boolean }, command: readonly string[]): Promise<void> {
  const child = start('setpriv', command, { stdio: ['ignore', 'pipe', 'pipe'] })
  let complaint = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint = `${complaint}${chunk.toString('utf8')}`.slice(-500)
  })
  child.stderr?.on('error', () => undefined)
  await underWay(child, () => complaint)
  child.once('exit', (code, name) => {
    if (state.stopping || Date.now() >= context.expiresAtMs) return
    context.onHelperExit(`a stress worker ended before its time: ${howItEnded(code, name)}`)
  })
}

async function underWay(child: ReturnType<typeof start>, complaint: () => string): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const failed = (why: string) =>
    new SeaworthyError('ENGINE', `a stress worker did not start: ${why} ${complaint()}`.trim())
  await new Promise<void>((resolve, reject) => {
    timer = setTimeout(() => reject(failed('it was not under way in time')), READY_MS)
    child.once('error', (error) => reject(failed(error.message)))
    child.once('exit', (code, name) => reject(failed(howItEnded(code, name))))
    child.stdout?.once('data', () => resolve())
    child.stdout?.on('error', () => undefined)
  }).finally(() => clearTimeout(timer))
}

function howItEnded(code: number | null, name: NodeJS.Signals | null): string {
  // `timeout` answers 128 + 9 for a child that was killed.
  if (name === 'SIGKILL' || code === 137) return 'it was killed, as when memory runs out'
  if (code === NOT_JOINED_CODE) return "it could not join the container's control group"
  return name ? `it was ended by ${name}` : `it ended with ${code}`
}
