import { messageOf } from '../../kit/errors.ts'
import type { Mechanism, NodeContext, PodOnNode } from '../../model/cluster/mechanism.ts'
import type { NodeAction } from '../../model/cluster/node-action.ts'
import type { NodeReading } from '../../model/cluster/reading.ts'
import { refuseRedirect } from './abilities.ts'
import { helperCountsSchema } from './helper/messages.ts'
import { PodHelpers } from './helper/pod-helpers.ts'
import { type Destination, type HttpFault, listenersSchema } from './http/messages.ts'
import { expandedPeers } from './peers.ts'
import { finishRedirect, installRedirect, redirectLeftovers, removeRedirect } from './redirect/redirect.ts'
import { beatAddress, type Redirect } from './redirect/table.ts'

type HttpAction = Extract<NodeAction, { readonly do: 'redirect-http' }>

/** Each needs a listener of its own, by which the proxy knows where a connection was meant for. */
const MOST_LISTENERS = 2_048

/** The proxies of this node's pods; they live and end with this process. */
export const httpProxies = new PodHelpers('http-proxy')

/**
 * New TCP connections go through a proxy in the pod's network namespace; the kernel alone leads them there and stops to do
 * so at the end, or three seconds after the proxy died. Connections that are open already are not touched and not hurt;
 * those in the proxy at the end are asked to close and to come back past it. The service sees the pod's own address as
 * the client's of what arrives.
 */
export const redirectHttp: Mechanism<HttpAction> = {
  do: 'redirect-http',
  expires: 'kernel',
  refuse: (action, pod, abilities) => refuseRedirect(pod, abilities) ?? refuseAction(action),
  apply: redirect,
  update: redirect,
  undo: async (_action, pod, context) => stop(pod, context),
  finish: async (_action, pod, context) => {
    const isOver = await finishRedirect(context.id, pod)
    return isOver ? finishHelper(httpProxies, pod, context) : undefined
  },
  leftovers: async (_action, pod, context) => [
    ...(await redirectLeftovers(context.id, pod, context)),
    ...((await httpProxies.has(pod, context.id)) ? [`a rule of the HTTP proxy of ${pod.namespace}/${pod.name}`] : []),
  ],
  counters: async (_action, pod, context) => countsOf(await httpProxies.ask(pod, 'counters', context.id)),
}

function refuseAction({ ports, outbound, peers }: HttpAction): string | undefined {
  if (ports.length === 0)
    return 'no TCP port is known: the pod declares none, no Service sends to it, and none was given'
  const strange = ports.find((port) => !Number.isInteger(port) || port < 1 || port > 65_535)
  if (strange !== undefined) return `${strange} is not a port`
  if (!outbound) return undefined
  const addresses = peers ? expandedPeers(peers) : []
  if (addresses === undefined || addresses.length * ports.length > MOST_LISTENERS)
    return 'the other side has too many addresses: each of a range counts, up to 1024, and IPv6 ranges are not possible'
  if (addresses.length === 0) return 'the other side has no address (yet), and calls to everybody cannot be told apart'
  return undefined
}

async function redirect(action: HttpAction, pod: PodOnNode, context: NodeContext): Promise<void> {
  const destinations = destinationsOf(action)
  if (destinations.length === 0) {
    await stop(pod, context)
    return
  }
  const fault: HttpFault = {
    id: context.id,
    remainingMs: context.remainingMs,
    beat: { address: beatAddress(context.id), ports: action.ports },
    destinations,
    match: action.match,
    rule: action.rule,
    seed: action.seed,
  }
  const got = await httpProxies.add(pod, context, fault, (how) => {
    void openTheWay(pod, context).then((end) => context.onHelperExit(`the HTTP proxy ended (${how}); ${end}`))
  })
  const { listeners } = listenersSchema.parse(got)
  const redirects = destinations.map(
    ({ address, port }, at): Redirect => ({
      way: action.outbound ? 'out' : 'in',
      protocol: 'tcp',
      address,
      port,
      listener: listeners[at] ?? 0,
    }),
  )
  try {
    await installRedirect(
      { id: context.id, redirects, remainingMs: context.remainingMs, loopback: false },
      pod,
      context,
    )
  } catch (error) {
    await httpProxies.remove(pod, context.id)
    throw error
  }
}

/** First the way, then the rule: nothing new comes in to be hurt, or not to be. */
async function stop(pod: PodOnNode, context: NodeContext): Promise<void> {
  await removeRedirect(context.id, pod, context)
  await httpProxies.remove(pod, context.id)
}

/** Takes the fault from the helper that nothing goes to any more, with what it counted. */
export async function finishHelper(
  helpers: PodHelpers,
  pod: PodOnNode,
  { id }: NodeContext,
): Promise<Partial<NodeReading>> {
  const counted = countsOf(await helpers.ask(pod, 'counters', id))
  await helpers.remove(pod, id)
  return counted
}

function destinationsOf({ outbound, ports, peers }: HttpAction): readonly Destination[] {
  const addresses = outbound ? ((peers && expandedPeers(peers)) ?? []) : [undefined]
  return addresses.flatMap((address) => [...new Set(ports)].map((port) => ({ address, port })))
}

/** Sooner than the three seconds after which the kernel does it. */
export async function openTheWay(pod: PodOnNode, context: NodeContext): Promise<string> {
  return removeRedirect(context.id, pod, context).then(
    () => 'connections go past it again',
    (error: unknown) => `connections go past it within three seconds (${messageOf(error)})`,
  )
}

/** What a proxy counted as a reading has it; nothing when there is no proxy (any more). */
export function countsOf(got: unknown): Partial<NodeReading> {
  const counts = helperCountsSchema.safeParse(got)
  if (!counts.success) return {}
  const { raw, matched, hit, medianHeldMs } = counts.data
  return {
    matched,
    hit,
    ...(medianHeldMs === undefined ? {} : { medianHeldMs }),
    ...(raw === 0 ? {} : { fact: `${raw} connections were passed on unread: TLS, or another protocol` }),
  }
}
