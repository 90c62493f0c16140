import type { Peers } from '../../../model/cluster/fault-object.ts'
import { type Gate, type Hook, tableName } from './gate.ts'
import { UPKEEP_PASSES } from './link-upkeep.ts'
import { FIRST_PROBE_PORT, LAST_PROBE_PORT } from './probe-ports.ts'

/** `inet` sees both versions of IP; some statements only exist in a table of one of them. */
export type Family = 'inet' | 'ip' | 'ip6'
export const FAMILIES: readonly Family[] = ['inet', 'ip', 'ip6']

/** What becomes of packets that match, in nft's words. */
export interface Verdict {
  readonly hook: Hook
  /** A further condition, such as a share at random; empty for all. */
  readonly condition: string
  readonly statement: string
  /** For the daemon's own probes and the node's; the same effect, and not counted as hit. */
  readonly aside: string
  /** After the rules of other actions: what they decide about the packet, this one overrules. */
  readonly last?: boolean
}

/** Further chains that verdicts jump to, by name. */
export type Chains = Readonly<Record<string, readonly string[]>>

/**
 * The whole table of one action, for a transaction that creates it or deletes a former one (nft(8)). Packets pass:
 * loopback and neighbour discovery leave; peers, found in timed sets, go on; probes and the node's packets are counted apart.
 */
export function tableText(
  gate: Gate,
  verdicts: readonly Verdict[],
  chains: Chains = {},
  family: Family = 'inet',
): string {
  const name = tableName(gate.id)
  const lines = [
    ...timedSet('p4', 'ipv4_addr', gate.peers.v4, gate.remainingMs),
    ...timedSet('p6', 'ipv6_addr', gate.peers.v6, gate.remainingMs),
    ...verdicts.flatMap(({ hook }) => ['matched', 'hit', 'aside'].map((kind) => `counter ${kind}_${hook} { }`)),
    ...Object.entries(chains).flatMap(([chain, rules]) => chainText(chain, rules)),
    ...verdicts.flatMap((verdict) => verdictChains(gate, verdict, family)),
  ]
  return `table ${family} ${name} {\n${lines.map((line) => `  ${line}\n`).join('')}}\n`
}

/** Deletes the table whether it is there or not. */
export function deleteText(id: string, family: Family): string {
  const name = `${family} ${tableName(id)}`
  return `add table ${name}\ndelete table ${name}\n`
}

/** Fails, with all that goes along with it, where the table is there. */
export function createText(id: string, family: Family): string {
  return `create table ${family} ${tableName(id)}\n`
}

/** Other peers from now on, in one transaction; connections that matched before and still do never see a gap. */
export function replacePeersText(gate: Gate, family: Family = 'inet'): string {
  const replace = (set: string, addresses: readonly string[]) => [
    `flush set ${family} ${tableName(gate.id)} ${set}`,
    ...(addresses.length === 0
      ? []
      : [`add element ${family} ${tableName(gate.id)} ${set} { ${elements(addresses, gate.remainingMs)} }`]),
  ]
  return `${[...replace('p4', gate.peers.v4), ...replace('p6', gate.peers.v6)].join('\n')}\n`
}

/** No peers from now on: nothing matches any more, and the chains are still there. */
export function emptyPeersText(id: string): string {
  return ['p4', 'p6'].map((set) => `flush set inet ${tableName(id)} ${set}\n`).join('')
}

function verdictChains(
  gate: Gate,
  { hook, condition, statement, aside, last = false }: Verdict,
  family: Family,
): readonly string[] {
  const [way, side, loopback] =
    hook === 'input' ? (['saddr', 'from', 'iifname'] as const) : (['daddr', 'to', 'oifname'] as const)
  const when = condition === '' ? '' : `${condition} `
  const met = versions(family).flatMap(([protocol, set]) =>
    portConditions(gate.ports).map((ports) => `${protocol} ${way} @${set} ${ports}goto ${side}_peer_${hook}`),
  )
  const probes = ['sport', 'dport'].map((end) => `tcp ${end} ${FIRST_PROBE_PORT}-${LAST_PROBE_PORT} goto aside_${hook}`)
  return [
    ...chainText(`aside_${hook}`, [`counter name aside_${hook}`, `${when}${aside}`]),
    ...chainText(`${side}_peer_${hook}`, [
      ...probes,
      ...nodeRules(gate.nodeAddresses, way, family, `goto aside_${hook}`),
      `counter name matched_${hook}`,
      `${when}counter name hit_${hook} ${statement}`,
    ]),
    ...chainText(hook, [
      `type filter hook ${hook} priority ${last ? -290 : -300}; policy accept;`,
      `${loopback} "lo" return`,
      // Without neighbour discovery IPv6 would fail for longer than the fault lasts, which ARP never does.
      ...(family === 'ip' ? [] : [UPKEEP_PASSES]),
      ...met,
    ]),
  ]
}

/** `ip daddr { 10.0.0.1 } VERDICT` for each version that has addresses. */
export function nodeRules(
  addresses: Peers,
  way: 'saddr' | 'daddr',
  family: Family,
  verdict: string,
): readonly string[] {
  return versions(family).flatMap(([protocol, set]) => {
    const own = set === 'p4' ? addresses.v4 : addresses.v6
    return own.length === 0 ? [] : [`${protocol} ${way} { ${own.join(', ')} } ${verdict}`]
  })
}

function versions(family: Family): readonly (readonly [protocol: string, set: string])[] {
  const all = [
    ['ip', 'p4'],
    ['ip6', 'p6'],
  ] as const
  return all.filter(([protocol]) => family === 'inet' || family === protocol)
}

/** One condition each, of which the first that holds decides. */
function portConditions(ports: readonly number[] | undefined): readonly string[] {
  if (ports === undefined) return ['']
  return ['dport', 'sport'].map((end) => `meta l4proto { tcp, udp } th ${end} { ${ports.join(', ')} } `)
}

function timedSet(name: string, type: string, addresses: readonly string[], remainingMs: number): readonly string[] {
  const content = addresses.length === 0 ? [] : [`  elements = { ${elements(addresses, remainingMs)} }`]
  return [`set ${name} {`, `  type ${type}`, '  flags timeout,interval', ...content, '}']
}

function elements(addresses: readonly string[], remainingMs: number): string {
  return addresses.map((address) => `${address} timeout ${remainingMs}ms`).join(', ')
}

function chainText(name: string, rules: readonly string[]): readonly string[] {
  return [`chain ${name} {`, ...rules.map((rule) => `  ${rule}`), '}']
}
