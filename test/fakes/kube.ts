import { randomUUID } from 'node:crypto'
import type { Informer, KubeClient, KubeObject, Resource, Scope } from '../../src/kube/kube-client.ts'
import { KubeError } from '../../src/kube/kube-error.ts'
import { jsonPatch } from './json-patch.ts'
import { applyOwned, mergePatch, type Owned } from './kube-apply.ts'

type Stored = KubeObject & Record<string, unknown>
type Change = 'added' | 'changed' | 'removed'
type Listener = (change: Change, object: never) => void

/** A request that was made, for tests that count or look. */
export interface Asked {
  readonly verb: 'get' | 'list' | 'create' | 'apply' | 'patch' | 'remove'
  readonly plural: string
  readonly name: string
  readonly body?: unknown
  readonly manager?: string | undefined
}

/**
 * An API server in memory, as far as the program uses one: UIDs, resource versions, generations that count changes of the
 * spec, status as a subresource, server-side apply into list maps with owners of entries, merge patches, informers that
 * hear of a change after the call that made it. `fail` makes the next requests fail.
 */
export class FakeKube implements KubeClient {
  readonly server = 'https://fake.invalid'
  readonly asked: Asked[] = []
  readonly #objects = new Map<string, Map<string, Stored>>()
  readonly #owned = new Map<string, Owned>()
  readonly #watchers = new Map<string, Set<(change: Change, object: Stored) => void>>()
  #version = 100
  /** Throws, or answers with an error, before a request does anything. */
  fail: (asked: Asked) => KubeError | undefined = () => undefined

  readonly requests = (): number => this.asked.length
  readonly close = (): void => undefined

  readonly get = async <T extends KubeObject>(resource: Resource, name: string, namespace?: string) => {
    this.#ask({ verb: 'get', plural: resource.plural, name })
    return this.#find(resource, name, namespace) as T | undefined
  }

  readonly list = async <T extends KubeObject>(resource: Resource, scope: Scope = {}) => {
    this.#ask({ verb: 'list', plural: resource.plural, name: '' })
    return this.#matching(resource, scope) as unknown as readonly T[]
  }

  readonly create = async <T extends KubeObject>(resource: Resource, object: T) => {
    this.#ask({ verb: 'create', plural: resource.plural, name: object.metadata.name, body: object })
    const { name, namespace } = object.metadata
    if (this.#find(resource, name, namespace)) throw new KubeError(409, 'AlreadyExists', `${name} is there already`)
    const { status: _, ...rest } = structuredClone(object) as unknown as Stored
    const hasStatus = SUBRESOURCED.has(resource.plural)
    const body = hasStatus ? rest : (structuredClone(object) as unknown as Stored)
    return this.#put(
      resource,
      { ...body, metadata: { ...born(), ...body.metadata, generation: 1 } },
      'added',
    ) as unknown as T
  }

  readonly apply: KubeClient['apply'] = async (resource, object, { manager, subresource }) => {
    const { name, namespace, uid, resourceVersion } = object.metadata
    this.#ask({ verb: 'apply', plural: resource.plural, name, body: object, manager })
    const former = this.#find(resource, name, namespace)
    if (!former && subresource) throw notFound(resource, name)
    if (former && resourceVersion !== undefined && former.metadata.resourceVersion !== resourceVersion)
      throw new KubeError(409, 'Conflict', 'it was changed meanwhile')
    if (former && uid !== undefined && former.metadata.uid !== uid) throw new KubeError(409, 'Conflict', 'another UID')
    if (!former) return this.create(resource, object) as never
    const owner = `${former.metadata.uid}/${manager}`
    const { merged, owned } = applyOwned(former, this.#owned.get(owner), object, subresource)
    this.#owned.set(owner, owned)
    return this.#update(resource, former, merged as Stored) as never
  }

  readonly patch: KubeClient['patch'] = async (resource, name, namespace, patch, { type, dryRun }) => {
    this.#ask({ verb: 'patch', plural: resource.plural, name, body: patch })
    const former = this.#find(resource, name, namespace)
    if (!former) throw notFound(resource, name)
    if (dryRun) return (type === 'json' ? fitting(former, patch) : mergePatch(former, patch)) as never
    if (type === 'json') return this.#update(resource, former, fitting(former, patch)) as never
    if (type !== 'merge') throw new KubeError(415, 'UnsupportedMediaType', `${type} patches are not faked`)
    const version = (patch as Partial<KubeObject>).metadata?.resourceVersion
    if (version !== undefined && version !== former.metadata.resourceVersion)
      throw new KubeError(409, 'Conflict', 'it was changed meanwhile')
    return this.#update(resource, former, mergePatch(former, patch) as Stored) as never
  }

  readonly remove: KubeClient['remove'] = async (resource, name, namespace, options = {}) => {
    this.#ask({ verb: 'remove', plural: resource.plural, name })
    const former = this.#find(resource, name, namespace)
    if (!former) return false
    if (options.uid !== undefined && options.uid !== former.metadata.uid)
      throw new KubeError(409, 'Conflict', 'another UID')
    this.#store(resource).delete(keyOf(former))
    this.#tell(resource, 'removed', former)
    return true
  }

  readonly raw: KubeClient['raw'] = async ({ path }) => {
    throw new KubeError(0, '', `${path} is not faked`)
  }

  readonly stream: KubeClient['stream'] = ({ path }) => {
    throw new KubeError(0, '', `${path} is not faked`)
  }

  readonly informer = <T extends KubeObject>(resource: Resource, scope: Scope = {}): Informer<T> => {
    const listeners: Listener[] = []
    const cache = new Map<string, Stored>()
    const hear = (change: Change, object: Stored) => {
      const known = cache.has(keyOf(object))
      const stays = change !== 'removed' && matches(object, resource, scope)
      if (!stays && !known) return
      if (stays) cache.set(keyOf(object), object)
      else cache.delete(keyOf(object))
      const told = stays ? (known ? 'changed' : 'added') : 'removed'
      for (const listener of listeners) listener(told, object as never)
    }
    return {
      start: async (signal) => {
        this.#ask({ verb: 'list', plural: resource.plural, name: '' })
        for (const object of this.#matching(resource, scope)) hear('added', object)
        const watchers = this.#watchers.get(resource.plural) ?? new Set()
        this.#watchers.set(resource.plural, watchers.add(hear))
        signal.addEventListener('abort', () => watchers.delete(hear))
      },
      get: (name, namespace = scope.namespace) => cache.get(`${namespace ?? ''}/${name}`) as T | undefined,
      items: () => [...cache.values()] as unknown as T[],
      on: (listener) => {
        for (const object of cache.values()) listener('added', object as never)
        listeners.push(listener as Listener)
      },
      silentMs: () => 0,
    }
  }

  /** Puts an object in place, status and all, as other parts of a cluster would. */
  place<T extends KubeObject>(resource: Resource, object: T): T {
    const former = this.#find(resource, object.metadata.name, object.metadata.namespace)
    const clone = structuredClone(object) as unknown as Stored
    if (former)
      return this.#update(resource, former, {
        ...clone,
        metadata: { ...former.metadata, ...clone.metadata },
      }) as unknown as T
    return this.#put(
      resource,
      { ...clone, metadata: { ...born(), generation: 1, ...clone.metadata } },
      'added',
    ) as unknown as T
  }

  /** As it is on the server now, without a request. */
  peek<T extends KubeObject>(resource: Resource, name: string, namespace?: string): T | undefined {
    return this.#find(resource, name, namespace) as T | undefined
  }

  all<T extends KubeObject>(resource: Resource): readonly T[] {
    return [...this.#store(resource).values()] as unknown as T[]
  }

  #ask(asked: Asked): void {
    this.asked.push(asked)
    const error = this.fail(asked)
    if (error) throw error
  }

  #store(resource: Resource): Map<string, Stored> {
    const known = this.#objects.get(resource.plural) ?? new Map<string, Stored>()
    this.#objects.set(resource.plural, known)
    return known
  }

  #find(resource: Resource, name: string, namespace: string | undefined): Stored | undefined {
    return this.#store(resource).get(`${resource.namespaced ? (namespace ?? '') : ''}/${name}`)
  }

  #matching(resource: Resource, scope: Scope): readonly Stored[] {
    return [...this.#store(resource).values()].filter((object) => matches(object, resource, scope))
  }

  #update(resource: Resource, former: Stored, next: Stored): Stored {
    const isSame = JSON.stringify(former) === JSON.stringify(next)
    if (isSame) return former
    const changed = JSON.stringify(former.spec) !== JSON.stringify(next.spec)
    const generation = (former.metadata.generation ?? 1) + (changed ? 1 : 0)
    return this.#put(resource, { ...next, metadata: { ...next.metadata, generation } }, 'changed')
  }

  #put(resource: Resource, object: Stored, change: Change): Stored {
    this.#version += 1
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } }
    this.#store(resource).set(keyOf(stored), stored)
    this.#tell(resource, change, stored)
    return stored
  }

  /** A watch is never ahead of the answer to the call that made the change. */
  #tell(resource: Resource, change: Change, object: Stored): void {
    setImmediate(() => {
      for (const watcher of this.#watchers.get(resource.plural) ?? []) watcher(change, object)
    })
  }
}

const SUBRESOURCED = new Set(['faults', 'nodefaults'])

function fitting(former: Stored, patch: unknown): Stored {
  try {
    return jsonPatch(former, patch as Parameters<typeof jsonPatch>[1])
  } catch (error) {
    throw new KubeError(422, 'Invalid', error instanceof Error ? error.message : String(error))
  }
}

function born() {
  return { uid: randomUUID(), creationTimestamp: '2026-01-01T00:00:00Z' }
}

function keyOf({ metadata }: Stored): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`
}

function notFound(resource: Resource, name: string): KubeError {
  return new KubeError(404, 'NotFound', `${resource.plural} ${name} is not there`)
}

function matches(object: Stored, resource: Resource, { namespace, labels, fields }: Scope): boolean {
  if (resource.namespaced && namespace !== undefined && object.metadata.namespace !== namespace) return false
  const labelsFit = terms(labels).every(([key, value]) => {
    const label = object.metadata.labels?.[key]
    return value === undefined ? label !== undefined : label === value
  })
  return labelsFit && terms(fields).every(([path, value]) => at(object, path.split('.')) === value)
}

/** A key without a value asks only that there is one. */
function terms(selector = ''): readonly (readonly [string, string | undefined])[] {
  return selector
    .split(',')
    .filter((term) => term !== '')
    .map((term) => {
      const [key = '', value] = term.split('=')
      return [key, value] as const
    })
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value)
}
