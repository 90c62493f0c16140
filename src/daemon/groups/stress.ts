import { readFileSync } from 'node:fs'
import { SeaworthyError } from '../../kit/errors.ts'
import type { Abilities, Mechanism, NodeContext, PodOnNode } from '../../model/cluster/mechanism.ts'
import type { NodeAction } from '../../model/cluster/node-action.ts'
import { refuseContainer, requireContainer, shownPod } from '../processes/container-of.ts'
import { type GroupFolders, groupsOf } from './control-group.ts'
import { diesAsOne, memoryLeft } from './group-files.ts'
import { CPU_PROGRAM, MEMORY_PROGRAM, SWITCH_PROGRAM } from './stress-programs.ts'
import { markOf, processesMarked, startWorkers, stopWorkers, type Work, workersOf } from './workers.ts'

type StressCpu = Extract<NodeAction, { readonly do: 'stress-cpu' }>
type StressMemory = Extract<NodeAction, { readonly do: 'stress-memory' }>
type StressSwitches = Extract<NodeAction, { readonly do: 'stress-switches' }>
type Stress = StressCpu | StressMemory | StressSwitches

/** Left to the node whatever is asked: below it the kernel would look for victims outside of the container. */
const NODE_RESERVE_BYTES = 512 * 1024 ** 2
/** What perl itself takes. */
const WORKER_BYTES = 8 * 1024 ** 2

/** CPU workers in the container's group: so many, each busy for this share of the time. */
export const stressCpu = stressor<StressCpu>('stress-cpu', ({ workers, loadRatio }) => ({
  count: workers,
  processes: 1,
  program: CPU_PROGRAM,
  words: [String(loadRatio)],
}))

/** Pairs of processes in the container's group that hand each other a byte. */
export const stressSwitches = stressor<StressSwitches>('stress-switches', ({ workers }) => ({
  count: workers,
  processes: 2,
  program: SWITCH_PROGRAM,
  words: [],
}))

/** One worker that holds so many bytes in the container's group, and is the first to go when memory runs out there. */
export const stressMemory = stressor<StressMemory>(
  'stress-memory',
  ({ bytes }) => ({ count: 1, processes: 1, program: MEMORY_PROGRAM, words: [String(bytes)] }),
  ({ bytes }, groups) => {
    const needed = bytes + WORKER_BYTES
    const available = availableBytes()
    if (needed > available - NODE_RESERVE_BYTES) {
      return `the node has ${available} bytes of memory left, and ${NODE_RESERVE_BYTES} stay free`
    }
    // There the kernel would take the whole container with the worker, which is another fault than the one asked for.
    if (diesAsOne(groups) && needed > memoryLeft(groups)) {
      return `${memoryLeft(groups)} bytes are left under the memory limit, and one kill there takes the whole container`
    }
    return undefined
  },
)

function stressor<A extends Stress>(
  name: A['do'],
  workOf: (action: A) => Work,
  forbids: (action: A, groups: GroupFolders) => string | undefined = () => undefined,
): Mechanism<A> {
  return {
    do: name,
    expires: 'process',
    refuse: (action: A, pod: PodOnNode, abilities: Abilities) =>
      abilities.perl ? refuseContainer(pod, action.container) : 'there is no perl beside the daemon',
    apply: async (action: A, pod: PodOnNode, context: NodeContext) => {
      const groups = requireGroups(context, requireContainer(pod, action.container).id, pod)
      if ((await workersOf(context.id)).length === 0) {
        const why = forbids(action, groups)
        if (why !== undefined) throw new SeaworthyError('ENGINE', why, { target: shownPod(pod) })
      }
      await startWorkers(context, groups, workOf(action))
    },
    undo: async (_action, _pod, { id }) => stopWorkers(id),
    leftovers: async (_action, _pod, { id }) =>
      (await processesMarked(id)).length > 0 ? [`stress workers ${markOf(id)}`] : [],
    counters: async (action, _pod, { id }) => ({
      running: Math.ceil((await workersOf(id)).length / workOf(action).processes),
    }),
  }
}

function requireGroups(context: NodeContext, containerId: string, pod: PodOnNode): GroupFolders {
  const groups = groupsOf(context, containerId)
  if (Object.keys(groups).length === 0) {
    throw new SeaworthyError('ENGINE', "the container's control group was not found", { target: shownPod(pod) })
  }
  return groups
}

/** proc_meminfo(5): what can be had without swapping. */
function availableBytes(): number {
  const match = /^MemAvailable:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'))
  return match ? Number(match[1]) * 1_024 : 0
}
