import type { CallOptions, KubeClient } from './kube-client.ts'

/** The same client for as long as the signal lasts: then every call and every informer ends with the signal's reason. */
export function boundClient(client: KubeClient, signal: AbortSignal): KubeClient {
  const bound = <O extends CallOptions>(options: O): O => ({ ...options, signal: both(signal, options.signal) })
  return {
    ...client,
    get: (resource, name, namespace, options = {}) => client.get(resource, name, namespace, bound(options)),
    list: (resource, scope, options = {}) => client.list(resource, scope, bound(options)),
    create: (resource, object, options = {}) => client.create(resource, object, bound(options)),
    apply: (resource, object, options) => client.apply(resource, object, bound(options)),
    patch: (resource, name, namespace, patch, options) =>
      client.patch(resource, name, namespace, patch, bound(options)),
    remove: (resource, name, namespace, options = {}) => client.remove(resource, name, namespace, bound(options)),
    raw: (request) => client.raw(bound(request)),
    stream: (request) => client.stream(bound(request)),
    informer: (resource, scope) => {
      const informer = client.informer<never>(resource, scope)
      return { ...informer, start: (own: AbortSignal) => informer.start(both(signal, own)) }
    },
  }
}

function both(one: AbortSignal, other: AbortSignal | undefined): AbortSignal {
  return other === undefined ? one : AbortSignal.any([one, other])
}
