import { isIPv6 } from 'node:net'
import { SeaworthyError } from '../../../kit/errors.ts'
import type { Abilities, PodOnNode } from '../../../model/cluster/mechanism.ts'
import { execIn, failureOf, whileThere } from '../../namespaces/exec-in.ts'
import { ALIVE_SECONDS, beatAddress, PROXY_UID, type Redirect, type RedirectTable } from './table.ts'

const FAMILIES = ['iptables', 'ip6tables'] as const
const PLACES = ['nat', 'filter'] as const
type Family = (typeof FAMILIES)[number]

/** The same table for kernels whose nft has no NAT: ipset sets and chains of our own. Why it could not be done; undefined when it was. */
export async function installIptables(
  table: RedirectTable,
  pod: PodOnNode,
  { redirect6 }: Abilities,
): Promise<string | undefined> {
  await removeIptables(table.id, pod)
  const made = await execIn(pod, 'ipset', ['restore'], { input: ipsetText(table) })
  if (made.exitCode !== 0) return failureOf(made)
  for (const family of FAMILIES) {
    const text = iptablesText(table, family)
    if (text === undefined || (family === 'ip6tables' && !redirect6)) continue
    const done = await execIn(pod, `${family}-restore`, ['-w', '--noflush'], { input: text })
    if (done.exitCode !== 0) return failureOf(done)
  }
  return undefined
}

/** Idempotent. Throws SeaworthyError('ENGINE') when a chain or set is still there. */
export async function removeIptables(id: string, pod: PodOnNode): Promise<void> {
  const left = await whileThere(pod, [], async () => {
    if ((await namesLeft(id, pod)).length === 0) return []
    for (const family of FAMILIES) for (const place of PLACES) await removeChain(family, place, id, pod)
    for (const set of [untilOf(id), aliveOf(id)]) await execIn(pod, 'ipset', ['destroy', set])
    return namesLeft(id, pod)
  })
  if (left.length > 0) throw new SeaworthyError('ENGINE', `could not be removed: ${left.join(', ')}`)
}

export async function iptablesLeftovers(id: string, pod: PodOnNode): Promise<readonly string[]> {
  const names = await whileThere(pod, [], () => namesLeft(id, pod))
  return names.map((name) => `${name} in ${pod.namespace}/${pod.name}`)
}

/** The sets are made before any chain and go after all of them, so that without a set nothing else is looked for. */
async function namesLeft(id: string, pod: PodOnNode): Promise<readonly string[]> {
  const sets = await execIn(pod, 'ipset', ['list', '-n'])
  const there = sets.stdout.split('\n')
  const names = [untilOf(id), aliveOf(id)].filter((set) => there.includes(set))
  if (names.length === 0) return []
  const left: string[] = names.map((set) => `ipset ${set}`)
  for (const family of FAMILIES) {
    for (const place of PLACES) {
      const chain = await execIn(pod, family, ['-w', '-t', place, '-S', chainOf(id)])
      if (chain.exitCode === 0) left.push(`${family} chain ${chainOf(id)} of ${place}`)
    }
  }
  return left
}

function chainOf(id: string): string {
  return `SW_${id}`
}
function untilOf(id: string): string {
  return `sw_${id}_until`
}
function aliveOf(id: string): string {
  return `sw_${id}_alive`
}

/** For ipset-restore(8). A bitmap of ports knows no address family: one pair of sets serves both. */
export function ipsetText({ id, redirects, remainingMs }: RedirectTable): string {
  const ports = [...new Set(redirects.map(({ port }) => port))]
  const range = `${Math.min(...ports)}-${Math.max(...ports)}`
  // ipset counts whole seconds: rather a little short than past the end.
  const seconds = Math.max(1, Math.floor(remainingMs / 1_000))
  return [
    `create ${untilOf(id)} bitmap:port range ${range} timeout ${seconds}`,
    `create ${aliveOf(id)} bitmap:port range ${range} timeout ${ALIVE_SECONDS}`,
    ...ports.flatMap((port) => [`add ${untilOf(id)} ${port}`, `add ${aliveOf(id)} ${port}`]),
    '',
  ].join('\n')
}

/** For iptables-restore(8) with --noflush; undefined when there is nothing in this family. Beats are IPv4, and count for both. */
export function iptablesText(table: RedirectTable, family: Family): string | undefined {
  const own = table.redirects.filter(
    ({ address }) => address === undefined || isIPv6(address) === (family === 'ip6tables'),
  )
  const parts = [...(own.length > 0 ? natText(table, own) : []), ...(family === 'iptables' ? beatText(table.id) : [])]
  return parts.length === 0 ? undefined : [...parts, ''].join('\n')
}

function natText({ id, loopback }: RedirectTable, own: readonly Redirect[]): readonly string[] {
  const chain = chainOf(id)
  const gate = `-m set --match-set ${untilOf(id)} dst -m set --match-set ${aliveOf(id)} dst`
  const rules = own.map(
    (redirect) => `-A ${chain} ${matchText(redirect)} ${gate} -j REDIRECT --to-ports ${redirect.listener}`,
  )
  const jumps = new Set(own.map((redirect) => jumpText(redirect, chain, loopback)))
  return ['*nat', `:${chain} -`, ...rules, ...jumps, 'COMMIT']
}

function beatText(id: string): readonly string[] {
  const chain = chainOf(id)
  return [
    '*filter',
    `:${chain} -`,
    `-A ${chain} -j SET --add-set ${aliveOf(id)} dst --exist --timeout ${ALIVE_SECONDS}`,
    `-A ${chain} -j DROP`,
    `-I OUTPUT -d ${beatAddress(id)}/32 -p udp -m owner --uid-owner ${PROXY_UID} -j ${chain}`,
    'COMMIT',
  ]
}

function jumpText({ way, protocol }: Redirect, chain: string, loopback: boolean): string {
  const outside = loopback ? '' : way === 'in' ? '! -i lo ' : '! -o lo '
  return way === 'in'
    ? `-I PREROUTING ${outside}-p ${protocol} -j ${chain}`
    : `-I OUTPUT ${outside}-p ${protocol} -m owner ! --uid-owner ${PROXY_UID} -j ${chain}`
}

function matchText({ protocol, address, port }: Redirect): string {
  const to = address === undefined ? '' : `-d ${address} `
  return `${to}-p ${protocol} -m ${protocol}${protocol === 'tcp' ? ' --syn' : ''} --dport ${port}`
}

async function removeChain(family: Family, place: string, id: string, pod: PodOnNode): Promise<void> {
  const run = (...args: readonly string[]) => execIn(pod, family, ['-w', '-t', place, ...args])
  const listed = await run('-S')
  const chain = chainOf(id)
  const lines = listed.stdout.split('\n').map((line) => line.trim())
  for (const line of lines.filter((rule) => rule.endsWith(`-j ${chain}`)))
    await run('-D', ...line.split(/\s+/).slice(1))
  if (!lines.includes(`-N ${chain}`)) return
  await run('-F', chain)
  await run('-X', chain)
}
