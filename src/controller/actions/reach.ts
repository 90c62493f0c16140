import { connect } from 'node:net'
import type { KubeClient } from '../../kube/kube-client.ts'
import { PODS } from '../../kube/resources.ts'
import type { TcpProbe } from '../../model/cluster/reading.ts'
import { type LabelSelector, type Pod, selectorText } from '../objects.ts'

const MOST_PODS = 4
const ATTEMPTS_EACH = 3
const TIMEOUT_MS = 400
const DEFAULT_PORT = 80

/**
 * Connections that the controller itself tries to the pods of a workload, on the first TCP port that each declares: whether a
 * policy is enforced is seen by nothing else. A refusal is an answer. Undefined where there is no pod to ask.
 */
export async function reachPods(
  client: KubeClient,
  namespace: string | undefined,
  selector: LabelSelector | undefined,
): Promise<TcpProbe | undefined> {
  const labels = selectorText(selector)
  if (labels === undefined) return undefined
  const pods = (await client.list<Pod>(PODS, { namespace, labels })).filter(({ status }) => status?.podIPs?.[0])
  const places = pods.slice(0, MOST_PODS).map((pod) => ({ host: pod.status?.podIPs?.[0]?.ip ?? '', port: portOf(pod) }))
  if (places.length === 0) return undefined
  const asked = places.flatMap((place) => Array.from({ length: ATTEMPTS_EACH }, () => reach(place)))
  const times = (await Promise.all(asked)).filter((ms) => ms !== undefined).sort((a, b) => a - b)
  const medianMs = times[Math.floor(times.length / 2)]
  return { attempts: asked.length, answered: times.length, ...(medianMs === undefined ? {} : { medianMs }) }
}

function portOf({ spec }: Pod): number {
  const ports = (spec?.containers ?? []).flatMap((container) => container.ports ?? [])
  return ports.find(({ protocol = 'TCP' }) => protocol === 'TCP')?.containerPort ?? DEFAULT_PORT
}

/** Milliseconds until the other side said anything; undefined when it did not. */
function reach(place: { readonly host: string; readonly port: number }): Promise<number | undefined> {
  return new Promise((resolve) => {
    const startMs = performance.now()
    const socket = connect({ ...place, timeout: TIMEOUT_MS })
    const end = (answered: boolean) => {
      socket.destroy()
      resolve(answered ? performance.now() - startMs : undefined)
    }
    socket.once('connect', () => end(true))
    socket.once('timeout', () => end(false))
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code === 'ECONNREFUSED'))
  })
}
