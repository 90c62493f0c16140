import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { SeaworthyError } from '../../kit/errors.ts'
import type { Identity } from '../../kit/process-identity.ts'
import type { Mechanism, NodeContext, PodOnNode } from '../../model/cluster/mechanism.ts'
import type { NodeAction } from '../../model/cluster/node-action.ts'
import { groupsOf } from '../groups/control-group.ts'
import { endWatchdog, startWatchdog, watchdogLeftovers } from '../watchdog/watchdog.ts'
import { refuseContainer, requireContainer, shownPod } from './container-of.ts'
import { matching, processesOf } from './container-processes.ts'
import { SIGNAL_LISTED } from './continue-script.ts'
import { addToList, listPath, readList, removeList } from './identity-list.ts'
import { forget, keep, kept } from './kept.ts'
import { comesTrue, signal, stateOf } from './signals.ts'

type Pause = Extract<NodeAction, { readonly do: 'pause' }>

const STABLE_MS = 5_000
const frozenSchema = z.strictObject({ group: z.string() })

/**
 * Stops a container, or those of its processes whose command line contains a text. Version 2: the freezer, which takes in
 * what is born later and lets SIGKILL through. Version 1: SIGSTOP, for a container that is frozen there cannot be killed,
 * and its pod not deleted; repeated until nothing of it runs, and undone for exactly those that were stopped here.
 */
export const pause: Mechanism<Pause> = {
  do: 'pause',
  expires: 'watchdog',
  refuse: (action, pod) => refuseContainer(pod, action.container),
  apply: async (action, pod, context) => {
    await mkdir(context.folder, { recursive: true, mode: 0o700 })
    if (context.abilities.cgroup === 'v2' && action.process === undefined) return freeze(action, pod, context)
    return stopAll(action, pod, context)
  },
  undo: async (_action, _pod, context) => {
    await thaw(context)
    await continueAll(context)
    await endWatchdog(context)
    await forget(context.folder, 'frozen')
    await removeList(context.folder)
  },
  leftovers: async (_action, _pod, context) => {
    const stopped = ((await readList(context.folder)) ?? []).filter((each) => stateOf(each) === 'T')
    const frozen = await kept(context.folder, 'frozen', frozenSchema)
    return [
      ...stopped.map(({ pid }) => `stopped process ${pid}`),
      ...(frozen && (await isFrozen(frozen.group)) ? [`frozen group ${frozen.group}`] : []),
      ...(await watchdogLeftovers(context)),
    ]
  },
}

async function stopAll(action: Pause, pod: PodOnNode, context: NodeContext): Promise<void> {
  const container = requireContainer(pod, action.container)
  const listed = new Map(((await readList(context.folder)) ?? []).map((each) => [keyOf(each), each]))
  await addToList(context.folder, [])
  await startWatchdog(context, {
    place: 'here',
    script: SIGNAL_LISTED,
    words: ['CONT'],
    holds: [{ path: listPath(context.folder), mode: 'read' }],
  })
  let calm = 0
  const round = async () => {
    const all = processesOf(container.id)
    const meant = action.process === undefined ? all : await matching(all, action.process)
    // One that was stopped before, by a debugger or by itself, is not ours to continue.
    const fresh = meant.filter((each) => each.state !== 'T' && !listed.has(keyOf(each)))
    if (fresh.length > 0) await addToList(context.folder, fresh)
    for (const each of fresh) listed.set(keyOf(each), each)
    const running = meant.filter((each) => listed.has(keyOf(each)) && each.state !== 'T')
    for (const each of running) signal(each, 'SIGSTOP')
    calm = running.length === 0 && listed.size > 0 ? calm + 1 : 0
    // Twice: what was born while the first look went on is seen by the second, and what is stopped bears nothing.
    return calm > 1
  }
  if (await comesTrue(round, STABLE_MS)) return
  const what = listed.size === 0 ? 'there is no such running process to stop' : 'its processes did not all stop'
  throw new SeaworthyError('ENGINE', `container ${container.name}: ${what}`, { target: shownPod(pod) })
}

async function continueAll({ folder }: NodeContext): Promise<void> {
  const ours = (await readList(folder)) ?? []
  const going = await comesTrue(() => {
    const stopped = ours.filter((each) => stateOf(each) === 'T')
    for (const each of stopped) signal(each, 'SIGCONT')
    return stopped.length === 0
  }, STABLE_MS)
  if (!going) throw new SeaworthyError('ENGINE', 'a process that was paused does not go on')
}

async function freeze(action: Pause, pod: PodOnNode, context: NodeContext): Promise<void> {
  const container = requireContainer(pod, action.container)
  const group = groupsOf(context, container.id)['']
  if (group === undefined) {
    throw new SeaworthyError('ENGINE', "the container's control group was not found", { target: shownPod(pod) })
  }
  const ours = (await kept(context.folder, 'frozen', frozenSchema)) !== undefined
  if (!ours && (await isFrozen(group))) {
    throw new SeaworthyError('ENGINE', 'somebody else has paused this container', { target: shownPod(pod) })
  }
  await keep(context.folder, 'frozen', { group })
  const file = join(group, 'cgroup.freeze')
  await startWatchdog(context, {
    place: 'here',
    script: 'echo 0 >&3',
    words: [],
    holds: [{ path: file, mode: 'write' }],
  })
  await writeFile(file, '1')
  if (!(await comesTrue(() => isFrozen(group), STABLE_MS))) {
    throw new SeaworthyError('ENGINE', 'the container did not freeze', { target: shownPod(pod) })
  }
}

async function thaw({ folder }: NodeContext): Promise<void> {
  const frozen = await kept(folder, 'frozen', frozenSchema)
  if (!frozen) return
  await writeFile(join(frozen.group, 'cgroup.freeze'), '0', { flag: 'r+' }).catch(unlessGone)
  if (!(await comesTrue(async () => !(await isFrozen(frozen.group)), STABLE_MS))) {
    throw new SeaworthyError('ENGINE', 'the container does not thaw', { target: frozen.group })
  }
}

async function isFrozen(group: string): Promise<boolean> {
  return /^frozen 1$/m.test(await readFile(join(group, 'cgroup.events'), 'utf8').catch(() => ''))
}

function unlessGone(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT' && error.code !== 'ENODEV') throw error
}

function keyOf({ pid, startTime }: Identity): string {
  return `${pid} ${startTime}`
}
