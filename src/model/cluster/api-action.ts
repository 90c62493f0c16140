/**
 * What the controller can do through the API. Each is idempotent; what must be put back is kept in an undo record in the
 * controller's own namespace, written before the first change, and put back only where the field still holds what we wrote.
 */
export type ApiAction =
  /** With a precondition on the UID. */
  | { readonly do: 'delete-pod'; readonly graceSeconds: number }
  /** Honours disruption budgets: a refusal is a failed injection with the budget's own words. */
  | { readonly do: 'evict-pod'; readonly graceSeconds: number | undefined }
  /** Every container of the pod gets an image that only waits, so that the pod runs and does not work. */
  | { readonly do: 'swap-images'; readonly image: string }
  | { readonly do: 'scale'; readonly replicas: number }
  | { readonly do: 'restart' }
  | { readonly do: 'cordon' }
  /** Cordon, then evict all pods but daemons and static ones, within the fault's duration. */
  | { readonly do: 'drain'; readonly onlyNamespaces: readonly string[] | undefined }
  | {
      readonly do: 'taint'
      readonly key: string
      readonly value: string
      readonly effect: 'NoSchedule' | 'NoExecute' | 'PreferNoSchedule'
    }
  /** Creates the objects (named after the fault) in the target's namespace and removes them; with a period they come and go. */
  | {
      readonly do: 'objects'
      readonly manifests: readonly Readonly<Record<string, unknown>>[]
      readonly periodMs: number | undefined
    }
  /** Of the target, or of another object in its namespace. */
  | {
      readonly do: 'patch'
      readonly object?: { readonly apiVersion: string; readonly kind: string; readonly name: string } | undefined
      readonly patch: unknown
      readonly patchType: 'merge' | 'json'
    }
  /** A Job with a deadline; its success is asked for in the proof. */
  | {
      readonly do: 'job'
      readonly image: string
      readonly command: readonly string[]
      readonly env: Readonly<Record<string, string>>
    }
