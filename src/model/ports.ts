import type { Emit } from './events.ts'
import type { Evidence } from './evidence.ts'
import type { Inventory } from './inventory.ts'
import type { LedgerEntry, Leftover } from './ledger.ts'
import type { Histogram, Measurement, Problem, WindowName } from './measurement.ts'
import type { PlannedFault, PlannedObjective } from './plan.ts'
import type { Action, LinkMatch, Probe, Reading } from './recipe.ts'
import type { Suite } from './suite.ts'

/** The seams between the rooms of the house. Adapters implement these; `run` calls them; nothing else crosses. */

/** Where the preview runs. One object a run; `down` is idempotent and may be called in any state. */
export interface Platform {
  readonly name: 'process' | 'kubernetes'
  /** Things that this platform cannot do for this suite, each with a remedy; asked before anything is touched. */
  readonly check: (suite: Suite) => Promise<readonly PlatformIssue[]>
  /** What there will be to break, before or after `up`. Pure on `process`. */
  readonly inventory: (suite: Suite) => Promise<Inventory>
  /** Brings the preview up and waits until it is ready. Throws SeaworthyError('PLATFORM') with the words of the service that did not come up. */
  readonly up: (signal: AbortSignal) => Promise<void>
  /** `http://web/checkout` to an address that can be reached from here as the users do; other URLs unchanged. */
  readonly resolve: (url: string) => string
  /** Runs the actions and probes of recipes. */
  readonly executor: Executor
  /** Per service, counted since `up`: requests (or connections, where they are not HTTP) that its consumers sent, and those that failed. */
  readonly serviceCounts: () => readonly ServiceCount[]
  /** For the proof that only planned things were touched: identity and state of every replica. */
  readonly snapshot: () => Promise<Snapshot>
  /**
   * Resolves when what measures has seen all that it will measure; asked while the preview warms up. Throws
   * SeaworthyError('OBSERVE') when that does not come.
   */
  readonly settled?: (signal: AbortSignal) => Promise<void>
  /** A base URL of a Prometheus that this platform runs for the run, when the suite says `install`. */
  readonly prometheusUrl: () => string | undefined
  /** The container images that the preview runs, each with its digest; nobody has to know where there are none. */
  readonly images?: () => Promise<readonly ImageDigest[]>
  /** Versions for the report. */
  readonly detail: () => string
  /** Stops and removes all that `up` made. */
  readonly down: () => Promise<readonly Leftover[]>
}

export interface ImageDigest {
  /** `ghcr.io/acme/shop` */
  readonly name: string
  /** `sha256:…` */
  readonly digest: string
}

export interface PlatformIssue {
  readonly line: number
  readonly message: string
  readonly remedy: string
}

export interface ServiceCount {
  readonly service: string
  readonly n: number
  readonly bad: number
}

export interface Snapshot {
  readonly replicas: readonly {
    readonly replica: string
    readonly identity: string
    readonly restarts: number
    readonly ready: boolean
  }[]
  /** Rules, stressors and the like that are in force now. */
  readonly active: readonly string[]
}

/** What a platform lets an agent do. Every method is idempotent. */
export interface Executor {
  /** Throws SeaworthyError('ENGINE') when it could not be done. */
  readonly run: (action: Action) => Promise<void>
  readonly read: (probe: Probe) => Promise<Reading>
  /** Connections (or requests) of judged traffic that went through matching links since `up`. */
  readonly crossings: (links: LinkMatch) => number
}

/** Breaks things and proves it. `release` is idempotent and ends whatever is still on. */
export interface Engine {
  readonly name: string
  readonly prepare: () => Promise<void>
  /** Finds, checks and watches the targets of faults that will be injected soon, and breaks nothing. Throws when a target is gone. */
  readonly expect?: (faults: readonly PlannedFault[]) => Promise<void>
  /** Takes back what was expected and is not injected after all. */
  readonly forget?: (faults: readonly PlannedFault[]) => Promise<void>
  /** Applies the recipe. The fault ends by itself at `durationMs` after this, whoever is gone by then. */
  readonly inject: (fault: PlannedFault) => Promise<Injection>
  /** Looks at the data plane now; called while the fault is on. */
  readonly evidence: (injection: Injection) => Promise<Evidence>
  /** Ends it and proves that it ended. Idempotent. */
  readonly recover: (injection: Injection, by: 'request' | 'deadline' | 'abort') => Promise<Evidence>
  /** Lifts the fault for a while (the `pause` step); one-shot faults have nothing to lift and are not repeated. */
  readonly pause: (injection: Injection) => Promise<void>
  readonly resume: (injection: Injection) => Promise<void>
  readonly release: () => Promise<readonly Leftover[]>
}

export interface Injection {
  readonly fault: PlannedFault
  /** Milliseconds since the epoch at which the last target had it. */
  readonly injectedAtMs: number
  readonly expiresAtMs: number
}

/** Who plays the users. One object a run. */
export interface Traffic {
  readonly kind: 'http' | 'k6' | 'job' | 'none'
  readonly start: (signal: AbortSignal) => Promise<void>
  /** Resolves when every request that was due before `untilMs` has ended, or its time limit has passed. */
  readonly settle: (untilMs: number) => Promise<void>
  /** Requests that were due in [startMs, endMs), in order. */
  readonly records: (startMs: number, endMs: number) => TrafficRecords
  /** Why nobody may have played the users in a part of [startMs, endMs): for measures that come from elsewhere. */
  readonly absent?: (startMs: number, endMs: number) => readonly Problem[]
  /** Forgets what was due before. */
  readonly forget: (beforeMs: number) => void
  readonly stats: () => { readonly requests: number; readonly lateP99Ms: number | null; readonly description: string }
  readonly stop: () => Promise<void>
}

/** Columns of one entry a request. Latency counts from when the request was due, not from when it was sent. */
export interface TrafficRecords {
  readonly length: number
  readonly dueMs: Float64Array
  readonly latencyMs: Float64Array
  /** 1 answered as expected, 0 failed. */
  readonly ok: Uint8Array
  /** Index into `failureKinds`; 0 for ok. */
  readonly failure: Uint8Array
  readonly failureKinds: readonly string[]
  readonly timeoutMs: number
  /** What makes these records worth less: the generator was late, k6 ended. */
  readonly problems: readonly Problem[]
}

export interface WindowSpan {
  readonly window: WindowName
  readonly startMs: number
  readonly endMs: number
  readonly sliceMs: number
}

/** Never throws for a bad measurement: what went wrong is in its problems. */
export interface Observer {
  readonly measure: (objective: PlannedObjective, span: WindowSpan) => Promise<Measurement>
}

export interface LatencySummary {
  readonly histogram: Histogram
  readonly failures: readonly { readonly what: string; readonly count: number }[]
}

/** Append-only. A written entry survives the death of this process; one that is waited for is on the disk. */
export interface Ledger {
  readonly write: (entry: LedgerEntry) => unknown
}

/** Handed to whatever is made for one run. */
export interface RunContext {
  readonly run: string
  readonly suite: Suite
  readonly emit: Emit
  readonly ledger: Ledger
  /** The ledger's file (one JSON line an entry), for helpers that outlive the command line and close it (src/kit/line-file.ts). */
  readonly ledgerPath: string
  /** A folder of the run's own, removed at the end. */
  readonly workFolder: string
  /** Where logs and reports are kept. */
  readonly reportFolder: string
  /** Starts this program again as one of its own helpers: `[node, cli, 'internal', …]`. */
  readonly helperCommand: readonly string[]
  /** The environment for services: the caller's, without tokens and without the runner's own files. */
  readonly environment: Readonly<Record<string, string>>
  /** What must not be seen in anything that is kept or shown, though services may be given it. */
  readonly secrets: readonly string[]
}
