import { isIPv4, isIPv6 } from 'node:net'
import { SeaworthyError } from '../../kit/errors.ts'
import type { Mechanism, PodOnNode } from '../../model/cluster/mechanism.ts'
import type { NodeAction } from '../../model/cluster/node-action.ts'
import { refuseNetns } from '../namespaces/netns.ts'
import { type Gateway, gatewayOf } from './devices.ts'
import { type Gate, gateOf, tableName } from './rules/gate.ts'
import { FAMILIES, type Family, replacePeersText, tableText } from './rules/nft-text.ts'
import { nftShare } from './rules/share.ts'
import { placeTable, readCounters, readingOf, removeTables, runNft, tablesLeft, tryPlaceTable } from './tables.ts'
import { appendXtTarget, type XtTarget } from './xt-target.ts'

type Duplicate = Extract<NodeAction, { do: 'duplicate' }>

/**
 * Sends a share of the packets twice: the kernel's packet duplicator (nft `dup`, or xt_TEE, which are one) hands a copy to
 * the default gateway, which forwards it as the original. Only what the pod sends: with direction `both` that half of it.
 * A copy passes the rule as well, so that counters are divided by what copies add. Ended by the kernel.
 */
export const duplicate: Mechanism<Duplicate> = {
  do: 'duplicate',
  expires: 'kernel',
  refuse: ({ match, ratio }, pod, abilities) => {
    if (!(ratio > 0 && ratio <= 1)) return `a share of ${ratio} cannot be sent twice`
    if (!abilities.nft || !abilities.tee) return 'the kernel has no packet duplicator (nft_dup or xt_TEE)'
    if (match.direction === 'from') return 'only what a pod sends can be duplicated: use direction `to`'
    return refuseNetns(pod)
  },
  apply: async ({ match, ratio }, pod, context) => {
    const gate = gateOf(match, context)
    const ways = await waysOf(pod, gate)
    for (const way of ways) await applyFamily(pod, gate, way, ratio)
  },
  update: async ({ match }, pod, context) => {
    const gate = gateOf(match, context)
    const ways = await waysOf(pod, gate)
    for (const { family } of ways) await runNft(pod, replacePeersText(gate, family))
  },
  undo: async (_, pod, context) => removeTables(pod, context, FAMILIES),
  leftovers: async (_, pod, context) => tablesLeft(pod, context),
  counters: async ({ ratio }, pod, context) => {
    const { matched, hit, bytes } = readingOf(await readCounters(pod, context.id))
    if (matched === undefined || hit === undefined || bytes === undefined) return {}
    const withoutCopies = (count: number) => Math.round(count / (1 + ratio))
    return { matched: withoutCopies(matched), hit: withoutCopies(hit), bytes: withoutCopies(bytes) }
  },
}

interface Way {
  readonly family: Family
  readonly gateway: Gateway
}

/** Tables for every version that has a gateway, whether it has peers now or not: an update may bring some. */
async function waysOf(pod: PodOnNode, { peers }: Gate): Promise<readonly Way[]> {
  const v4 = await gatewayOf(pod, 4)
  const v6 = await gatewayOf(pod, 6)
  if ((!v4 && peers.v4.length > 0 && pod.ips.some(isIPv4)) || (!v6 && peers.v6.length > 0 && pod.ips.some(isIPv6)))
    throw new SeaworthyError('ENGINE', 'the pod has no default gateway, which copies of packets are handed to')
  return [
    ...(v4 ? [{ family: 'ip', gateway: v4 } as const] : []),
    ...(v6 ? [{ family: 'ip6', gateway: v6 } as const] : []),
  ]
}

async function applyFamily(pod: PodOnNode, gate: Gate, { family, gateway }: Way, ratio: number): Promise<void> {
  const condition = nftShare(ratio)
  const table = (statement: string, chains = {}) =>
    tableText(gate, [{ hook: 'postrouting', condition, statement, aside: statement }], chains, family)
  const native = table(`dup to ${gateway.address} device "${gateway.device}"`)
  if ((await tryPlaceTable(pod, gate.id, native, family)) === undefined) return
  await placeTable(pod, gate.id, table('jump tee', { tee: [] }), family)
  await appendXtTarget(pod, family, tableName(gate.id), 'tee', teeTarget(gateway))
}

/** xt_TEE, revision 1 (struct xt_tee_tginfo): the gateway, the device to it, and room for the kernel's own pointer. */
function teeTarget({ address, device }: Gateway): XtTarget {
  const info = Buffer.alloc(40)
  addressBytes(address).copy(info)
  info.write(device, 16, 15, 'latin1')
  return { name: 'TEE', revision: 1, info }
}

function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number))
  const [head = '', tail = ''] = address.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === '' ? [] : tail.split(':')
  const groups = [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after]
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex')
}
