import type { PolicySpec } from './policy.ts'

/** The suite after parsing: durations in ms, shares as ratios 0..1, rates per second, sizes in bytes. JSON-serialisable. */
export interface Suite {
  /** Path as the user gave it; shown in messages and annotations. */
  readonly file: string
  /** SHA-256 of the source text, hex. */
  readonly digest: string
  readonly name: string
  readonly system: SystemSpec
  readonly traffic: TrafficSpec
  readonly prometheus: PrometheusSpec | undefined
  readonly objectives: readonly ObjectiveSpec[]
  readonly windows: WindowsSpec
  readonly limits: LimitsSpec
  /** What pull requests that change this suite are held to. */
  readonly policy?: PolicySpec | undefined
  readonly experiments: readonly ExperimentSpec[]
}

export type SystemSpec = ProcessSystem | KubernetesSystem

export interface ProcessSystem {
  readonly platform: 'process'
  readonly services: readonly ServiceSpec[]
  /** Names of the services that may be hurt; all of them unless the suite says otherwise. */
  readonly workloads: readonly string[]
  /** How long all services together may take to become ready. */
  readonly readyMs: number
}

export interface ServiceSpec {
  readonly name: string
  readonly command: string
  /** Relative to the suite's folder; absolute after loading. */
  readonly directory: string
  readonly replicas: number
  readonly env: Readonly<Record<string, string>>
  /** Port names; the first is the one that `http://<name>/` means and `PORT` tells. */
  readonly ports: readonly string[]
  /** A fixed local port for the service's address, or undefined for any free one. */
  readonly listen: number | undefined
  readonly ready: ReadySpec
  readonly restart: { readonly policy: 'always' | 'never'; readonly backoffMs: number; readonly maxBackoffMs: number }
  /** Services that this one calls; each gets a link of its own. */
  readonly uses: readonly string[]
  readonly labels: Readonly<Record<string, string>>
  /** Path of Prometheus metrics on the first port, when the service has any. */
  readonly metrics: string | undefined
}

export type ReadySpec =
  | { readonly check: 'http'; readonly path: string; readonly port: string }
  | { readonly check: 'tcp'; readonly port: string }
  | { readonly check: 'log'; readonly line: string }

export interface KubernetesSystem {
  readonly platform: 'kubernetes'
  readonly cluster: 'connect' | 'kind'
  readonly namespace: string
  readonly workloads: readonly string[]
  readonly deploy:
    | {
        readonly images: readonly string[]
        readonly manifests: readonly string[]
        readonly command: string | undefined
        /** What the command will have brought, for a plan that is made before it runs. */
        readonly brings?: readonly BroughtSpec[] | undefined
      }
    | undefined
  readonly readyMs: number
}

/** How many pods a workload is meant to have when the deploy command has ended. */
export interface BroughtSpec {
  /** One of the system's workloads. */
  readonly workload: string
  readonly pods: number
  /** Line in the suite file, for messages. */
  readonly line: number
}

export type TrafficSpec =
  | {
      readonly kind: 'http'
      readonly ratePerSecond: number
      readonly timeoutMs: number
      /** Reuse connections between requests; off by default, as users are many and replicas are chosen per connection. */
      readonly keepAlive: boolean
      readonly requests: readonly HttpRequestSpec[]
    }
  | {
      readonly kind: 'k6'
      readonly script: string
      readonly env: Readonly<Record<string, string>>
      /** In a cluster; undefined for k6's own of a fixed version. */
      readonly image?: string | undefined
    }
  /** An image, or a manifest of a Job; never both. */
  | {
      readonly kind: 'job'
      readonly image?: string | undefined
      readonly command: readonly string[]
      readonly env?: Readonly<Record<string, string>>
      /** Relative to the suite's folder; absolute after loading. */
      readonly manifest?: string | undefined
    }
  | { readonly kind: 'none' }

export interface HttpRequestSpec {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  readonly weight: number
  readonly expect: ExpectSpec
}

export interface ExpectSpec {
  /** Accepted status codes; any of 200..399 when undefined. */
  readonly status: readonly number[] | undefined
  /** Text that the body must contain. */
  readonly body: string | undefined
}

export interface PrometheusSpec {
  readonly source:
    | { readonly kind: 'url'; readonly url: string }
    | { readonly kind: 'service'; readonly service: string }
    | { readonly kind: 'install' }
  /** How often the targets are scraped. */
  readonly scrapeMs: number
  /** Name of the environment variable that holds a bearer token; never the token. */
  readonly tokenFrom: string | undefined
}

export type Indicator =
  | { readonly source: 'traffic'; readonly kind: 'success' }
  | { readonly source: 'traffic'; readonly kind: 'latency-under'; readonly ms: number }
  | { readonly source: 'traffic'; readonly kind: 'latency-quantile'; readonly quantile: number }
  | { readonly source: 'prometheus'; readonly kind: 'ratio'; readonly bad: string; readonly total: string }
  | { readonly source: 'prometheus'; readonly kind: 'histogram-under'; readonly histogram: string; readonly ms: number }
  | {
      readonly source: 'prometheus'
      readonly kind: 'histogram-quantile'
      readonly histogram: string
      readonly quantile: number
    }
  | { readonly source: 'prometheus'; readonly kind: 'value'; readonly query: string }

/**
 * What must hold. `share`: at least this ratio of good. `below`/`above`: a quantile in ms or a value.
 * `increase`: against this run's baseline, at most this much: a ratio of bad for shares, ms for quantiles, the value's own unit.
 */
export type Need =
  | { readonly kind: 'share'; readonly target: number }
  | { readonly kind: 'below'; readonly value: number }
  | { readonly kind: 'above'; readonly value: number }
  | { readonly kind: 'increase'; readonly atMost: number }

export interface ObjectiveSpec {
  readonly name: string
  readonly indicator: Indicator
  readonly need: Need
  /** Line in the suite file, for annotations. */
  readonly line: number
}

export interface WindowsSpec {
  /** Traffic before the first baseline, shown and not judged: caches fill, code is compiled. */
  readonly warmupMs: number
  readonly baselineMs: number
  readonly faultMs: number
  readonly recoveryMs: number
}

export interface BlastRadius {
  /** Most targets at the same time in one experiment. */
  readonly targets: number
  /** Most of one workload's replicas, as a ratio. */
  readonly ratio: number
}

export interface GuardSpec {
  readonly objective: string
  /** Abort when the share of good is proven to be below this ratio. */
  readonly below: number
}

export interface LimitsSpec {
  readonly blastRadius: BlastRadius
  readonly abortWhen: readonly GuardSpec[]
  readonly hours: HoursSpec | undefined
  readonly approval: ApprovalSpec | undefined
}

/** When faults may be on, by the clocks of one time zone. Times are `HH:MM`; `24:00` is the end of a day. */
export interface HoursSpec {
  readonly from: string
  readonly to: string
  readonly timezone: string
  /** Red lines: never in these spans, whatever `from` and `to` say. */
  readonly never?: readonly { readonly from: string; readonly to: string }[]
  /** Only on these days; a span over midnight belongs to the day on which it begins. All days when undefined. */
  readonly days?: readonly Weekday[]
}
export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const
export type Weekday = (typeof WEEKDAYS)[number]

/** Who must have agreed to exactly this plan before anything is touched. */
export interface ApprovalSpec {
  /** Logins of GitHub, teams as `org/team`, or identities of the allowed signers. */
  readonly by: readonly string[]
  /** Fault types and groups of them (`node`, `open`) that need it; empty: every plan does. */
  readonly needed: readonly string[]
  /** Whether the author of the pull request may approve it as well. */
  readonly byAuthor: boolean
  /** How old an approval may be. */
  readonly withinMs: number
  /** A file of allowed signers (ssh-keygen(1)), from the root of the repository; read from the base commit. */
  readonly signers: string | undefined
}

export const TARGET_MODES = ['one', 'all', 'fixed', 'fixed-percent', 'random-max-percent'] as const
export type TargetMode = (typeof TARGET_MODES)[number]

export interface TargetSpec {
  /** A workload by name, or undefined when labels choose. */
  readonly workload: string | undefined
  readonly labels: Readonly<Record<string, string>> | undefined
  readonly mode: TargetMode
  /** For `fixed` a count, for the percent modes 0..100. */
  readonly value: number | undefined
}

export interface FaultSpec {
  readonly type: string
  readonly target: TargetSpec
  /** The type's own parameters, validated and normalised by its file in src/faults. */
  readonly parameters: Readonly<Record<string, unknown>>
  /** The same as they are written in the suite: a Fault object is made of these. */
  readonly written: Readonly<Record<string, unknown>>
  readonly line: number
}

export type CheckSpec =
  | { readonly check: 'http'; readonly url: string; readonly expect: ExpectSpec; readonly withinMs: number }
  | { readonly check: 'tcp'; readonly address: string; readonly withinMs: number }
  /** Of an object in the preview's namespace, such as `Deployment/web` and `Available`. */
  | {
      readonly check: 'condition'
      readonly object: string
      readonly type: string
      readonly status: 'True' | 'False' | 'Unknown'
      readonly withinMs: number
    }
  /** Ready addresses behind a Service. */
  | { readonly check: 'endpoints'; readonly service: string; readonly atLeast: number; readonly withinMs: number }
  | {
      readonly check: 'prometheus'
      readonly query: string
      readonly below: number | undefined
      readonly above: number | undefined
    }

export type StepSpec =
  | { readonly step: 'fault'; readonly fault: FaultSpec }
  /** Faults stay on while time passes. */
  | { readonly step: 'wait'; readonly ms: number }
  /** The experiment's faults are lifted for this long and put back. */
  | { readonly step: 'pause'; readonly ms: number }
  /** On this machine, or with an image as a pod of the preview's namespace. */
  | { readonly step: 'run'; readonly command: string; readonly image: string | undefined; readonly timeoutMs: number }
  | { readonly step: 'check'; readonly check: CheckSpec }
  | { readonly step: 'parallel'; readonly steps: readonly StepSpec[] }

/** Something that may happen while faults are on, and what is done then: so a remedy that acts by itself can be gated. */
export interface RuleSpec {
  readonly event: RuleEvent
  /** Only when it happens to this workload. */
  readonly workload: string | undefined
  /** How often it is acted on. */
  readonly times: number
  readonly steps: readonly StepSpec[]
}
export const RULE_EVENTS = ['fault-injected', 'fault-proven', 'replica-exited', 'replica-ready'] as const
type RuleEvent = (typeof RULE_EVENTS)[number]

export interface SearchSpec {
  /** The fault parameter that is varied. */
  readonly parameter: string
  readonly from: number
  readonly to: number
  readonly precision: number
  /** The experiment fails when the objectives break at or below this value. */
  readonly atLeast: number | undefined
  /** Unit in which a suite would write the value. */
  readonly unit: 'ms' | 'ratio' | 'bytes-per-second' | 'count'
}

export interface ExperimentSpec {
  readonly name: string
  readonly line: number
  /** One fault is one step. */
  readonly steps: readonly StepSpec[]
  readonly rules: readonly RuleSpec[]
  readonly search: SearchSpec | undefined
  /** By objective name: another need under this experiment's faults, or off. */
  readonly objectives: Readonly<Record<string, Need | 'off'>>
  readonly recoveryWithinMs: number | undefined
  readonly windows: Partial<WindowsSpec>
  readonly blastRadius: Partial<BlastRadius>
}
