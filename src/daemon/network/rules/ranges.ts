import { isIP } from 'node:net'
import { SeaworthyError } from '../../../kit/errors.ts'
import type { Peers } from '../../../model/cluster/fault-object.ts'

interface Range {
  readonly first: bigint
  readonly last: bigint
}

const BITS = { 4: 32, 6: 128 } as const
type Version = keyof typeof BITS

/** All addresses of a family as two halves: some kernels do not take a range of length 0 into a set. */
export const EVERYBODY: Peers = { v4: ['0.0.0.0/1', '128.0.0.0/1'], v6: ['::/1', '8000::/1'] }

/**
 * The same addresses as ranges in CIDR form that neither overlap nor repeat, in order: the form in which kernels take them
 * into sets. Peers come from a tenant, so that everything but an address or a range is refused with SeaworthyError('ENGINE').
 */
export function disjointPeers({ v4, v6 }: Peers): Peers {
  return { v4: [...disjoint(v4, 4)], v6: [...disjoint(v6, 6)] }
}

/** Sorts addresses of both families, as a node or a pod has them, into peers. Throws for what is not an address. */
export function asPeers(addresses: readonly string[]): Peers {
  const of = (version: Version) => addresses.filter((address) => isIP(address.split('/')[0] ?? '') === version)
  const strange = addresses.find((address) => isIP(address.split('/')[0] ?? '') === 0)
  if (strange !== undefined) throw notAnAddress(strange)
  return disjointPeers({ v4: of(4), v6: of(6) })
}

/** The bytes of an address in hexadecimal, as it is on the wire: 8 digits or 32. Throws SeaworthyError('ENGINE') for what is none. */
export function addressHex(address: string): string {
  const version = isIP(address)
  if (version === 0 || address.includes('%')) throw notAnAddress(address)
  const value = version === 4 ? valueOfV4(address) : valueOfV6(address)
  return value.toString(16).padStart(version === 4 ? 8 : 32, '0')
}

function disjoint(texts: readonly string[], version: Version): readonly string[] {
  const sorted = texts
    .map((text) => parseRange(text, version))
    .toSorted((left, right) => (left.first < right.first ? -1 : left.first > right.first ? 1 : 0))
  const merged: Range[] = []
  for (const range of sorted) {
    const before = merged.at(-1)
    if (!before || range.first > before.last + 1n) merged.push(range)
    else if (range.last > before.last) merged[merged.length - 1] = { first: before.first, last: range.last }
  }
  return merged.flatMap((range) => blocksOf(range, version))
}

function parseRange(text: string, version: Version): Range {
  const [address = '', length, ...rest] = text.split('/')
  const bits = BITS[version]
  const prefix = length === undefined ? bits : /^\d{1,3}$/.test(length) ? Number(length) : -1
  // A zone (`fe80::1%eth0`) passes isIP and means nothing in a set.
  if (rest.length > 0 || isIP(address) !== version || address.includes('%') || prefix < 0 || prefix > bits)
    throw notAnAddress(text)
  const size = 1n << BigInt(bits - prefix)
  const value = version === 4 ? valueOfV4(address) : valueOfV6(address)
  const first = value - (value % size)
  return { first, last: first + size - 1n }
}

/** The largest aligned blocks that make up a range, never the whole family as one. */
function blocksOf({ first, last }: Range, version: Version): readonly string[] {
  const blocks: string[] = []
  const bits = BITS[version]
  for (let start = first; start <= last; ) {
    let free = 0
    while (free < bits - 1 && (start >> BigInt(free)) % 2n === 0n && start + (1n << BigInt(free + 1)) - 1n <= last)
      free += 1
    const address = version === 4 ? textOfV4(start) : textOfV6(start)
    blocks.push(free === 0 ? address : `${address}/${bits - free}`)
    start += 1n << BigInt(free)
  }
  return blocks
}

function valueOfV4(address: string): bigint {
  return address.split('.').reduce((value, octet) => value * 256n + BigInt(octet), 0n)
}

function textOfV4(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.')
}

function valueOfV6(address: string): bigint {
  const dotted = /^(.*:)([\d.]+\.[\d.]+)$/.exec(address)
  const written = dotted ? `${dotted[1]}${hexOfV4(valueOfV4(dotted[2] ?? ''))}` : address
  const [head = '', tail] = written.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups = [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after]
  return groups.reduce((value, group) => value * 65_536n + BigInt(`0x${group}`), 0n)
}

function hexOfV4(value: bigint): string {
  return `${(value >> 16n).toString(16)}:${(value & 65_535n).toString(16)}`
}

/** Without `::`, which every tool reads as well. */
function textOfV6(value: bigint): string {
  return Array.from({ length: 8 }, (_, group) => ((value >> BigInt(112 - 16 * group)) & 65_535n).toString(16)).join(':')
}

function notAnAddress(text: string): SeaworthyError {
  return new SeaworthyError('ENGINE', `${JSON.stringify(text.slice(0, 64))} is not an IP address or range`)
}
