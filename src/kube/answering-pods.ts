import type { KubeClient } from './kube-client.ts'

/** More pods are left to their kubelets: asking each of a large cluster again and again would be a load of its own. */
const MOST_ASKED = 16
const ANSWER_MS = 1_000

export interface AskedPod {
  readonly pod: string
  /** By its kubelet. */
  readonly ready: boolean
  readonly deleting: boolean
}

/**
 * How many of these pods are ready, by their kubelets or by their own word, which is a 200 on `port` and `path` (without a
 * slash before it): a kubelet asks once a second and tells a little later, and asks nothing else than this does. Where pods
 * may not be asked, what the kubelets say. Never throws.
 */
export async function countReady(
  client: KubeClient,
  namespace: string,
  pods: readonly AskedPod[],
  { port, path }: { readonly port: number; readonly path: string },
): Promise<number> {
  const others = pods.filter(({ ready, deleting }) => !ready && !deleting)
  const ready = pods.filter((pod) => pod.ready).length
  if (others.length > MOST_ASKED) return ready
  const pathOf = (pod: string) => `/api/v1/namespaces/${namespace}/pods/${pod}:${port}/proxy/${path}`
  const answers = await Promise.all(others.map(({ pod }) => saysReady(client, pathOf(pod))))
  return ready + answers.filter((answer) => answer).length
}

async function saysReady(client: KubeClient, path: string): Promise<boolean> {
  try {
    return (await client.raw({ method: 'GET', path, timeoutMs: ANSWER_MS })).status === 200
  } catch {
    return false
  }
}
