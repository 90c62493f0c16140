import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  acceptUpToMessage,
  bindMessages,
  createDecoder,
  verdictMessage,
} from '../../../src/daemon/network/packets/netlink.ts'
import { queueTarget, xtRule } from '../../../src/daemon/network/xt-target.ts'

/**
 * As the kernel writes one: header, then number of the packet and, where it was asked for, the packet itself, whose padding
 * its length leaves out.
 */
function packetMessage(queue: number, id: number, payload: Uint8Array | undefined): Buffer {
  const numbered = Buffer.alloc(12)
  numbered.writeUInt16LE(11, 0)
  numbered.writeUInt16LE(1, 2)
  numbered.writeUInt32BE(id, 4)
  const whole = payload && Buffer.alloc((4 + payload.length + 3) & ~3)
  whole?.writeUInt16LE(4 + (payload?.length ?? 0), 0)
  whole?.writeUInt16LE(10, 2)
  if (payload) whole?.set(payload, 4)
  const head = Buffer.alloc(20)
  head.writeUInt32LE(20 + numbered.length + (payload ? 4 + payload.length : 0), 0)
  head.writeUInt16LE(0x300, 4)
  head.writeUInt16BE(queue, 18)
  return Buffer.concat([head, numbered, ...(whole ? [whole] : [])])
}

test('packets are read from a stream wherever its pieces end', () => {
  const packet = fc.record({
    queue: fc.integer({ min: 0, max: 65_535 }),
    id: fc.integer({ min: 0, max: 0xffff_ffff }),
    payload: fc.option(fc.uint8Array({ maxLength: 100 }), { nil: undefined }),
  })
  fc.assert(
    fc.property(fc.array(packet), fc.array(fc.integer({ min: 1, max: 90 })), (packets, cuts) => {
      const stream = Buffer.concat(packets.map(({ queue, id, payload }) => packetMessage(queue, id, payload)))
      const seen: unknown[] = []
      const decode = createDecoder({
        onAnswer: () => seen.push('an answer'),
        onPacket: (queue, id, payload) => seen.push({ queue, id, payload: payload && new Uint8Array(payload) }),
      })
      let start = 0
      for (const length of cuts) {
        decode(stream.subarray(start, start + length))
        start += length
      }
      decode(stream.subarray(start))
      expect(seen).toEqual(packets)
    }),
  )
})

test('an answer is an error number, or 0', () => {
  const answer = (error: number) => {
    const bytes = Buffer.alloc(36)
    bytes.writeUInt32LE(36, 0)
    bytes.writeUInt16LE(2, 4)
    bytes.writeInt32LE(error, 16)
    return bytes
  }
  const heard: number[] = []
  const decode = createDecoder({ onAnswer: (error) => heard.push(error), onPacket: () => undefined })
  decode(Buffer.concat([answer(0), answer(-16)]))
  expect(heard).toEqual([0, -16])
})

test('bytes that are no netlink stream are not read for ever', () => {
  const decode = createDecoder({ onAnswer: () => undefined, onPacket: () => undefined })
  expect(() => decode(Buffer.alloc(32))).toThrow('a netlink message of 0 bytes')
})

test('messages to the kernel are laid out as it expects them', () => {
  expect(verdictMessage(7, 0x01020304, 1).toString('hex')).toBe(
    `20000000${'0103'}${'0100'}0000000000000000${'0000'}${'0007'}${'0c000200'}${'00000001'}${'01020304'}`,
  )
  expect(acceptUpToMessage(7, 5).readUInt16LE(4)).toBe(0x303)
  const changed = verdictMessage(7, 5, 1, Buffer.from('abcde'))
  expect(changed.length).toBe(32 + 12)
  expect(changed.subarray(32).toString('hex')).toBe('09000a006162636465000000')
  const [bind, parameters] = bindMessages({ queue: 513, whole: false, gso: true, limit: 9 })
  expect(bind?.subarray(16).toString('hex')).toBe('00000201' + '08000100' + '01000002')
  expect(parameters?.subarray(20).toString('hex')).toBe(
    '090002000000ffff01000000' + '0800030000000009' + '0800040000000005' + '0800050000000005',
  )
})

test('a rule with an iptables target is a batch of its own', () => {
  const { bytes: batch } = xtRule(1, 'sw_00000001', 'held', queueTarget(9))
  const types: number[] = []
  for (let at = 0; at < batch.length; at += batch.readUInt32LE(at)) types.push(batch.readUInt16LE(at + 4))
  expect(types).toEqual([0x10, 0xa06, 0x11])
  expect(batch.includes('NFQUEUE\0')).toBe(true)
  expect(batch.includes(Buffer.from('090001000100', 'hex'))).toBe(true)
})
