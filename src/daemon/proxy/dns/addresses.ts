import { isIPv4, isIPv6 } from 'node:net'
import { TYPE_A, TYPE_AAAA } from './message.ts'

/** The bytes of an address as records carry them; undefined when it is none. */
export function addressBytes(address: string): Buffer | undefined {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number))
  if (!isIPv6(address)) return undefined
  const host = new URL(`http://[${address.split('%')[0]}]`).hostname.slice(1, -1)
  const [before = '', after] = host.split('::')
  const left = groupsOf(before)
  const right = groupsOf(after ?? '')
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => 0)
  return Buffer.from([...left, ...zeros, ...right].flatMap((group) => [group >> 8, group & 0xff]))
}

function groupsOf(text: string): readonly number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))
}

/** One that leads nowhere: of the reserved block 240.0.0.0/8 (RFC 1112), or of the one for documentation, 2001:db8::/32 (RFC 3849). */
export function randomAddress(type: number, random: () => number): Buffer | undefined {
  const byte = () => Math.floor(random() * 256)
  if (type === TYPE_A) return Buffer.from([240, byte(), byte(), byte()])
  if (type !== TYPE_AAAA) return undefined
  return Buffer.from([0x20, 0x01, 0x0d, 0xb8, ...Array.from({ length: 12 }, byte)])
}

/** The address of a record's data, in its usual writing; undefined when it is none. */
export function addressText(data: Buffer): string | undefined {
  if (data.length === 4) return data.join('.')
  if (data.length !== 16) return undefined
  const groups = Array.from({ length: 8 }, (_, at) => data.readUInt16BE(2 * at).toString(16))
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)
}
