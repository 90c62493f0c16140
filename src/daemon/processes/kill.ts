import { mkdir } from 'node:fs/promises'
import { SeaworthyError } from '../../kit/errors.ts'
import { isAlive } from '../../kit/process-identity.ts'
import type { Mechanism, NodeContext, PodOnNode } from '../../model/cluster/mechanism.ts'
import type { NodeAction } from '../../model/cluster/node-action.ts'
import { endWatchdog, startWatchdog, watchdogLeftovers } from '../watchdog/watchdog.ts'
import { refuseContainer, requireContainer, shownPod } from './container-of.ts'
import { matching, processesOf } from './container-processes.ts'
import { SIGNAL_LISTED } from './continue-script.ts'
import { addToList, listPath, readList } from './identity-list.ts'
import { comesTrue, signal } from './signals.ts'

type Kill = Extract<NodeAction, { readonly do: 'kill' }>

const KILLED_MS = 5_000

/**
 * Kills the first process of a container, or every one of that name or command line. What is killed is written down first:
 * applied again it kills the same and nothing that came later. SIGTERM returns at once; after the grace a process in a
 * control group of its own kills those that stayed, whether the daemon lives or not. An undo cancels what was not done yet.
 */
export const kill: Mechanism<Kill> = {
  do: 'kill',
  expires: 'nothing-to-end',
  refuse: (action, pod) => refuseContainer(pod, action.container),
  apply: async (action, pod, context) => {
    const victims = (await readList(context.folder)) ?? (await choose(action, pod, context))
    if (action.signal === 'SIGTERM' && victims.some(isAlive)) {
      await startWatchdog(context, {
        place: 'here',
        script: SIGNAL_LISTED,
        words: ['KILL'],
        holds: [{ path: listPath(context.folder), mode: 'read' }],
        afterMs: action.graceMs,
      })
    }
    for (const victim of victims) signal(victim, action.signal)
    if (action.signal === 'SIGTERM') return
    if (!(await comesTrue(() => !victims.some(isAlive), KILLED_MS))) {
      throw new SeaworthyError('ENGINE', 'a process that was killed is still there', { target: shownPod(pod) })
    }
  },
  undo: async (_action, _pod, context) => endWatchdog(context),
  leftovers: async (_action, _pod, context) => watchdogLeftovers(context),
}

async function choose(action: Kill, pod: PodOnNode, { folder }: NodeContext) {
  const container = requireContainer(pod, action.container)
  const all = processesOf(container.id)
  const chosen = action.process === undefined ? all.slice(0, 1) : await matching(all, action.process)
  if (chosen.length === 0) {
    const what = action.process === undefined ? 'is not running' : 'has no such process'
    throw new SeaworthyError('ENGINE', `container ${container.name} ${what}`, { target: shownPod(pod) })
  }
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await addToList(folder, chosen)
  return chosen
}
