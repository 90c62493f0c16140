import type { Informer, KubeObject } from './kube-client.ts'

type Listener<T> = Parameters<Informer<T & KubeObject>['on']>[0]

/** The objects that an informer knows, without `managedFields`, and who is told of changes. */
export function createObjectCache<T extends KubeObject>() {
  const objects = new Map<string, T>()
  const listeners: Listener<T>[] = []
  const tell = (change: Parameters<Listener<T>>[0], object: T) => {
    for (const listener of listeners) safely(() => listener(change, object))
  }
  const put = (given: T) => {
    const object = withoutBookkeeping(given)
    const key = keyOf(object.metadata.name, object.metadata.namespace)
    const before = objects.get(key)
    if (before && before.metadata.uid !== object.metadata.uid) {
      objects.delete(key)
      tell('removed', before)
    } else if (before && before.metadata.resourceVersion === object.metadata.resourceVersion) return
    objects.set(key, object)
    tell(before?.metadata.uid === object.metadata.uid && before ? 'changed' : 'added', object)
  }
  const drop = (object: T) => {
    if (objects.delete(keyOf(object.metadata.name, object.metadata.namespace))) tell('removed', object)
  }
  return {
    get: (name: string, namespace: string | undefined) => objects.get(keyOf(name, namespace)),
    items: (): readonly T[] => [...objects.values()],
    put,
    drop,
    /** Takes a whole list over and tells only what differs. */
    replace: (list: readonly T[]) => {
      const there = new Set(list.map(({ metadata }) => keyOf(metadata.name, metadata.namespace)))
      for (const [key, object] of [...objects]) if (!there.has(key)) drop(object)
      for (const object of list) put(object)
    },
    /** Who comes late is told first of what is there. */
    on: (listener: Listener<T>) => {
      for (const object of objects.values()) safely(() => listener('added', object))
      listeners.push(listener)
    },
  }
}

/** Who has written which field is as large as all the rest, and nobody here asks. */
function withoutBookkeeping<T extends KubeObject>(object: T): T {
  const { managedFields: _, ...metadata }: T['metadata'] & { readonly managedFields?: unknown } = object.metadata
  return { ...object, metadata }
}

function keyOf(name: string, namespace: string | undefined): string {
  return `${namespace ?? ''}/${name}`
}

/** A listener's mistake is its own: it must not end the stream for the others, nor be lost. */
function safely(run: () => void): void {
  try {
    run()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
