import type { ObjectMeta } from '../model/cluster/object-meta.ts'

/** The Kubernetes API as the rest of the program sees it. One client a process: one pool of connections, one rate limit. */
export interface KubeObject {
  readonly apiVersion?: string
  readonly kind?: string
  readonly metadata: ObjectMeta
}

/** One kind of object: `{group: 'apps', version: 'v1', plural: 'deployments', kind: 'Deployment', namespaced: true}`. The core group is `''`. */
export interface Resource {
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly kind: string
  readonly namespaced: boolean
}

export interface Scope {
  readonly namespace?: string | undefined
  readonly labels?: string | undefined
  readonly fields?: string | undefined
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined
  readonly timeoutMs?: number | undefined
  /** Ask the server what it would do. */
  readonly dryRun?: boolean | undefined
}

/**
 * Every method retries what may be retried (429 with Retry-After, 5xx, resets, timeouts; with back-off and jitter) until its deadline, and
 * throws KubeError for the rest. Names are chosen by callers, so that a create whose answer was lost is found again.
 */
export interface KubeClient {
  readonly server: string
  readonly get: <T extends KubeObject>(
    resource: Resource,
    name: string,
    namespace?: string,
    options?: CallOptions,
  ) => Promise<T | undefined>
  readonly list: <T extends KubeObject>(
    resource: Resource,
    scope?: Scope,
    options?: CallOptions,
  ) => Promise<readonly T[]>
  /** 409 AlreadyExists after a retry, with the same labels and annotations as ours, is our own. */
  readonly create: <T extends KubeObject>(resource: Resource, object: T, options?: CallOptions) => Promise<T>
  /** Server-side apply. `force` takes fields over from others. */
  readonly apply: <T extends KubeObject>(
    resource: Resource,
    object: KubeObject & Readonly<Record<string, unknown>>,
    options: CallOptions & { readonly manager: string; readonly force?: boolean; readonly subresource?: string },
  ) => Promise<T>
  readonly patch: <T extends KubeObject>(
    resource: Resource,
    name: string,
    namespace: string | undefined,
    patch: unknown,
    options: CallOptions & { readonly type: 'merge' | 'json' | 'strategic'; readonly subresource?: string },
  ) => Promise<T>
  /** False when it was not there. A UID that does not fit is a KubeError with status 409. */
  readonly remove: (
    resource: Resource,
    name: string,
    namespace?: string,
    options?: CallOptions & {
      readonly uid?: string
      readonly graceSeconds?: number
      readonly propagation?: 'Background' | 'Foreground' | 'Orphan'
    },
  ) => Promise<boolean>
  /** Any path, for subresources (eviction, log, proxy). Resolves with whatever was answered; throws only without an answer. */
  readonly raw: (request: RawRequest) => Promise<RawAnswer>
  /** A body that goes on (logs with follow, a proxied stream): chunks as they arrive; throws when the answer is not 2xx. Ends with the signal. */
  readonly stream: (request: RawRequest) => AsyncIterable<Buffer>
  /** List and watch for as long as the signal lasts; see Informer. */
  readonly informer: <T extends KubeObject>(resource: Resource, scope?: Scope) => Informer<T>
  /** Requests sent until now, watches included. */
  readonly requests: () => number
  readonly close: () => void
}

export interface RawRequest extends CallOptions {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly query?: Readonly<Record<string, string>> | undefined
  readonly body?: unknown
  readonly contentType?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly maxBytes?: number | undefined
}

interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** A cache that follows the server: list, watch from there, resume by resourceVersion, list again on 410, bookmarks, silence noticed and ended. */
export interface Informer<T extends KubeObject> {
  /** Resolves when the first list is in the cache; throws KubeError when it is refused (403, 404) and not to be had by waiting. */
  readonly start: (signal: AbortSignal) => Promise<void>
  readonly get: (name: string, namespace?: string) => T | undefined
  readonly items: () => readonly T[]
  /** Called for every change after `start`, in order, and once with 'added' for each object of the first list. A relist tells only differences. */
  readonly on: (listener: (change: 'added' | 'changed' | 'removed', object: T) => void) => void
  /** Milliseconds since the server was last heard of (event, bookmark or list). */
  readonly silentMs: () => number
}
