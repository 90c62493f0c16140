/** A fault as data: what to do, how to undo it, how it ends, how to see that it had its effect. JSON-serialisable. */
export interface Recipe {
  /** Named in the report: `SIGKILL`, `link proxy`. */
  readonly mechanism: string
  readonly apply: readonly Action[]
  /** Idempotent; run in reverse order. */
  readonly undo: readonly Action[]
  /** Who ends it when nobody asks: the kernel, the agent's own deadline, or nothing is left to end. */
  readonly expires: 'kernel' | 'agent' | 'nothing-to-end'
  readonly evidence: Probe
  /** Where judged traffic must cross for the experiment to say anything. */
  readonly crossing: LinkMatch
}

/** Which links a rule acts on: every given key must match; an empty match is every link. */
export interface LinkMatch {
  readonly from?: EndMatch | undefined
  readonly to?: EndMatch | undefined
}
export interface EndMatch {
  readonly workload?: string | undefined
  /** On the `to` side: only connections that were balanced to one of these replicas. */
  readonly replicas?: readonly string[] | undefined
}

/** `to-server`: bytes from the one who connects; `to-client`: the answers. */
export type LinkDirection = 'to-server' | 'to-client' | 'both'

export interface HttpMatch {
  /** `*` stands for any run of characters; undefined matches every path. Query strings are not looked at. */
  readonly path: string | undefined
  readonly method: string | undefined
  /** Ratio of matching requests that are hit, drawn with the recipe's seed. */
  readonly share: number
}

export type LinkRule =
  | { readonly rule: 'partition'; readonly direction: LinkDirection; readonly manner: 'hang' | 'refuse' }
  | {
      readonly rule: 'delay'
      readonly direction: LinkDirection
      readonly latencyMs: number
      readonly jitterMs: number
      readonly distribution: 'uniform' | 'normal' | 'pareto'
      readonly seed: number
    }
  | { readonly rule: 'bandwidth'; readonly direction: LinkDirection; readonly bytesPerSecond: number }
  | {
      readonly rule: 'http-abort'
      readonly match: HttpMatch
      /** Answer with this status, or reset the connection when undefined. */
      readonly status: number | undefined
      readonly seed: number
    }
  | {
      readonly rule: 'http-delay'
      readonly match: HttpMatch
      readonly delayMs: number
      readonly jitterMs: number
      readonly seed: number
    }
  | {
      readonly rule: 'http-replace'
      readonly match: HttpMatch
      readonly status: number | undefined
      readonly headers: Readonly<Record<string, string>>
      readonly body: string | undefined
      readonly seed: number
    }

/** What an agent can do on platform `process`. Each is idempotent: doing it twice is doing it once. */
export type Action =
  /** To the replica's whole process group, or only to processes in its tree whose command line contains `process`. SIGTERM is followed by SIGKILL after `graceMs`. */
  | {
      readonly do: 'signal'
      readonly replica: string
      readonly signal: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT'
      readonly graceMs: number
      readonly process: string | undefined
    }
  /** Keep the replica down until released; the supervisor does not restart it. */
  | { readonly do: 'hold'; readonly replica: string }
  | { readonly do: 'release'; readonly replica: string }
  /** `replicas: undefined` returns to what the suite says. */
  | { readonly do: 'scale'; readonly workload: string; readonly replicas: number | undefined }
  | { readonly do: 'add-link-rule'; readonly id: string; readonly links: LinkMatch; readonly rule: LinkRule }
  | { readonly do: 'remove-link-rule'; readonly id: string }
  | { readonly do: 'start-stress'; readonly id: string; readonly stress: Stress }
  | { readonly do: 'stop-stress'; readonly id: string }
  /** Open and hold idle connections to the workload's replicas. */
  | {
      readonly do: 'open-connections'
      readonly id: string
      readonly workload: string
      readonly replicas: readonly string[]
      readonly count: number
    }
  | { readonly do: 'close-connections'; readonly id: string }

export type Stress =
  | { readonly kind: 'cpu'; readonly workers: number; readonly loadRatio: number }
  | { readonly kind: 'memory'; readonly workers: number; readonly bytes: number }

/** How to look at the data plane, before and under the fault. */
export type Probe =
  | { readonly probe: 'replica-state'; readonly replicas: readonly string[]; readonly process: string | undefined }
  /** Ask each replica's readiness check directly, past every link. */
  | {
      readonly probe: 'replica-answers'
      readonly replicas: readonly string[]
      readonly attempts: number
      readonly timeoutMs: number
    }
  /** Ask the service's readiness check through each link, as its consumer would. */
  | { readonly probe: 'link-answers'; readonly links: LinkMatch; readonly attempts: number; readonly timeoutMs: number }
  /** What the links did to real traffic under one rule. */
  | {
      readonly probe: 'link-rule'
      readonly id: string
      readonly links: LinkMatch
      readonly attempts: number
      readonly timeoutMs: number
    }
  | { readonly probe: 'replica-count'; readonly workload: string }
  | { readonly probe: 'stress'; readonly id: string }
  | {
      readonly probe: 'connections'
      readonly id: string
      readonly workload: string
      readonly replicas: readonly string[]
    }

/** What a probe saw. One shape a probe; `undefined` members were not seen. */
export type Reading =
  | { readonly probe: 'replica-state'; readonly replicas: readonly ReplicaState[] }
  | {
      readonly probe: 'replica-answers'
      readonly attempts: number
      readonly answered: number
      readonly medianMs: number | undefined
    }
  | {
      readonly probe: 'link-answers'
      readonly attempts: number
      readonly answered: number
      readonly medianMs: number | undefined
      readonly statuses: Readonly<Record<string, number>>
    }
  | {
      readonly probe: 'link-rule'
      readonly active: boolean
      /** Connections that were open or opened while the rule was on. */
      readonly connections: number
      /** Connections that the rule changed: held, refused, slowed. */
      readonly connectionsHit: number
      /** Complete HTTP requests that matched, and that were hit. */
      readonly requestsMatched: number
      readonly requestsHit: number
      /** Bytes that were held or dropped, and the median time that a chunk or request was held. */
      readonly bytesHit: number
      readonly medianHeldMs: number | undefined
      /** The same as `link-answers`, by probing while the rule is on. */
      readonly answers: {
        readonly attempts: number
        readonly answered: number
        readonly medianMs: number | undefined
        readonly statuses: Readonly<Record<string, number>>
      }
    }
  | { readonly probe: 'replica-count'; readonly running: number; readonly ready: number }
  | { readonly probe: 'stress'; readonly running: number; readonly cores: number; readonly bytes: number }
  | { readonly probe: 'connections'; readonly open: number; readonly refused: number }

export interface ReplicaState {
  readonly replica: string
  /** Main process, or the first that matches the probe's process name; undefined when there is none. */
  readonly pid: number | undefined
  readonly startedAt: number | undefined
  readonly state: 'running' | 'stopped' | 'gone'
  readonly ready: boolean
  readonly restarts: number
}
