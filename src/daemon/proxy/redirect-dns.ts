import { SeaworthyError } from '../../kit/errors.ts'
import type { Mechanism, NodeContext, PodOnNode } from '../../model/cluster/mechanism.ts'
import type { NodeAction } from '../../model/cluster/node-action.ts'
import { execIn, whileThere } from '../namespaces/exec-in.ts'
import { refuseRedirect } from './abilities.ts'
import { type DnsFault, dnsListenersSchema } from './dns/messages.ts'
import { type ResolverSettings, resolverSettings } from './dns/resolv-conf.ts'
import { PodHelpers } from './helper/pod-helpers.ts'
import { finishRedirect, installRedirect, redirectLeftovers, removeRedirect } from './redirect/redirect.ts'
import { beatAddress, type Redirect } from './redirect/table.ts'
import { countsOf, finishHelper, openTheWay } from './redirect-http.ts'

type DnsAction = Extract<NodeAction, { readonly do: 'redirect-dns' }>

const DNS_PORT = 53
const FORGET = ['-D', '-p', 'udp', '--orig-port-dst', String(DNS_PORT)]

/** The responders of this node's pods; they live and end with this process. */
export const dnsResponders = new PodHelpers('dns-responder')

/**
 * The pod's questions to the resolvers of its resolv.conf, by UDP and TCP, go to a responder in its network namespace. A
 * pattern is compared with the name as it was asked and without an ending of the pod's search list: `db.example` also
 * means `db.example.shop.svc.cluster.local`. Questions to resolvers that an application brings along are not touched, and
 * an answer that it remembers hides the fault: the proof is the count of questions.
 */
export const redirectDns: Mechanism<DnsAction> = {
  do: 'redirect-dns',
  expires: 'kernel',
  refuse: ({ patterns }, pod, abilities) => {
    if (patterns.length === 0) return 'no name is given'
    if (!pod.containers.some(({ pid }) => pid !== undefined))
      return 'no container of the pod runs, so that its resolv.conf cannot be read'
    return refuseRedirect(pod, abilities)
  },
  apply: redirect,
  undo: async (_action, pod, context) => {
    await removeRedirect(context.id, pod, context)
    await dnsResponders.remove(pod, context.id)
    await forgetFlows(pod)
  },
  finish: async (_action, pod, context) => {
    if (!(await finishRedirect(context.id, pod))) return undefined
    await forgetFlows(pod)
    return finishHelper(dnsResponders, pod, context)
  },
  leftovers: async (_action, pod, context) => [
    ...(await redirectLeftovers(context.id, pod, context)),
    ...((await dnsResponders.has(pod, context.id))
      ? [`a rule of the DNS responder of ${pod.namespace}/${pod.name}`]
      : []),
  ],
  counters: async (_action, pod, context) => countsOf(await dnsResponders.ask(pod, 'counters', context.id)),
}

async function redirect(action: DnsAction, pod: PodOnNode, context: NodeContext): Promise<void> {
  const settings = await resolverSettings(pod)
  if (!settings) {
    throw new SeaworthyError('ENGINE', 'no container of the pod has a resolv.conf that names a resolver', {
      target: `${pod.namespace}/${pod.name}`,
    })
  }
  const got = await dnsResponders.add(pod, context, faultOf(action, settings, context), (how) => {
    void openTheWay(pod, context)
      .then(async (end) => {
        await forgetFlows(pod)
        return end
      })
      .then((end) => context.onHelperExit(`the DNS responder ended (${how}); ${end}`))
  })
  const { udp, tcp } = dnsListenersSchema.parse(got)
  const redirects = settings.servers.flatMap((address, at): readonly Redirect[] => [
    { way: 'out', protocol: 'udp', address, port: DNS_PORT, listener: udp[at] ?? 0 },
    { way: 'out', protocol: 'tcp', address, port: DNS_PORT, listener: tcp[at] ?? 0 },
  ])
  try {
    await installRedirect({ id: context.id, redirects, remainingMs: context.remainingMs, loopback: true }, pod, context)
  } catch (error) {
    await dnsResponders.remove(pod, context.id)
    throw error
  }
  await forgetFlows(pod)
}

function faultOf({ patterns, answer, seed }: DnsAction, settings: ResolverSettings, context: NodeContext): DnsFault {
  return {
    id: context.id,
    remainingMs: context.remainingMs,
    beat: { address: beatAddress(context.id), ports: [DNS_PORT] },
    ...settings,
    patterns,
    answer,
    seed,
  }
}

/**
 * A resolver that keeps its socket would stay where the kernel has led it first. Where conntrack is not installed those
 * flows change over by themselves, when they have been silent for half a minute.
 */
async function forgetFlows(pod: PodOnNode): Promise<void> {
  const forget = () => execIn(pod, 'conntrack', FORGET)
  await whileThere(pod, undefined, forget).catch(() => undefined)
}
