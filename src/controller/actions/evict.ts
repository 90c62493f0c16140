import { messageOf } from '../../kit/errors.ts'
import type { KubeClient } from '../../kube/kube-client.ts'

const CREATED = [200, 201]
const NOT_FOUND = 404

/** Asks for the eviction of exactly this pod. Undefined when it was granted, or the pod is gone; else the server's own words. */
export async function evict(
  client: KubeClient,
  namespace: string,
  pod: { readonly name: string; readonly uid: string },
  graceSeconds: number | undefined,
): Promise<string | undefined> {
  const answer = await client.raw({
    method: 'POST',
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod.name)}/eviction`,
    body: {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name: pod.name, namespace },
      deleteOptions: {
        preconditions: { uid: pod.uid },
        ...(graceSeconds === undefined ? {} : { gracePeriodSeconds: graceSeconds }),
      },
    },
  })
  if (CREATED.includes(answer.status) || answer.status === NOT_FOUND) return undefined
  return wordsOf(answer.body) ?? `status ${answer.status}`
}

interface Status {
  readonly message?: string
  readonly details?: { readonly causes?: readonly { readonly message?: string }[] }
}

/** The budget's name and numbers are in the causes. */
function wordsOf(body: Buffer): string | undefined {
  try {
    const { message, details } = JSON.parse(body.toString('utf8')) as Status
    return [message, ...(details?.causes ?? []).map((cause) => cause.message)].filter((part) => part).join(' ')
  } catch (error) {
    return `an answer that is not JSON: ${messageOf(error)}`
  }
}
