import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { PodObject } from '../../../src/daemon/objects.ts'
import type { NodeTools } from '../../../src/daemon/tools.ts'
import type { Mechanism, NodeContext, PodOnNode } from '../../../src/model/cluster/mechanism.ts'
import type { NodeAction } from '../../../src/model/cluster/node-action.ts'
import { ABILITIES } from '../../fakes/abilities.ts'

interface On {
  readonly what: NodeAction['do']
  readonly pod: string
  readonly sandbox: number | undefined
  readonly expiresAtMs: number
  readonly context: NodeContext
  readonly action: NodeAction
}

/** What a node holds of faults; it outlives its daemons. Timed rules of `drop` end by themselves, stressors do not. */
export class Kernel {
  readonly on = new Map<string, On>()
  readonly log: string[] = []
  readonly witnessed = new Set<string>()
  /** Actions that were applied while the journal had no entry for their pod. */
  readonly unwritten: string[] = []
  /** Container ids by pod. */
  readonly containers = new Map<string, string>()
  /** Pods whose sandbox is another one than they began with, or none yet. */
  readonly sandboxes = new Map<string, number | undefined>()
  /** How often a pod was looked for. */
  finds = 0
  journalFolder = ''
  packets = 0
  failApply: ((action: NodeAction) => string | undefined) | undefined
  failUndo: ((action: NodeAction) => string | undefined) | undefined
  /** An undo on this pod takes until the promise resolves. */
  readonly slowUndo = new Map<string, Promise<void>>()

  apply(action: NodeAction, pod: PodOnNode, context: NodeContext): void {
    const failure = this.failApply?.(action)
    if (failure !== undefined) throw new Error(failure)
    const written = readdirSync(join(this.journalFolder, 'journal')).some((name) => name.endsWith(`_${pod.uid}.json`))
    if (!written) this.unwritten.push(`${action.do} on ${pod.name}`)
    this.log.push(`apply ${action.do} ${pod.name}`)
    const { expiresAtMs } = context
    const sandbox = pod.sandbox?.pid
    this.on.set(context.id, { what: action.do, pod: pod.name, sandbox, expiresAtMs, context, action })
  }

  undo(action: NodeAction, pod: PodOnNode, context: NodeContext): void {
    this.log.push(`undo ${action.do} ${pod.name}`)
    const failure = this.failUndo?.(action)
    if (failure !== undefined) throw new Error(failure)
    this.on.delete(context.id)
  }

  /** Pods that feel it now. */
  get hurt(): readonly string[] {
    const felt = [...this.on.values()].filter(({ what, expiresAtMs }) => what !== 'drop' || expiresAtMs > Date.now())
    return [...new Set(felt.map(({ pod }) => pod))].toSorted()
  }
}

/** The tools of one daemon over a kernel. When it is killed, nothing that it began ever ends. */
export function toolsOver(kernel: Kernel, isDead: () => boolean): NodeTools {
  const alive = async <T>(work: () => T): Promise<T> => {
    await new Promise((resolve) => setImmediate(resolve))
    if (isDead()) return new Promise(() => undefined)
    return work()
  }
  const mechanism = (what: NodeAction['do'], expires: Mechanism['expires']): Mechanism => ({
    do: what,
    expires,
    refuse: (action) => (action.do === 'fill-disk' ? 'there is no disk' : undefined),
    apply: (action, pod, context) => alive(() => kernel.apply(action, pod, context)),
    undo: async (action, pod, context) => {
      await kernel.slowUndo.get(pod.name)
      return alive(() => kernel.undo(action, pod, context))
    },
    leftovers: (action, pod, { id }) => alive(() => (kernel.on.has(id) ? [`${action.do} in ${pod.name}`] : [])),
    update: (action, pod, context) => alive(() => kernel.apply(action, pod, context)),
    counters: () => alive(() => ({ matched: kernel.packets, hit: kernel.packets })),
  })
  const mechanisms = [
    mechanism('drop', 'kernel'),
    mechanism('stress-cpu', 'process'),
    mechanism('pause', 'watchdog'),
    mechanism('fill-disk', 'watchdog'),
    mechanism('node-power', 'nothing-to-end'),
  ]
  return {
    mechanism: (what) => mechanisms.find((one) => one.do === what),
    prober: (probe) => ({
      probe,
      read: (_, pod) => alive(() => ({ ready: !kernel.hurt.includes(pod.name) })),
    }),
    abilities: async () => ABILITIES,
    findPod: (pod) => alive(() => podOnNode(pod, kernel)),
    witness: {
      clear: async () => kernel.witnessed.clear(),
      place: (pod) => alive(() => void kernel.witnessed.add(pod.name)),
      read: () => alive(() => kernel.packets),
      remove: (pod) => alive(() => void kernel.witnessed.delete(pod.name)),
    },
    stop: async () => undefined,
  }
}

function podOnNode(pod: PodObject, kernel: Kernel): PodOnNode {
  kernel.finds += 1
  const id = kernel.containers.get(pod.metadata.name) ?? ''
  const pid = kernel.sandboxes.has(pod.metadata.name) ? kernel.sandboxes.get(pod.metadata.name) : 6
  return {
    namespace: pod.metadata.namespace ?? '',
    name: pod.metadata.name,
    uid: pod.metadata.uid ?? '',
    ips: ['10.0.0.1'],
    hostNetwork: pod.spec?.hostNetwork === true,
    containers: [{ name: 'main', id, pid: 7, startTime: id, ready: true, restarts: 0 }],
    sandbox: pod.status?.phase === 'Running' && pid !== undefined ? { pid, startTime: '6' } : undefined,
    netns: `4:${pid}`,
  }
}
