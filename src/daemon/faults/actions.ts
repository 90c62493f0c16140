import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf, SeaworthyError } from '../../kit/errors.ts'
import type { Mechanism, NodeContext, PodOnNode } from '../../model/cluster/mechanism.ts'
import type { NodeReading } from '../../model/cluster/reading.ts'
import type { NamedAction } from '../journal/journal-entry.ts'
import { clipped } from './refusal.ts'
import type { RunSetting } from './run-setting.ts'
import { within } from './within.ts'
import { nodeAddresses } from './world.ts'

/** Programs that hang must not keep a fault from its end; those of a starved node are slow, and do not hang. */
const ACTION_MS = 30_000
const LOOK_MS = 4_000
const LONGEST_LEFTOVER = 500
const MOST_LEFTOVERS = 32

/** What is done to one target, and until when. */
export interface Work {
  readonly key: string
  readonly pod: PodOnNode
  readonly actions: readonly NamedAction[]
  readonly expiresAtMs: number
}

/**
 * Does the actions in order. Throws with the first failure's own words; the caller undoes all of them. `hanging` holds those
 * that have not ended, also after they were given up.
 */
export async function applyAll(
  work: Work,
  setting: RunSetting,
  onHelperExit: (detail: string) => void,
  hanging: Map<object, string>,
): Promise<void> {
  await mkdir(folderOf(work, setting), { recursive: true, mode: 0o700 })
  for (const named of work.actions) {
    const mechanism = mechanismOf(named, setting)
    const context = await contextOf(work, named.id, setting, onHelperExit)
    await setting.turns.run(turnOf(named, work.pod), () => {
      const running = mechanism.apply(named.action, work.pod, context).finally(() => hanging.delete(named))
      hanging.set(named, `${named.action.do} ${named.id}`)
      return within(setting.clock, ACTION_MS, running)
    })
  }
}

/** Undoes the actions in reverse order, each whatever became of the others, and looks. Names what is still there. */
export async function undoAll(work: Work, setting: RunSetting): Promise<readonly string[]> {
  const leftovers: string[] = []
  for (const named of work.actions.toReversed()) leftovers.push(...(await undoOne(work, named, setting)))
  if (leftovers.length === 0) await rm(folderOf(work, setting), { recursive: true, force: true })
  return leftovers.slice(0, MOST_LEFTOVERS)
}

/**
 * Undoes all of it the quick way, where there is one; what was counted by then. Undefined where that was not possible, or
 * something is left: then `undoAll` has to do it. Never throws.
 */
export async function finishAll(work: Work, setting: RunSetting): Promise<Partial<NodeReading> | undefined> {
  const [named, ...others] = work.actions
  if (!named || others.length > 0) return undefined
  try {
    const context = await contextOf(work, named.id, setting, () => undefined)
    const finishing = mechanismOf(named, setting).finish?.(named.action, work.pod, context)
    const finished = finishing && (await within(setting.clock, ACTION_MS, finishing))
    if (!finished) return undefined
    await rm(folderOf(work, setting), { recursive: true, force: true })
    return finished
  } catch {
    return undefined
  }
}

async function undoOne(work: Work, named: NamedAction, setting: RunSetting): Promise<readonly string[]> {
  const { action } = named
  try {
    const mechanism = mechanismOf(named, setting)
    const context = await contextOf(work, named.id, setting, () => undefined)
    const failure = await setting.turns.run(turnOf(named, work.pod), () =>
      within(setting.clock, ACTION_MS, mechanism.undo(action, work.pod, context)).then(() => undefined, messageOf),
    )
    const left = await within(setting.clock, ACTION_MS, mechanism.leftovers(action, work.pod, context))
    // An undo that failed where nothing is left of the action has failed at nothing.
    return left.map((what) => clipped(failure === undefined ? what : `${what} (${failure})`, LONGEST_LEFTOVER))
  } catch (error) {
    return [clipped(`${action.do} ${named.id}: ${messageOf(error)}`, LONGEST_LEFTOVER)]
  }
}

/** Gives rule-like actions other peers. */
export async function updateAll(work: Work, setting: RunSetting): Promise<void> {
  for (const named of work.actions) {
    const mechanism = mechanismOf(named, setting)
    const context = await contextOf(work, named.id, setting, () => undefined)
    await within(setting.clock, ACTION_MS, mechanism.update?.(named.action, work.pod, context) ?? Promise.resolve())
  }
}

/** What the actions themselves counted; absent members where nothing could be read. Never throws. */
export async function countAll(work: Work, setting: RunSetting): Promise<Partial<NodeReading>> {
  const counted = await Promise.all(
    work.actions.map(async (named) => {
      try {
        const context = await contextOf(work, named.id, setting, () => undefined)
        const counters = mechanismOf(named, setting).counters?.(named.action, work.pod, context)
        return counters ? await within(setting.clock, LOOK_MS, counters) : {}
      } catch {
        return {}
      }
    }),
  )
  return joinCounters(counted)
}

const SUMS = ['matched', 'hit', 'bytes', 'running', 'open', 'refused'] as const

/** Several actions of one fault count together; what cannot be added is taken from the last that says it. */
function joinCounters(parts: readonly Partial<NodeReading>[]): Partial<NodeReading> {
  const sums = SUMS.flatMap((name) => {
    const values = parts.flatMap((part) => part[name] ?? [])
    return values.length === 0 ? [] : [[name, values.reduce((all, value) => all + value, 0)]]
  })
  return { ...Object.assign({}, ...parts), ...Object.fromEntries(sums) }
}

/** Whether every one of them ends in this way when nobody asks. */
export function allExpire(
  actions: readonly NamedAction[],
  tools: RunSetting['tools'],
  how: Mechanism['expires'],
): boolean {
  return actions.every(({ action }) => tools.mechanism(action.do)?.expires === how)
}

/** How an action is told of its fault; `remainingMs` is what is left at this moment. */
export async function contextOf(
  work: Work,
  id: string,
  setting: RunSetting,
  onHelperExit: (detail: string) => void,
): Promise<NodeContext> {
  return {
    id,
    abilities: await setting.tools.abilities(),
    expiresAtMs: work.expiresAtMs,
    remainingMs: Math.max(0, work.expiresAtMs - setting.clock.now()),
    cgroupRoot: setting.cgroupRoot,
    nodeAddresses: nodeAddresses(setting.world),
    folder: folderOf(work, setting),
    helperCommand: setting.helperCommand,
    onHelperExit,
  }
}

function mechanismOf({ action }: NamedAction, { tools }: RunSetting): Mechanism {
  const mechanism = tools.mechanism(action.do)
  if (mechanism) return mechanism
  throw new SeaworthyError('ENGINE', `this daemon does not know ${action.do}`, {
    remedy: 'Use the same version of the daemon on every node.',
  })
}

/** Where the kernel holds one thing for a whole pod, faults on it take turns: the root qdisc, a group's limits. */
function turnOf({ action }: NamedAction, pod: PodOnNode): string | undefined {
  if (action.do === 'shape' || action.do === 'netem') return `qdisc ${pod.uid}`
  return action.do === 'throttle-io' ? `io ${pod.uid}` : undefined
}

function folderOf({ key }: Work, { folder }: RunSetting): string {
  return join(folder, key)
}
