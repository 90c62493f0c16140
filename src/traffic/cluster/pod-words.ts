import type { KubeClient, KubeObject } from '../../kube/kube-client.ts'
import { EVENTS } from '../../kube/resources.ts'
import { plainWords } from '../../kube/server-words.ts'

/** What a pod that plays the users says of itself. */
export interface TrafficPod extends KubeObject {
  readonly status?: {
    readonly phase?: string
    readonly reason?: string
    readonly message?: string
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[]
    readonly initContainerStatuses?: readonly ContainerStatus[]
    readonly containerStatuses?: readonly ContainerStatus[]
  }
}

export interface ContainerStatus {
  readonly name: string
  readonly state?: {
    readonly waiting?: { readonly reason?: string; readonly message?: string }
    readonly running?: object
    readonly terminated?: Terminated
  }
}

interface Terminated {
  readonly exitCode?: number
  readonly reason?: string
  /** Of whole seconds. */
  readonly finishedAt?: string
}

const WORDS = 400

/** Why a pod does not run, in its own words. Pure. */
export function podWords({ status }: TrafficPod): string {
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]
  const waiting = containers
    .map(({ name, state }) => ({ name, waiting: state?.waiting }))
    .filter(({ waiting }) => waiting !== undefined && waiting.reason !== 'PodInitializing')
  const [first] = [...waiting.filter(({ waiting }) => waiting?.reason !== 'ContainerCreating'), ...waiting]
  const unscheduled = status?.conditions?.find(({ type, status }) => type === 'PodScheduled' && status !== 'True')
  const words = first?.waiting
    ? `container ${first.name} waits: ${[first.waiting.reason, first.waiting.message].filter(Boolean).join(': ')}`
    : (unscheduled?.message ?? phaseWords(status))
  return plainWords(words, WORDS)
}

function phaseWords(status: TrafficPod['status']): string {
  return [`it is ${status?.phase ?? 'gone'}`, status?.reason, status?.message].filter(Boolean).join(': ')
}

interface Warning extends KubeObject {
  readonly reason?: string
  readonly message?: string
  readonly lastTimestamp?: string | null
  readonly eventTime?: string | null
}

/** The newest warning about an object; undefined where there is none, or where we may not look. */
export async function lastWarning(
  client: KubeClient,
  namespace: string,
  uid: string | undefined,
): Promise<string | undefined> {
  const fields = `involvedObject.uid=${uid ?? ''},type=Warning`
  const events = await client.list<Warning>(EVENTS, { namespace, fields }, { timeoutMs: 5_000 }).catch(() => [])
  const at = ({ lastTimestamp, eventTime, metadata }: Warning) =>
    Date.parse(lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? '') || 0
  const [newest] = events.toSorted((a, b) => at(b) - at(a))
  return newest && plainWords(`${newest.reason ?? 'Warning'}: ${newest.message ?? ''}`, WORDS)
}
