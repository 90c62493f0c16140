import { getSystemErrorName } from 'node:util'
import { SeaworthyError } from '../../kit/errors.ts'
import type { PodOnNode } from '../../model/cluster/mechanism.ts'
import { exchangeIn, failureIn, type Request } from './netlink/exchange.ts'
import { attribute, nested, word } from './netlink/messages.ts'
import { appendRule } from './netlink/nft-messages.ts'
import type { Family } from './rules/nft-text.ts'

export interface XtTarget {
  readonly name: string
  readonly revision: number
  /** The target's own structure, as the kernel lays it out. */
  readonly info: Buffer
}

const PROTOCOLS: Readonly<Record<Family, number>> = { inet: 1, ip: 2, ip6: 10 }

/**
 * Appends a rule with one iptables target and nothing else to a chain of ours, as iptables-nft does
 * (include/uapi/linux/netfilter/nf_tables.h, nf_tables_compat.h). For kernels that have xt_NFQUEUE but not nft_queue: nft
 * itself cannot write such a rule, and iptables would leave tables behind that were not there before.
 * Throws SeaworthyError('ENGINE') with the kernel's error number.
 */
export async function appendXtTarget(
  pod: PodOnNode,
  family: Family,
  table: string,
  chain: string,
  target: XtTarget,
): Promise<void> {
  const { rule } = await exchangeIn(pod, { rule: xtRule(PROTOCOLS[family], table, chain, target) })
  const failure = failureIn(rule)
  if (failure !== undefined)
    throw new SeaworthyError('ENGINE', `the kernel refuses the rule: ${getSystemErrorName(-failure)}`, {
      target: `${pod.namespace}/${pod.name}`,
    })
}

/** The request for it. */
export function xtRule(protocol: number, table: string, chain: string, { name, revision, info }: XtTarget): Request {
  const version = Buffer.alloc(4)
  version.writeUInt32BE(revision)
  const data = nested(2, attribute(1, word(name)), attribute(2, version), attribute(3, info))
  const expression = nested(1, attribute(1, word('target')), data)
  return appendRule(protocol, table, chain, nested(4, expression))
}

/** xt_NFQUEUE, revision 2 (struct xt_NFQ_info_v2): queue, how many, and that packets pass while nobody listens. */
export function queueTarget(queue: number): XtTarget {
  const info = Buffer.alloc(8)
  info.writeUInt16LE(queue, 0)
  info.writeUInt16LE(1, 2)
  info.writeUInt16LE(1, 4)
  return { name: 'NFQUEUE', revision: 2, info: info.subarray(0, 6) }
}
