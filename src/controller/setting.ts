import type { Clock } from '../kit/clock.ts'
import type { KubeClient } from '../kube/kube-client.ts'
import type { Seen } from '../model/cluster/permission.ts'
import type { ClusterFault } from '../model/cluster/recipe.ts'
import type { FaultType } from '../model/fault.ts'
import type { ChangeStack } from './change-stack.ts'
import type { FaultEvents } from './fault-events.ts'
import type { Kinds } from './kinds.ts'
import type { UndoRecords } from './undo-records.ts'

export type ClusterFaultType = FaultType & { readonly cluster: ClusterFault<Readonly<Record<string, unknown>>> }

/** What every fault that the controller works on has in common. */
export interface Setting {
  readonly client: KubeClient
  readonly clock: Clock
  readonly kinds: Kinds
  readonly records: UndoRecords
  /** What all faults together have changed. */
  readonly stack: ChangeStack
  readonly events: FaultEvents
  readonly typeOf: (name: string) => ClusterFaultType | undefined
  /** As this controller sees it now, whatever a fault says. */
  readonly namespace: (name: string) => Seen | undefined
  /** Protected beside the fixed ones. */
  readonly systemNamespaces: readonly string[]
  readonly onTrouble: (detail: string) => void
  readonly onPhase: (
    phase: 'Injected' | 'Recovered' | 'Failed' | 'Refused',
    type: string,
    tookMs: number | undefined,
  ) => void
}

/** One manager, so that a controller that takes over owns what the one before wrote. */
export const FIELD_MANAGER = 'seaworthy-controller'
