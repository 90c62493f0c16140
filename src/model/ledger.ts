/** Everything that a run creates outside its own memory, written and synced before it is created. */
export type LedgerEntry =
  | {
      readonly entry: 'run'
      readonly at: number
      readonly run: string
      readonly owner: ProcessIdentity
      readonly suite: string
      readonly version: string
    }
  /** A process that we start; `identity` follows when it is known. */
  | {
      readonly entry: 'process'
      readonly at: number
      readonly id: string
      readonly what: string
      readonly identity: ProcessIdentity | undefined
    }
  | { readonly entry: 'folder'; readonly at: number; readonly id: string; readonly path: string }
  | {
      readonly entry: 'fault'
      readonly at: number
      readonly id: string
      readonly what: string
      readonly undo: readonly unknown[]
      readonly expiresAt: number
    }
  /** An object in a cluster that the run creates. */
  | {
      readonly entry: 'object'
      readonly at: number
      readonly id: string
      readonly apiVersion: string
      readonly kind: string
      readonly namespace: string | undefined
      readonly name: string
    }
  /** A cluster that kind makes for the run, and the kind that made it. */
  | {
      readonly entry: 'kind-cluster'
      readonly at: number
      readonly id: string
      readonly name: string
      readonly binary: string
    }
  | { readonly entry: 'gone'; readonly at: number; readonly id: string }
  | { readonly entry: 'closed'; readonly at: number }

/** A pid alone may have been given to somebody else since; with its start time it cannot. */
export interface ProcessIdentity {
  readonly pid: number
  /** From /proc/PID/stat field 22 on Linux, `ps -o lstart=` elsewhere. */
  readonly startTime: string
}

/** What cleaning up could not remove. */
export interface Leftover {
  readonly what: string
  readonly why: string
  /** How to remove it by hand. */
  readonly remedy: string
}
