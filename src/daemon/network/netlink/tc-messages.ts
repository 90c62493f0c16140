import type { Answers, Request } from './exchange.ts'
import { ACKNOWLEDGED, attributesIn, DUMP, encodeMessage, REQUEST, textOf } from './messages.ts'

/** include/uapi/linux/rtnetlink.h and pkt_sched.h. */
const NEW_QDISC = 36
const DELETE_QDISC = 37
const GET_QDISC = 38
const NEW_CLASS = 40
const DELETE_CLASS = 41
const GET_CLASS = 42
const ROOT = 0xffff_ffff
const HEAD_BYTES = 20
const KIND = 1
const STATS = 3

/** A queueing discipline or a class of a device, by its number `MAJOR << 16 | MINOR`. */
export interface Queue {
  readonly device: number
  readonly handle: number
  readonly isRoot: boolean
  readonly kind: string
  /** Packets that it dropped, and times that it held one back. */
  readonly limited: number | undefined
}

export function deleteRoot(device: number): Request {
  return routing(DELETE_QDISC, ACKNOWLEDGED, device, 0, ROOT)
}

export function deleteClass(device: number, handle: number): Request {
  return routing(DELETE_CLASS, ACKNOWLEDGED, device, handle, 0)
}

/** Of all devices: the kernel tells no others apart. */
export function askQdiscs(): Request {
  return routing(GET_QDISC, DUMP, 0, 0, 0)
}

export function askClasses(device: number): Request {
  return routing(GET_CLASS, DUMP, device, 0, 0)
}

export function queuesIn(answers: Answers): readonly Queue[] {
  const queues = answers.filter(({ type }) => type === NEW_QDISC || type === NEW_CLASS)
  return queues.map(({ body }) => {
    const attributes = attributesIn(body.subarray(HEAD_BYTES))
    return {
      device: body.readInt32LE(4),
      handle: body.readUInt32LE(8),
      isRoot: body.readUInt32LE(12) === ROOT,
      kind: textOf(attributes.get(KIND)) ?? '',
      limited: limitedIn(attributes.get(STATS)),
    }
  })
}

/** struct tc_stats: bytes (64 bits), packets, drops, overlimits. */
function limitedIn(stats: Buffer | undefined): number | undefined {
  return stats && stats.length >= 20 ? stats.readUInt32LE(12) + stats.readUInt32LE(16) : undefined
}

/** struct tcmsg: family, index of the device, handle, parent. */
function routing(type: number, flags: number, device: number, handle: number, parent: number): Request {
  const body = Buffer.alloc(HEAD_BYTES)
  body.writeInt32LE(device, 4)
  body.writeUInt32LE(handle, 8)
  body.writeUInt32LE(parent, 12)
  return { to: 'route', bytes: encodeMessage(type, REQUEST | flags, 1, body) }
}
