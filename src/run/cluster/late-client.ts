import { SeaworthyError } from '../../kit/errors.ts'
import type { KubeClient } from '../../kube/kube-client.ts'

export interface LateClient {
  readonly client: KubeClient
  /** From now on every call goes to this one. */
  readonly become: (real: KubeClient) => void
  readonly isThere: () => boolean
}

/** A client for a cluster that is made later in the run: whoever holds it may call it when the cluster is there. */
export function lateClient(): LateClient {
  let real: KubeClient | undefined
  const now = (): KubeClient => {
    if (real) return real
    throw new SeaworthyError('PLATFORM', 'the cluster is not there yet', { remedy: 'Bring it up first.' })
  }
  const client: KubeClient = {
    get server() {
      return real?.server ?? 'a cluster that is not there yet'
    },
    get: (...call) => now().get(...call),
    list: (...call) => now().list(...call),
    create: (...call) => now().create(...call),
    apply: (...call) => now().apply(...call),
    patch: (...call) => now().patch(...call),
    remove: (...call) => now().remove(...call),
    raw: (request) => now().raw(request),
    stream: (request) => now().stream(request),
    informer: (...call) => now().informer(...call),
    requests: () => real?.requests() ?? 0,
    close: () => real?.close(),
  }
  return {
    client,
    become: (given) => {
      real = given
    },
    isThere: () => real !== undefined,
  }
}
