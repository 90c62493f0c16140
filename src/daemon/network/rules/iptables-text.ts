import { type Gate, type Hook, tableName } from './gate.ts'
import { LINK_UPKEEP } from './link-upkeep.ts'
import { FIRST_PROBE_PORT, LAST_PROBE_PORT } from './probe-ports.ts'
import { iptablesShare } from './share.ts'

export type Version = 4 | 6

/** A multiport match takes no more. */
const PORTS_A_RULE = 15
/** ipset counts in whole seconds, and takes 0 for never. */
const SECOND_MS = 1_000

export const CHAINS: Readonly<Record<'input' | 'output', string>> = { input: 'INPUT', output: 'OUTPUT' }

/** `ipset restore`: the timed set of one version of IP; what is there of it is replaced. */
export function ipsetText(gate: Gate, version: Version): string {
  const name = setName(gate.id, version)
  // A set of the same name is taken for the same only when its own timeout is; its elements have theirs.
  const create = (set: string) => `create ${set} hash:net family ${version === 4 ? 'inet' : 'inet6'} timeout 1 -exist`
  const addresses = version === 4 ? gate.peers.v4 : gate.peers.v6
  return `${[
    create(name),
    create(`${name}n`),
    `flush ${name}n`,
    ...addresses.map((address) => `add ${name}n ${address} timeout ${secondsOf(gate)}`),
    `swap ${name} ${name}n`,
    `destroy ${name}n`,
  ].join('\n')}\n`
}

/** `iptables-restore --noflush`: this action's own chains, without the jumps into them. Replaces what is there of them. */
export function dropChainsText(gate: Gate, version: Version, hooks: readonly Hook[], ratio: number): string {
  const share = iptablesShare(ratio).join(' ')
  const chains = hooks.flatMap((hook) => dropChains(gate, version, hook, share))
  return `*mangle\n${chains.map(([name]) => `:${name} - [0:0]\n`).join('')}${chains
    .flatMap(([name, rules]) => rules.map((rule) => `-A ${name} ${rule.replaceAll(/ +/g, ' ')}\n`))
    .join('')}COMMIT\n`
}

type Chain = readonly [name: string, rules: readonly string[]]

function dropChains(gate: Gate, version: Version, hook: Hook, share: string): readonly Chain[] {
  const [door, peer, aside] = chainNames(gate.id, hook)
  const [way, loopback, side] = hook === 'input' ? ['src', '-i lo', '-s'] : ['dst', '-o lo', '-d']
  const node = version === 4 ? gate.nodeAddresses.v4 : gate.nodeAddresses.v6
  const probes = ['--sport', '--dport'].map((end) => `-p tcp ${end} ${FIRST_PROBE_PORT}:${LAST_PROBE_PORT} -g ${aside}`)
  const discovery = LINK_UPKEEP.map((type) => `-p icmpv6 --icmpv6-type ${type} -j RETURN`)
  const met = `-m set --match-set ${setName(gate.id, version)} ${way}`
  return [
    [aside, [`-m comment --comment aside`, `${share} -j DROP`]],
    [
      peer,
      [
        ...probes,
        ...node.map((address) => `${side} ${address} -g ${aside}`),
        '-m comment --comment matched',
        `${share} -m comment --comment hit -j DROP`,
      ],
    ],
    [
      door,
      [
        `${loopback} -j RETURN`,
        ...(version === 6 ? discovery : []),
        ...portMatches(gate.ports).map((ports) => `${ports} ${met} -g ${peer}`),
      ],
    ],
  ]
}

/** Names of an action's chains at a hook: the one that the hook jumps to first. */
export function chainNames(id: string, hook: Hook): readonly [door: string, peer: string, aside: string] {
  const base = `SW_${id}_${hook === 'input' ? 'I' : 'O'}`
  return [base, `${base}P`, `${base}A`]
}

export function setName(id: string, version: Version): string {
  return `${tableName(id)}_${version}`
}

function portMatches(ports: readonly number[] | undefined): readonly string[] {
  if (ports === undefined) return ['']
  const groups = Array.from({ length: Math.ceil(ports.length / PORTS_A_RULE) }, (_, group) =>
    ports.slice(group * PORTS_A_RULE, (group + 1) * PORTS_A_RULE).join(','),
  )
  return groups.flatMap((group) => ['tcp', 'udp'].map((protocol) => `-p ${protocol} -m multiport --ports ${group}`))
}

function secondsOf({ remainingMs }: Gate): number {
  return Math.max(1, Math.ceil(remainingMs / SECOND_MS))
}

/** Reads `iptables-save -c`: packets and bytes of this action's rules by their comment. */
export function parseSavedCounters(
  text: string,
  id: string,
): readonly (readonly [kind: string, packets: number, bytes: number])[] {
  const rules = text.matchAll(/^\[(\d+):(\d+)\] -A (SW_\S+) .*--comment "?(\w+)"?/gm)
  return [...rules]
    .filter(([, , , chain = '']) => chain.startsWith(`SW_${id}_`))
    .map(([, packets, bytes, , kind = '']) => [kind, Number(packets), Number(bytes)])
}
