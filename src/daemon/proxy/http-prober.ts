import type { PodOnNode, Prober } from '../../model/cluster/mechanism.ts'
import type { NodeProbe } from '../../model/cluster/reading.ts'
import { askInPod, medianTook, tallied } from './probe/ask-in-pod.ts'
import { askOnce, type HttpAsk } from './probe/http-request.ts'
import { httpProxies } from './redirect-http.ts'

type HttpProbe = Extract<NodeProbe, { readonly probe: 'http' }>

/** Longer than any delay of which the probe should see the end. */
const TIMEOUT_MS = 10_000
const MOST_PORTS = 4
const MOST_PEERS = 4

/**
 * One request for each port: from here to the pod, or, where there are peers, from the pod to them. Requests that match are
 * always hit, whatever the share of the fault, and counted nowhere.
 */
export const httpProber: Prober<HttpProbe> = {
  probe: 'http',
  read: async (probe, pod, context, peers) => {
    const secret = await httpProxies.ask(pod, 'secret', context.id)
    const calls = callsOf(probe, pod, peers, typeof secret === 'string' ? secret : undefined)
    const got =
      peers.length > 0 ? await askInPod(pod, context, { ask: 'http', calls }) : await Promise.all(calls.map(askOnce))
    const answerMedianMs = medianTook(got)
    return { answers: tallied(got), ...(answerMedianMs === undefined ? {} : { answerMedianMs }) }
  },
}

function callsOf(
  { ports, path, method }: HttpProbe,
  pod: PodOnNode,
  peers: readonly string[],
  secret: string | undefined,
): readonly HttpAsk[] {
  const single = peers.filter((peer) => !peer.includes('/')).slice(0, MOST_PEERS)
  const addresses = peers.length > 0 ? single : pod.ips.slice(0, 1)
  return addresses.flatMap((address) =>
    ports.slice(0, MOST_PORTS).map((port) => ({ address, port, path, method, timeoutMs: TIMEOUT_MS, secret })),
  )
}
