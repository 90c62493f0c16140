import { isIPv6 } from 'node:net'
import * as z from 'zod'
import { start } from '../../kit/exec.ts'
import type { Mechanism, NodeContext, PodOnNode } from '../../model/cluster/mechanism.ts'
import type { NodeAction } from '../../model/cluster/node-action.ts'
import { startIn } from '../namespaces/exec-in.ts'
import { refuseNetns } from '../namespaces/netns.ts'
import { connectHelper, type HelperClient } from '../proxy/helper/helper-client.ts'
import { expandedPeers } from '../proxy/peers.ts'
import type { ConnectionsOrder } from './connections-helper.ts'
import type { Place } from './hold-connections.ts'

type ConnectionsAction = Extract<NodeAction, { readonly do: 'open-connections' }>

/** One source address has about 28,000 ports for each destination. */
const MOST_CONNECTIONS = 25_000
const countsSchema = z.strictObject({ open: z.number(), refused: z.number() })

const holders = new Map<string, Promise<HelperClient>>()

/**
 * Idle TCP connections: from this node to the pod's port, or from within the pod to the peers. Every one is a process's own
 * and closes with it: at the end, when this process ends, and when the pod's network namespace goes.
 */
export const openConnections: Mechanism<ConnectionsAction> = {
  do: 'open-connections',
  expires: 'process',
  refuse: ({ count, peers }, pod) => {
    if (count > MOST_CONNECTIONS) return `${count} connections are more than one address can open (${MOST_CONNECTIONS})`
    if (!peers) return pod.ips.length === 0 ? 'the pod has no address yet' : undefined
    const addresses = expandedPeers(peers)
    if (addresses === undefined) return 'the other side has too many addresses: each of a range counts, up to 1024'
    if (addresses.length === 0) return 'the other side has no address (yet)'
    return refuseNetns(pod)
  },
  apply: async (action, pod, context) => {
    const holder = await (holders.get(context.id) ?? launch(action, pod, context))
    await holder.ask('add', context.id)
  },
  undo: async (_action, _pod, { id }) => {
    const holder = await holders.get(id)?.catch(() => undefined)
    holders.delete(id)
    if (!holder) return
    holder.end()
    await holder.whenEnded
  },
  leftovers: async (_action, pod, { id }) => {
    const holder = await holders.get(id)?.catch(() => undefined)
    return holder && !holder.ended ? [`connections to ${pod.namespace}/${pod.name}, held by process ${holder.pid}`] : []
  },
  counters: async (_action, _pod, { id }) => {
    const holder = await holders.get(id)?.catch(() => undefined)
    const got = countsSchema.safeParse(await holder?.ask('counters', id).catch(() => undefined))
    return got.success ? got.data : {}
  },
}

function launch(action: ConnectionsAction, pod: PodOnNode, context: NodeContext): Promise<HelperClient> {
  const launching = connectTo(action, pod, context)
  holders.set(context.id, launching)
  launching.catch(() => {
    if (holders.get(context.id) === launching) holders.delete(context.id)
  })
  return launching
}

async function connectTo(action: ConnectionsAction, pod: PodOnNode, context: NodeContext): Promise<HelperClient> {
  const order: ConnectionsOrder = {
    places: placesOf(action, pod),
    count: action.count,
    remainingMs: context.remainingMs,
  }
  const command = [...context.helperCommand, 'connections', JSON.stringify(order)]
  const child = action.peers
    ? startIn(pod, command, { stdio: 'pipe' })
    : start('setpriv', ['--pdeathsig', 'KILL', '--', ...command], { stdio: 'pipe' })
  const client = await connectHelper(`the holder of connections to ${pod.namespace}/${pod.name}`, child)
  const until = Date.now() + context.remainingMs
  void client.whenEnded.then((how) => {
    // Whoever ended it on purpose has taken it off the list.
    if (holders.delete(context.id) && Date.now() < until) context.onHelperExit(`the connections were closed: ${how}`)
  })
  return client
}

function placesOf({ peers, port }: ConnectionsAction, pod: PodOnNode): readonly Place[] {
  const addresses = peers
    ? (expandedPeers(peers) ?? [])
    : [...pod.ips].sort((a, b) => Number(isIPv6(a)) - Number(isIPv6(b))).slice(0, 1)
  return addresses.map((address) => ({ address, port }))
}
