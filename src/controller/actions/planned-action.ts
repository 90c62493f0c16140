import type { Clock } from '../../kit/clock.ts'
import type { KubeClient, KubeObject, Resource } from '../../kube/kube-client.ts'
import type { FaultObject, FaultTarget } from '../../model/cluster/fault-object.ts'
import type { NodeReading } from '../../model/cluster/reading.ts'
import type { Kinds } from '../kinds.ts'
import type { UndoStep } from '../undo-step.ts'

/** What every action is given: one target of one fault, seen in the cluster a moment ago and checked. */
export interface ActionContext {
  readonly client: KubeClient
  readonly kinds: Kinds
  readonly clock: Clock
  readonly fault: FaultObject
  readonly target: FaultTarget
  readonly resource: Resource
  readonly object: KubeObject
}

/** An action that was thought through and has not touched anything yet. */
export interface PlannedAction {
  /** Recorded before `perform`; empty when there is nothing to put back. */
  readonly undo: readonly UndoStep[]
  /** Idempotent. Throws SeaworthyError('ENGINE') or KubeError in the cluster's own words. Returns what is worth a remark. */
  readonly perform: () => Promise<string | undefined>
}

/** What happened in the background and can be seen nowhere else. */
export interface Counters {
  /** How often objects with a period have come. */
  came: number
}

/** For what goes on while a fault is on. */
export interface BackgroundContext {
  readonly client: KubeClient
  readonly kinds: Kinds
  readonly clock: Clock
  readonly fault: FaultObject
  readonly target: FaultTarget
  readonly counters: Counters
  readonly signal: AbortSignal
}

/** What can be seen of a target under an action; members of `object` readings. */
export interface ReadingContext {
  readonly client: KubeClient
  readonly fault: FaultObject
  readonly target: FaultTarget
  readonly resource: Resource
  readonly undo: readonly UndoStep[]
  /** Milliseconds since the epoch; undefined before the injection. */
  readonly injectedAtMs: number | undefined
  /** The target as it was seen a moment ago, which saves a look. */
  readonly seen?: KubeObject | undefined
  readonly counters: Counters
}

export type Seen = Partial<NodeReading>
