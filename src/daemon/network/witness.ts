import type { NodeContext, PodOnNode } from '../../model/cluster/mechanism.ts'
import { tableName } from './rules/gate.ts'
import { UPKEEP_PASSES } from './rules/link-upkeep.ts'
import { nodeRules } from './rules/nft-text.ts'
import { FIRST_PROBE_PORT, LAST_PROBE_PORT } from './rules/probe-ports.ts'
import { asPeers } from './rules/ranges.ts'
import { placeTable, readCounters, removeTables } from './tables.ts'

/**
 * Counts the packets of a pod with others: without loopback, its node, and the daemon's own connections. It only counts, and
 * before any rule that drops. Placing it again starts from zero. Throws SeaworthyError('ENGINE') where the kernel has no
 * nf_tables, the pod is gone, or uses its node's network.
 */
export async function placeWitness(pod: PodOnNode, context: NodeContext): Promise<void> {
  const node = asPeers(context.nodeAddresses)
  const chain = (hook: 'input' | 'output', way: 'saddr' | 'daddr', loopback: string) => [
    `  chain ${hook} {`,
    `    type filter hook ${hook} priority -310; policy accept;`,
    `    ${loopback} "lo" return`,
    `    ${UPKEEP_PASSES}`,
    '    ip protocol igmp return',
    ...['sport', 'dport'].map((end) => `    tcp ${end} ${FIRST_PROBE_PORT}-${LAST_PROBE_PORT} return`),
    ...nodeRules(node, way, 'inet', 'return').map((rule) => `    ${rule}`),
    `    counter name seen_${hook}`,
    '  }',
  ]
  const lines = [
    '  counter seen_input { }',
    '  counter seen_output { }',
    ...chain('input', 'saddr', 'iifname'),
    ...chain('output', 'daddr', 'oifname'),
  ]
  const text = `table inet ${tableName(context.id)} {\n${lines.join('\n')}\n}\n`
  await placeTable(pod, context.id, text)
}

/** Packets in and out since it was placed; undefined when it is not there, or the pod is gone. */
export async function readWitness(pod: PodOnNode, context: NodeContext): Promise<number | undefined> {
  const counters = await readCounters(pod, context.id)
  return counters && (counters.get('seen_input')?.packets ?? 0) + (counters.get('seen_output')?.packets ?? 0)
}

/** Idempotent; succeeds when the pod is gone. */
export async function removeWitness(pod: PodOnNode, context: NodeContext): Promise<void> {
  await removeTables(pod, context)
}
