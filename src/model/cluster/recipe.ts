import type { Effect } from '../effect.ts'
import type { ApiAction } from './api-action.ts'
import type { FaultTarget, Peers, TargetStatus } from './fault-object.ts'
import type { NodeAction } from './node-action.ts'
import type { NodeProbe } from './reading.ts'

/** What a fault type is told about one target when it writes the recipe for it: facts of the cluster, found by the actor itself. */
export interface ClusterFacts {
  readonly target: FaultTarget
  /** Ports that the pod declares or a Service sends to, TCP. */
  readonly ports: readonly number[]
  readonly peers: Peers | undefined
  readonly seed: number
  readonly durationMs: number
  /** Replicas that the target has now, for `scale`. */
  readonly replicas: number | undefined
  /** Labels that select the pods of a workload; undefined where the target is no workload. */
  readonly labels?: Readonly<Record<string, string>> | undefined
}

/** One way to do it. The daemon takes the first that its kernel can do and names it. */
export interface NodeWay {
  /** `nft timed set`, `NFQUEUE`. */
  readonly mechanism: string
  readonly actions: readonly NodeAction[]
}

export type ClusterRecipe =
  | { readonly actor: 'daemon'; readonly ways: readonly [NodeWay, ...NodeWay[]]; readonly probe: NodeProbe }
  | { readonly actor: 'controller'; readonly mechanism: string; readonly actions: readonly ApiAction[] }

/** The half of a fault type that works on Kubernetes. Pure. */
export interface ClusterFault<Parameters> {
  readonly scope: 'namespace' | 'node'
  readonly actor: 'daemon' | 'controller'
  /** What `targets` are: each pod; each workload as a whole; the namespace; a node; any object. */
  readonly targets: 'pods' | 'workload' | 'namespace' | 'node' | 'object'
  /** Permits open-ended harm: the namespace (or node) must carry ALLOW_OPEN_LABEL as well. */
  readonly open: boolean
  /** Who ends it when nobody asks. `watchdog` is a process in a control group of its own. */
  readonly expires: 'kernel' | 'process' | 'watchdog' | 'controller' | 'nothing-to-end'
  /** A target that is replaced while the fault is on: hurt the new one as well, or report that it is gone. */
  readonly onReplaced: 're-apply' | 'report'
  /**
   * How it is known that judged traffic met the fault: the rule's own counters, the daemon's witness at the target, or
   * nothing that can be counted (the fault is on an object that no packet crosses), which is then said.
   */
  readonly crossing: 'rule' | 'witness' | 'none'
  /** Throws SeaworthyError('PLAN') with a remedy where it cannot be done to this target. */
  readonly recipe: (parameters: Parameters, facts: ClusterFacts) => ClusterRecipe
  /** Whether what was seen on these targets is the effect that was asked for. Targets in the order of the fault's spec. */
  readonly effect: (parameters: Parameters, targets: readonly TargetStatus[]) => Effect
}
