import { isIPv6 } from 'node:net'
import type { PodOnNode } from '../../../model/cluster/mechanism.ts'
import { mustExecIn, whileThere } from '../../namespaces/exec-in.ts'
import { runNft, tryPlaceTable } from '../../network/tables.ts'
import { whileUnhooking } from '../../network/unhook.ts'
import { ALIVE_SECONDS, beatAddress, PROXY_UID, type Redirect, type RedirectTable } from './table.ts'

/** Before the usual -100, so that a service mesh in the same pod does not take the connection first. */
const PRIORITY = -150

/** Why it could not be done; undefined when it was. Throws SeaworthyError('ENGINE') when the pod is gone. */
export async function installNft(table: RedirectTable, pod: PodOnNode): Promise<string | undefined> {
  return tryPlaceTable(pod, table.id, nftText(table))
}

/** Idempotent. Throws SeaworthyError('ENGINE') when the table could not be taken away. */
export async function removeNft(id: string, pod: PodOnNode): Promise<void> {
  await whileThere(pod, undefined, async () => {
    if (await isThere(id, pod)) await whileUnhooking(pod.netns, () => runNft(pod, dropText(id)))
  })
}

export async function nftLeftovers(id: string, pod: PodOnNode): Promise<readonly string[]> {
  const there = await whileThere(pod, false, () => isThere(id, pod))
  return there ? [`nft table inet ${tableOf(id)} in ${pod.namespace}/${pod.name}`] : []
}

async function isThere(id: string, pod: PodOnNode): Promise<boolean> {
  const listed = await mustExecIn(pod, 'nft', ['list', 'tables'])
  return listed.split('\n').some((line) => line.trim() === `table inet ${tableOf(id)}`)
}

function tableOf(id: string): string {
  return `sw_${id}`
}

/** Adding first makes it succeed where there is none; `destroy` is younger than many nodes. */
function dropText(id: string): string {
  return `add table inet ${tableOf(id)}\ndelete table inet ${tableOf(id)}\n`
}

/** The whole table, for a transaction that creates it or deletes a former one, in the language of nft(8). */
export function nftText(table: RedirectTable): string {
  const { id, redirects, remainingMs } = table
  const name = tableOf(id)
  const groups = Map.groupBy(redirects, mapNameOf)
  const ports = [...new Set(redirects.map(({ port }) => port))]
  const timed = ports.map((port) => `${port} timeout ${Math.max(1, Math.floor(remainingMs))}ms`)
  return [
    `table inet ${name} {`,
    '  set until { type inet_service; flags timeout; }',
    `  set alive { type inet_service; flags dynamic,timeout; timeout ${ALIVE_SECONDS}s; }`,
    ...[...groups].map(([map, members]) => mapText(map, members)),
    ...chainText(table, 'in', [...groups]),
    ...chainText(table, 'out', [...groups]),
    '  chain beat {',
    '    type filter hook output priority 0;',
    `    ip daddr ${beatAddress(id)} meta skuid ${PROXY_UID} meta l4proto udp update @alive { udp dport timeout ${ALIVE_SECONDS}s } drop`,
    '  }',
    '}',
    `add element inet ${name} until { ${timed.join(', ')} }`,
    `add element inet ${name} alive { ${ports.join(', ')} }`,
    '',
  ].join('\n')
}

function mapNameOf({ way, protocol, address }: Redirect): string {
  const family = address === undefined ? 'any' : isIPv6(address) ? '6' : '4'
  return `${way}_${protocol}_${family}`
}

function mapText(name: string, members: readonly Redirect[]): string {
  const type = name.endsWith('any')
    ? 'inet_service'
    : `${name.endsWith('6') ? 'ipv6_addr' : 'ipv4_addr'} . inet_service`
  const elements = members.map(({ address, port, listener }) =>
    address === undefined ? `${port} : ${listener}` : `${address} . ${port} : ${listener}`,
  )
  return `  map ${name} { type ${type} : inet_service; elements = { ${[...new Set(elements)].join(', ')} }; }`
}

function chainText(
  { loopback }: RedirectTable,
  way: Redirect['way'],
  groups: readonly (readonly [string, readonly Redirect[]])[],
): readonly string[] {
  const rules = groups.flatMap(([map, [first]]) => (first?.way === way ? [ruleText(map, first, loopback)] : []))
  if (rules.length === 0) return []
  const hook = way === 'in' ? 'prerouting' : 'output'
  return [`  chain ${way} {`, `    type nat hook ${hook} priority ${PRIORITY};`, ...rules, '  }']
}

function ruleText(map: string, { way, protocol, address }: Redirect, loopback: boolean): string {
  const port = `${protocol} dport`
  const outside = loopback ? '' : `${way === 'in' ? 'iifname' : 'oifname'} != "lo" `
  const others = way === 'out' ? `meta skuid != ${PROXY_UID} ` : ''
  // Only the first packet: with the first NAT rule of a namespace the kernel starts to follow connections, and would take
  // those in the middle for new ones, and break them.
  const fresh = protocol === 'tcp' ? 'tcp flags & (syn|ack) == syn ' : ''
  const key = address === undefined ? port : `${isIPv6(address) ? 'ip6' : 'ip'} daddr . ${port}`
  return `    ${outside}${others}${fresh}${port} @until ${port} @alive redirect to :${key} map @${map}`
}
