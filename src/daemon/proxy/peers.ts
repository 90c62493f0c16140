import { isIPv4, isIPv6 } from 'node:net'
import type { Peers } from '../../model/cluster/fault-object.ts'

const MOST_ADDRESSES = 1_024

/**
 * Every single address of the peers, ranges written out: each destination needs a listener of its own. Undefined when there
 * are more than 1024. What is not an address is left out.
 */
export function expandedPeers({ v4, v6 }: Peers): readonly string[] | undefined {
  const found = new Set<string>()
  for (const peer of v4) {
    const { address, size } = rangeOf(peer, 32)
    if (!isIPv4(address)) continue
    if (size > MOST_ADDRESSES) return undefined
    const first = Math.floor(toNumber(address) / size) * size
    for (let at = 0; at < size; at += 1) found.add(toAddress(first + at))
  }
  for (const peer of v6) {
    const { address, size } = rangeOf(peer, 128)
    if (!isIPv6(address) || address.includes('%')) continue
    if (size > 1) return undefined
    found.add(address)
  }
  return found.size > MOST_ADDRESSES ? undefined : [...found]
}

function rangeOf(peer: string, whole: number): { readonly address: string; readonly size: number } {
  const [address = '', bits] = peer.split('/')
  return { address, size: bits === undefined ? 1 : 2 ** (whole - Number(bits)) }
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}

function toAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.')
}
