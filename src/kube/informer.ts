import { messageOf } from '../kit/errors.ts'
import { type CallSettings, jittered } from './caller.ts'
import type { Informer, KubeObject, Resource, Scope } from './kube-client.ts'
import { KubeError } from './kube-error.ts'
import { listPages } from './list-pages.ts'
import { createObjectCache } from './object-cache.ts'
import { askedOf } from './object-call.ts'
import { refusal } from './refusal.ts'
import { type WatchEvent, type WatchSettings, watchOnce } from './watch.ts'

export interface InformerOptions {
  readonly resource: Resource
  readonly scope: Scope
  readonly settings: CallSettings
  readonly watch: WatchSettings
  readonly onTrouble: (detail: string) => void
}

/** Refused for good as far as a first list can tell: waiting grants no right and installs no kind. */
const IN_VAIN = new Set([400, 401, 403, 404, 405, 406])
/** A stream that lived so long was a good one; what ends it is not a reason to wait. */
const GOOD_STREAM_MS = 5_000

interface Following {
  /** Undefined: list first. */
  version: string | undefined
  failures: number
}

export function createInformer<T extends KubeObject>(options: InformerOptions): Informer<T> {
  const { settings, resource, scope } = options
  const cache = createObjectCache<T>()
  let heardAt = settings.clock.monotonic()
  let started: Promise<void> | undefined
  const heard = () => {
    heardAt = settings.clock.monotonic()
  }
  const follow: Follow<T> = { ...options, cache, heard }
  return {
    start: (signal) => {
      started ??= begin(follow, signal)
      return started
    },
    get: (name, namespace = scope.namespace) => cache.get(name, resource.namespaced ? namespace : undefined),
    items: cache.items,
    on: cache.on,
    silentMs: () => settings.clock.monotonic() - heardAt,
  }
}

interface Follow<T extends KubeObject> extends InformerOptions {
  readonly cache: ReturnType<typeof createObjectCache<T>>
  readonly heard: () => void
}

async function begin<T extends KubeObject>(follow: Follow<T>, signal: AbortSignal): Promise<void> {
  const state: Following = { version: undefined, failures: 0 }
  while (state.version === undefined) {
    try {
      state.version = await relist(follow, signal)
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof KubeError) || IN_VAIN.has(error.status)) throw error
      await holdOff(follow, state, error, signal)
    }
  }
  void followOn(follow, state, signal)
}

async function followOn<T extends KubeObject>(follow: Follow<T>, state: Following, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const since = follow.settings.clock.monotonic()
    try {
      state.version ??= await relist(follow, signal)
      await drain(follow, state, state.version, signal)
      if (!isGood(follow, since)) await holdOff(follow, state, 'the server closed the stream at once', signal)
      else state.failures = 0
    } catch (error) {
      if (signal.aborted) return
      if (isGood(follow, since)) state.failures = 0
      if (error instanceof KubeError && error.status === 410) state.version = undefined
      await holdOff(follow, state, error, signal).catch(() => undefined)
    }
  }
}

function isGood({ settings }: InformerOptions, since: number): boolean {
  return settings.clock.monotonic() - since >= GOOD_STREAM_MS
}

async function relist<T extends KubeObject>(follow: Follow<T>, signal: AbortSignal): Promise<string> {
  const listed = await listPages<T>(follow.resource, follow.scope, { signal }, follow.settings)
  follow.heard()
  follow.cache.replace(listed.items)
  return listed.resourceVersion
}

async function drain<T extends KubeObject>(
  follow: Follow<T>,
  state: Following,
  resourceVersion: string,
  signal: AbortSignal,
): Promise<void> {
  const { resource, scope, settings, watch } = follow
  for await (const event of watchOnce({ resource, scope, resourceVersion, settings, watch, signal })) {
    follow.heard()
    take(follow, event)
    state.version = event.object.metadata?.resourceVersion ?? state.version
  }
  // The server closed it in time, as it was asked to: a kind of which nothing changes is not silence.
  follow.heard()
}

/** Throws KubeError for an ERROR event; its status says whether to list again. */
function take<T extends KubeObject>(follow: Follow<T>, { type, object }: WatchEvent): void {
  if (type === 'ERROR')
    throw refusal(askedOf(follow.settings, 'watch', follow.resource, follow.scope.namespace, undefined), 200, object)
  if (type === 'ADDED' || type === 'MODIFIED') follow.cache.put(object as T)
  if (type === 'DELETED') follow.cache.drop(object as T)
}

async function holdOff(follow: InformerOptions, state: Following, why: unknown, signal: AbortSignal): Promise<void> {
  const { settings, resource, onTrouble } = follow
  state.failures += 1
  // The first is part of every day's business; 410 asks for a new list and for nothing else.
  if (state.failures > 1)
    onTrouble(`${resource.plural} are not followed: ${typeof why === 'string' ? why : messageOf(why)}`)
  await settings.clock.sleep(jittered(settings, state.failures - 1), signal)
}
