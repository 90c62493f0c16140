import * as z from 'zod'
import { SeaworthyError } from '../../kit/errors.ts'
import type { Mechanism, NodeContext, PodOnNode } from '../../model/cluster/mechanism.ts'
import type { NodeAction } from '../../model/cluster/node-action.ts'
import { processesMarked } from '../groups/workers.ts'
import { runOnHost } from '../node/host.ts'
import { armed, endWatchdog, startWatchdog, watchdogLeftovers } from '../watchdog/watchdog.ts'
import { confined, refuseConfined } from './confined.ts'
import { containerOf, isNode, refuseContainer, shownPod } from './container-of.ts'
import { processesOf } from './container-processes.ts'
import { keep, kept } from './kept.ts'
import { lastLine } from './last-line.ts'
import { type BoundedEnding, runBounded } from './run-bounded.ts'
import { comesTrue, signal } from './signals.ts'

type Script = Extract<NodeAction, { readonly do: 'script' }>

const stateSchema = z.strictObject({ state: z.enum(['begun', 'done', 'recovered']) })
const RECOVER_MS = 60_000
const END_MS = 5_000
const AFTER_DEADLINE_MS = 1_000

/**
 * A command in a container, run as the container runs its own, or on the node as its administrator. Before it runs, a process
 * waits that will run `recover` at the deadline without the daemon; a `recover` may therefore run twice. Run once: applied
 * again after it was done it does nothing.
 */
export const script: Mechanism<Script> = {
  do: 'script',
  expires: 'watchdog',
  refuse: (action, pod, { architecture, perl }) => {
    if (isNode(pod)) return undefined
    const pid = containerOf(pod, action.container)?.pid
    return refuseContainer(pod, action.container) ?? refuseConfined(pid ?? 0, architecture, perl)
  },
  apply: async (action, pod, context) => {
    if ((await kept(context.folder, 'script', stateSchema))?.state === 'done') return
    await keep(context.folder, 'script', { state: 'begun' })
    if (action.recover !== '') await arm(action, pod, context)
    const ending = await runIn(pod, context, action.container, action.inject, context.remainingMs)
    if (ending?.exitCode !== 0) throw failure('inject', ending, pod)
    await keep(context.folder, 'script', { state: 'done' })
  },
  undo: async (action, pod, context) => {
    await disarm(context)
    const state = (await kept(context.folder, 'script', stateSchema))?.state
    if (state === undefined || state === 'recovered') return
    if (action.recover !== '') {
      const ending = await runIn(pod, context, action.container, action.recover, RECOVER_MS)
      // A container that is gone took with it what was done in it.
      if (ending && ending.exitCode !== 0) throw failure('recover', ending, pod)
    }
    await keep(context.folder, 'script', { state: 'recovered' })
  },
  leftovers: async (_action, _pod, context) => {
    const state = (await kept(context.folder, 'script', stateSchema))?.state
    const waiting = await processesMarked(context.id)
    return [
      ...(state === 'begun' || state === 'done' ? ['what the script did'] : []),
      ...waiting.map(({ pid }) => `process ${pid} that waits to recover`),
      ...(await watchdogLeftovers(context)),
    ]
  },
}

/** Runs a shell command there to its end; undefined when the container is gone. */
export async function runIn(
  pod: PodOnNode,
  context: NodeContext,
  name: string | undefined,
  command: string,
  timeoutMs: number,
): Promise<BoundedEnding | undefined> {
  if (isNode(pod)) return runOnHost(['sh', '-c', command], timeoutMs)
  const inside = insideOf(pod, name, context)
  return inside && runBounded(confined(context, { ...inside, command, delayMs: 0, orphan: false }), { timeoutMs })
}

async function arm(action: Script, pod: PodOnNode, context: NodeContext): Promise<void> {
  if (isNode(pod)) {
    return startWatchdog(context, { place: 'host', script: 'exec sh -c "$1"', words: [action.recover] })
  }
  if ((await processesMarked(context.id)).length > 0) return
  const inside = insideOf(pod, action.container, context)
  if (!inside) throw new SeaworthyError('ENGINE', 'the container is not running', { target: shownPod(pod) })
  // Not in a control group of the daemon's, so that it outlives the daemon, and in the container's, whose limits hold.
  const delayMs = context.remainingMs + AFTER_DEADLINE_MS
  await armed(confined(context, { ...inside, command: action.recover, delayMs, orphan: true }))
}

async function disarm(context: NodeContext): Promise<void> {
  await endWatchdog(context)
  const gone = await comesTrue(async () => {
    const waiting = await processesMarked(context.id)
    for (const each of waiting) signal(each, 'SIGKILL')
    return waiting.length === 0
  }, END_MS)
  if (!gone) throw new SeaworthyError('ENGINE', 'the process that waits to recover did not end')
}

function insideOf(pod: PodOnNode, name: string | undefined, { abilities }: NodeContext) {
  const container = containerOf(pod, name)
  const pid = container && processesOf(container.id)[0]?.pid
  if (container === undefined || pid === undefined) return undefined
  const why = refuseConfined(pid, abilities.architecture, abilities.perl)
  if (why !== undefined) throw new SeaworthyError('ENGINE', why, { target: shownPod(pod) })
  return { containerId: container.id, pid }
}

function failure(what: string, ending: BoundedEnding | undefined, pod: PodOnNode): SeaworthyError {
  const target = shownPod(pod)
  if (!ending) return new SeaworthyError('ENGINE', `${what}: the container is not running`, { target })
  const how = ending.timedOut ? 'did not end in time' : `ended with ${ending.exitCode ?? 'a signal'}`
  const said = lastLine(ending.stderr) || lastLine(ending.stdout)
  return new SeaworthyError('ENGINE', `${what} ${how}${said === '' ? '' : `: ${said}`}`, { target })
}
