import { isIPv4 } from 'node:net'
import type { Prober } from '../../model/cluster/mechanism.ts'
import type { NodeProbe } from '../../model/cluster/reading.ts'
import { resolverSettings } from './dns/resolv-conf.ts'
import { askInPod, medianTook, tallied } from './probe/ask-in-pod.ts'
import { dnsResponders } from './redirect-dns.ts'

type DnsProbe = Extract<NodeProbe, { readonly probe: 'dns' }>

const TIMEOUT_MS = 5_000

/** One question from within the pod to its first resolver, for an address of the pod's own family; counted nowhere. */
export const dnsProber: Prober<DnsProbe> = {
  probe: 'dns',
  read: async ({ name }, pod, context) => {
    const server = (await resolverSettings(pod))?.servers[0]
    if (server === undefined) return {}
    const secret = await dnsResponders.ask(pod, 'secret', context.id)
    const mark = typeof secret === 'string' ? secret : undefined
    const family = pod.ips.length === 0 || pod.ips.some((ip) => isIPv4(ip)) ? 4 : 6
    const got = await askInPod(pod, context, {
      ask: 'dns',
      calls: [{ server, name, family, timeoutMs: TIMEOUT_MS, mark }],
    })
    const answerMedianMs = medianTook(got)
    return { answers: tallied(got), ...(answerMedianMs === undefined ? {} : { answerMedianMs }) }
  },
}
