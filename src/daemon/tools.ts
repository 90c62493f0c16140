import type { Abilities, Mechanism, PodOnNode, Prober } from '../model/cluster/mechanism.ts'
import type { NodeAction } from '../model/cluster/node-action.ts'
import type { NodeProbe } from '../model/cluster/reading.ts'
import type { PodObject } from './objects.ts'

/** What the faults' machinery needs of the node; tests give one that records. */
export interface NodeTools {
  readonly mechanism: (what: NodeAction['do']) => Mechanism | undefined
  readonly prober: (probe: NodeProbe['probe']) => Prober | undefined
  /** Probed once; later calls are answered at once. */
  readonly abilities: () => Promise<Abilities>
  readonly findPod: (pod: PodObject) => Promise<PodOnNode>
  readonly witness: Witness
  /** Ends the programs that serve several faults. */
  readonly stop: () => Promise<void>
}

/** Counts what passes between a pod and others than its node, harming nothing. One for each pod, whoever asks for it. */
export interface Witness {
  /** Removes what a former daemon placed. */
  readonly clear: () => Promise<void>
  readonly place: (pod: PodOnNode, nodeAddresses: readonly string[]) => Promise<void>
  /** Packets since it was placed; undefined when the pod is gone. */
  readonly read: (pod: PodOnNode) => Promise<number | undefined>
  /** Each `place` has its `remove`; the last one takes it away. */
  readonly remove: (pod: PodOnNode) => Promise<void>
}
