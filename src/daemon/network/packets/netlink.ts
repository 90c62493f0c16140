import { ACKNOWLEDGED, aligned, attribute, ERROR, REQUEST } from '../netlink/messages.ts'

/**
 * Messages of NETLINK_NETFILTER's queue subsystem (include/uapi/linux/netfilter/nfnetlink_queue.h). Headers are in the order
 * of the machine, little-endian wherever Node runs; attributes are big-endian.
 */
const QUEUE_SUBSYSTEM = 3 << 8
const PACKET = QUEUE_SUBSYSTEM | 0
const VERDICT = QUEUE_SUBSYSTEM | 1
const CONFIG = QUEUE_SUBSYSTEM | 2
const VERDICT_BATCH = QUEUE_SUBSYSTEM | 3

const HEAD_BYTES = 20
const NLMSG_HEAD_BYTES = 16

export const DROP = 0
export const ACCEPT = 1

/** Packets pass when the queue is full. */
const FLAG_FAIL_OPEN = 1
/** Packets that the kernel handles as one (up to 64 KiB) come as one. */
const FLAG_GSO = 4

export interface QueueConfig {
  readonly queue: number
  /** Whole packets, where they are to be changed; else only that they are there. */
  readonly whole: boolean
  readonly gso: boolean
  readonly limit: number
}

/** Binds a queue: two messages, each of which the kernel acknowledges. */
export function bindMessages({ queue, whole, gso, limit }: QueueConfig): readonly Buffer[] {
  const flags = FLAG_FAIL_OPEN | (gso ? FLAG_GSO : 0)
  const bind = attribute(1, Buffer.from([1, 0, 0, 2]))
  const parameters = attribute(2, Buffer.from([0, 0, 0xff, 0xff, whole ? 2 : 1]))
  return [
    message(CONFIG, REQUEST | ACKNOWLEDGED, queue, [bind]),
    message(CONFIG, REQUEST | ACKNOWLEDGED, queue, [
      parameters,
      attribute(3, number(limit)),
      attribute(4, number(FLAG_FAIL_OPEN | FLAG_GSO)),
      attribute(5, number(flags)),
    ]),
  ]
}

/** How many packets the kernel keeps for us from now on, acknowledged. 0 lets all pass that come, without asking us. */
export function limitMessage(queue: number, limit: number): Buffer {
  return message(CONFIG, REQUEST | ACKNOWLEDGED, queue, [attribute(3, number(limit))])
}

/** Decides one packet; with a payload that takes the place of its own. */
export function verdictMessage(queue: number, id: number, verdict: number, payload?: Buffer): Buffer {
  const decided = attribute(2, Buffer.concat([number(verdict), number(id)]))
  return message(VERDICT, REQUEST, queue, payload ? [decided, attribute(10, payload)] : [decided])
}

/** Lets every packet of the queue pass that has this number or a lower one. */
export function acceptUpToMessage(queue: number, id: number): Buffer {
  return message(VERDICT_BATCH, REQUEST, queue, [attribute(2, Buffer.concat([number(ACCEPT), number(id)]))])
}

export interface Listener {
  /** `payload` lies in a buffer that is used again. */
  readonly onPacket: (queue: number, id: number, payload: Buffer | undefined) => void
  /** 0 is an acknowledgement, anything else a negative error number. */
  readonly onAnswer: (error: number) => void
}

/**
 * Cuts a stream of bytes into messages, each padded to a multiple of four, wherever its pieces end. Throws on what cannot be
 * a netlink stream.
 */
export function createDecoder(listener: Listener): (piece: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  return (piece) => {
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece])
    let start = 0
    while (bytes.length - start >= NLMSG_HEAD_BYTES) {
      const length = bytes.readUInt32LE(start)
      if (length < NLMSG_HEAD_BYTES) throw new Error(`a netlink message of ${length} bytes`)
      if (bytes.length - start < aligned(length)) break
      decode(bytes.subarray(start, start + length), listener)
      start += aligned(length)
    }
    rest = start === 0 ? bytes : Buffer.from(bytes.subarray(start))
  }
}

function decode(bytes: Buffer, { onPacket, onAnswer }: Listener): void {
  const type = bytes.readUInt16LE(4)
  if (type === ERROR) onAnswer(bytes.readInt32LE(NLMSG_HEAD_BYTES))
  if (type !== PACKET) return
  let id: number | undefined
  let payload: Buffer | undefined
  for (let at = HEAD_BYTES; at + 4 <= bytes.length; ) {
    const length = bytes.readUInt16LE(at)
    if (length < 4) break
    const kind = bytes.readUInt16LE(at + 2) & 0x3fff
    if (kind === 1) id = bytes.readUInt32BE(at + 4)
    else if (kind === 10) payload = bytes.subarray(at + 4, at + length)
    at += aligned(length)
  }
  if (id !== undefined) onPacket(bytes.readUInt16BE(18), id, payload)
}

function message(type: number, flags: number, queue: number, attributes: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(HEAD_BYTES)
  head.writeUInt32LE(HEAD_BYTES + attributes.reduce((sum, { length }) => sum + length, 0), 0)
  head.writeUInt16LE(type, 4)
  head.writeUInt16LE(flags, 6)
  head.writeUInt16BE(queue, 18)
  return Buffer.concat([head, ...attributes])
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes
}
