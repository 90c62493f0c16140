/**
 * Netlink messages (RFC 3549; include/uapi/linux/netlink.h). Headers and numbers of routing are in the order of the machine,
 * little-endian wherever Node runs; numbers of netfilter are big-endian.
 */
const HEAD_BYTES = 16
export const ERROR = 2
const DONE = 3

export const REQUEST = 1
export const ACKNOWLEDGED = 4
/** NLM_F_ROOT and NLM_F_MATCH: all there are. */
export const DUMP = 0x300
const NESTED = 0x8000
const TYPE_BITS = 0x3fff

export interface NetlinkMessage {
  readonly type: number
  readonly body: Buffer
}

export function encodeMessage(type: number, flags: number, sequence: number, body: Buffer): Buffer {
  const head = Buffer.alloc(HEAD_BYTES)
  head.writeUInt32LE(HEAD_BYTES + body.length, 0)
  head.writeUInt16LE(type, 4)
  head.writeUInt16LE(flags, 6)
  head.writeUInt32LE(sequence, 8)
  return Buffer.concat([head, body])
}

export function attribute(type: number, body: Buffer): Buffer {
  const whole = Buffer.alloc(aligned(4 + body.length))
  whole.writeUInt16LE(4 + body.length, 0)
  whole.writeUInt16LE(type, 2)
  body.copy(whole, 4)
  return whole
}

export function nested(type: number, ...attributes: readonly Buffer[]): Buffer {
  return attribute(type | NESTED, Buffer.concat(attributes))
}

/** A string as the kernel wants it: with a zero behind it. */
export function word(text: string): Buffer {
  return Buffer.from(`${text}\0`)
}

/** What an exchange of the kernel's answers holds, in order, without the ends of dumps. Throws on what is no netlink. */
export function decodeMessages(bytes: Buffer): readonly NetlinkMessage[] {
  const messages: NetlinkMessage[] = []
  for (let at = 0; at + HEAD_BYTES <= bytes.length; ) {
    const length = bytes.readUInt32LE(at)
    if (length < HEAD_BYTES || at + length > bytes.length) throw new Error(`a netlink message of ${length} bytes`)
    const type = bytes.readUInt16LE(at + 4)
    if (type !== DONE) messages.push({ type, body: bytes.subarray(at + HEAD_BYTES, at + length) })
    at += aligned(length)
  }
  return messages
}

/** The error number of an answer, which is 0 for an acknowledgement; undefined when it is none. */
export function errorOf({ type, body }: NetlinkMessage): number | undefined {
  return type === ERROR ? Math.abs(body.readInt32LE(0)) : undefined
}

/** Attributes by type, behind a family's own header. Of several of one type the last. */
export function attributesIn(bytes: Buffer): ReadonlyMap<number, Buffer> {
  const found = new Map<number, Buffer>()
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = bytes.readUInt16LE(at)
    if (length < 4) break
    found.set(bytes.readUInt16LE(at + 2) & TYPE_BITS, bytes.subarray(at + 4, at + length))
    at += aligned(length)
  }
  return found
}

export function textOf(bytes: Buffer | undefined): string | undefined {
  return bytes?.toString('utf8').replace(/\0.*$/s, '')
}

export function aligned(length: number): number {
  return (length + 3) & ~3
}
