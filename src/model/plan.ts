import type { Recipe } from './recipe.ts'
import type {
  ApprovalSpec,
  CheckSpec,
  FaultSpec,
  GuardSpec,
  Indicator,
  Need,
  RuleSpec,
  SearchSpec,
  TargetMode,
  WindowsSpec,
} from './suite.ts'

/** What will be done, with every target by name. JSON-serialisable; `digest` covers all of it but itself. */
export interface Plan {
  /** First 12 hex digits of the SHA-256 of the plan's canonical JSON. */
  readonly digest: string
  /** All 64 digits: what an approval and an attestation name. */
  readonly sha256: string
  /** Whose approval this plan needs; undefined where it needs none. */
  readonly approval: Pick<ApprovalSpec, 'by' | 'byAuthor' | 'signers'> | undefined
  readonly suite: { readonly name: string; readonly file: string; readonly digest: string }
  readonly platform: 'process' | 'kubernetes'
  readonly engine: string
  readonly seed: number
  readonly sliceMs: number
  readonly warmupMs: number
  readonly objectives: readonly PlannedObjective[]
  readonly guards: readonly GuardSpec[]
  readonly experiments: readonly PlannedExperiment[]
  /** Everything that may be touched, and everything else that the platform has. */
  readonly touched: readonly string[]
  readonly untouched: readonly string[]
  /**
   * Workloads whose number of replicas is what the suite says that its deploy command brings, and not what was seen; a run
   * that finds another number breaks nothing. Undefined where there are none.
   */
  readonly brought?: readonly { readonly workload: string; readonly replicas: number }[] | undefined
  readonly estimateMs: readonly { readonly phase: string; readonly ms: number }[]
  readonly warnings: readonly string[]
  /** Set when only a part of it is done here; its digest and its settings are those of the whole all the same. */
  readonly shard?: PlannedShard
}

/** One part of a plan that is done by several runs side by side. */
export interface PlannedShard {
  /** 1-based. */
  readonly index: number
  readonly count: number
  /** Every experiment of the whole, in the suite's order, and the shard that it falls to. */
  readonly experiments: readonly {
    readonly name: string
    readonly index: number
    readonly line: number
    readonly shard: number
  }[]
}

export interface PlannedObjective {
  readonly name: string
  readonly indicator: Indicator
  readonly need: Need
  readonly line: number
}

export interface PlannedExperiment {
  readonly name: string
  /** 1-based place in the suite. */
  readonly index: number
  readonly line: number
  readonly windows: Pick<WindowsSpec, 'baselineMs' | 'faultMs' | 'recoveryMs'>
  /** Only those that are judged here. */
  readonly objectives: readonly PlannedObjective[]
  readonly steps: readonly PlannedStep[]
  readonly rules: readonly PlannedRule[]
  readonly search: SearchSpec | undefined
  readonly recoveryWithinMs: number | undefined
  /** Names of the replicas that are hurt, sorted. */
  readonly targets: readonly string[]
  readonly blastRadius: {
    readonly targets: number
    readonly of: number
    readonly allowedTargets: number
    readonly allowedRatio: number
  }
  /** Whether the traffic of one fault window is enough to decide each objective. */
  readonly decidability: readonly Decidability[]
}

export interface Decidability {
  readonly objective: string
  /** Requests (or slices, for values) expected in the fault window; undefined where the source is not ours. */
  readonly expected: number | undefined
  readonly atLeast: number
  /** Most bad ones with which it can still pass; undefined where that has no meaning. */
  readonly passesWithUpTo: number | undefined
  readonly enough: boolean | undefined
}

export type PlannedStep =
  | { readonly step: 'fault'; readonly fault: PlannedFault }
  | { readonly step: 'wait'; readonly ms: number }
  | { readonly step: 'pause'; readonly ms: number }
  | { readonly step: 'run'; readonly command: string; readonly image: string | undefined; readonly timeoutMs: number }
  | { readonly step: 'check'; readonly check: CheckSpec }
  | { readonly step: 'parallel'; readonly steps: readonly PlannedStep[] }

export interface PlannedRule extends Omit<RuleSpec, 'steps'> {
  readonly steps: readonly PlannedStep[]
}

export interface PlannedFault {
  /** `e2f1`: first fault of the second experiment. */
  readonly id: string
  readonly type: string
  readonly spec: FaultSpec
  readonly workload: string
  readonly mode: TargetMode
  readonly replicas: readonly string[]
  /** Replicas that the workload has in all. */
  readonly of: number
  readonly seed: number
  readonly durationMs: number
  /** For people: `network-delay 200 ms on api (2 of 2)`. */
  readonly description: string
  /** For platform `process`. With `order` undefined too, nothing matched: the experiment is inconclusive, NOT_INJECTED. */
  readonly recipe: Recipe | undefined
  /** For platform `kubernetes`: what the actors in the cluster are told; they write the recipe themselves. */
  readonly order: FaultOrder | undefined
}

/** The part of a Fault object that a plan fixes. Pods are named by their slots (`web-1`) until the moment of injection. */
export interface FaultOrder {
  /** Ways that will be tried, in order, for people: `nft timed set, ipset`. */
  readonly mechanism: string
  readonly scope: 'namespace' | 'node'
  readonly actor: 'daemon' | 'controller'
  readonly targets: 'pods' | 'workload' | 'namespace' | 'node' | 'object'
  readonly open: boolean
  readonly crossing: 'rule' | 'witness' | 'none'
  readonly onReplaced: 're-apply' | 'report'
  readonly expires: 'kernel' | 'process' | 'watchdog' | 'controller' | 'nothing-to-end'
  /** As in a suite; a search sets one of them. */
  readonly parameters: Readonly<Record<string, unknown>>
}
