import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { indexIn } from '../../../src/daemon/network/devices.ts'
import { failureIn } from '../../../src/daemon/network/netlink/exchange.ts'
import {
  attribute,
  attributesIn,
  decodeMessages,
  encodeMessage,
  errorOf,
  textOf,
  word,
} from '../../../src/daemon/network/netlink/messages.ts'
import {
  askCounters,
  askTables,
  countersIn,
  deleteTable,
  tablesIn,
} from '../../../src/daemon/network/netlink/nft-messages.ts'
import { askClasses, deleteClass, deleteRoot, queuesIn } from '../../../src/daemon/network/netlink/tc-messages.ts'

const DONE = encodeMessage(3, 2, 1, Buffer.alloc(4))
const hex = (...bytes: readonly string[]) => Buffer.from(bytes.join(''), 'hex')
const types = (bytes: Buffer) => decodeMessages(bytes).map(({ type }) => type)

function answer(error: number): Buffer {
  const body = Buffer.alloc(20)
  body.writeInt32LE(-error, 0)
  return encodeMessage(2, 0, 1, body)
}

describe('netlink messages', () => {
  it('are read as they were written, whatever their lengths, up to the end of a dump', () => {
    const part = fc.record({ type: fc.integer({ min: 16, max: 0xffff }), body: fc.uint8Array({ maxLength: 50 }) })
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const padded = parts.map(({ type, body }) => {
          const bytes = encodeMessage(type, 0, 1, Buffer.from(body))
          return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)])
        })
        const read = decodeMessages(Buffer.concat([...padded, DONE]))
        expect(read.map(({ type, body }) => ({ type, body: new Uint8Array(body) }))).toEqual(parts)
      }),
    )
  })

  it('hold attributes by type, without the bits that say how they are to be read', () => {
    const bytes = Buffer.concat([
      attribute(1, word('eth0')),
      attribute(0x8002, Buffer.from([1])),
      attribute(3, word('')),
    ])
    const read = attributesIn(bytes)
    expect([...read.keys()]).toEqual([1, 2, 3])
    expect(textOf(read.get(1))).toBe('eth0')
    expect(textOf(read.get(4))).toBeUndefined()
  })

  it.each([
    ['shorter than its head', hex('0f000000', '02000000', '00000000', '00000000')],
    ['longer than what came', hex('40000000', '02000000', '00000000', '00000000')],
  ])('that say to be %s are refused', (_, bytes) => {
    expect(() => decodeMessages(bytes)).toThrow('a netlink message of')
  })

  it('that acknowledge have the error 0, and none is not the same', () => {
    const [done, missing] = decodeMessages(Buffer.concat([answer(0), answer(2)]))
    expect([done, missing].map((one) => one && errorOf(one))).toEqual([0, 2])
    expect(failureIn(decodeMessages(answer(0)))).toBeUndefined()
    expect(failureIn(decodeMessages(answer(2)))).toBe(2)
    expect(() => failureIn(decodeMessages(DONE))).toThrow('the kernel acknowledged nothing')
  })
})

describe('of nf_tables', () => {
  it('a table is deleted by a transaction that is acknowledged', () => {
    const { to, bytes } = deleteTable('sw_1')
    expect(to).toBe('netfilter')
    expect(types(bytes)).toEqual([0x10, 0xa02, 0x11])
    const [, deletion] = decodeMessages(bytes)
    expect(deletion?.body.toString('hex')).toBe('01000000' + '09000100' + '73775f3100' + '000000')
    expect(bytes.readUInt16LE(20 + 6)).toBe(1 | 4)
  })

  it('tables and counters are asked for all at once', () => {
    for (const { bytes } of [askTables(), askCounters('sw_1')]) expect(bytes.readUInt16LE(6)).toBe(1 | 0x300)
    expect(types(askCounters('sw_1').bytes)).toEqual([0xa13])
  })

  it('counters are read of one table, and one without numbers is none', () => {
    const counter = (table: string, name: string, data: Buffer) =>
      encodeMessage(
        0xa12,
        2,
        1,
        Buffer.concat([hex('01000000'), attribute(1, word(table)), attribute(2, word(name)), attribute(0x8004, data)]),
      )
    const numbers = Buffer.concat([attribute(1, hex('0000000000002030')), attribute(2, hex('000000000000007a'))])
    const answers = decodeMessages(
      Buffer.concat([
        counter('sw_1', 'hit_input', numbers),
        counter('sw_2', 'hit_input', numbers),
        counter('sw_1', 'odd', Buffer.alloc(0)),
        DONE,
      ]),
    )
    expect([...countersIn(answers, 'sw_1')]).toEqual([['hit_input', { bytes: 8_240, packets: 122 }]])
  })

  it('names of tables are read', () => {
    const table = encodeMessage(0xa00, 2, 1, Buffer.concat([hex('01000000'), attribute(1, word('sw_1'))]))
    expect(tablesIn(decodeMessages(Buffer.concat([table, DONE])))).toEqual(['sw_1'])
    expect(tablesIn(decodeMessages(DONE))).toEqual([])
  })
})

describe('of queues', () => {
  const head = (device: number, handle: number, parent: number) => {
    const bytes = Buffer.alloc(20)
    bytes.writeInt32LE(device, 4)
    bytes.writeUInt32LE(handle, 8)
    bytes.writeUInt32LE(parent, 12)
    return bytes
  }

  it('the root and a class are deleted by their numbers', () => {
    const [root] = decodeMessages(deleteRoot(2).bytes)
    expect(root).toMatchObject({ type: 37, body: head(2, 0, 0xffff_ffff) })
    const [own] = decodeMessages(deleteClass(2, 0xf5ea_002f).bytes)
    expect(own).toMatchObject({ type: 41, body: head(2, 0xf5ea_002f, 0) })
    expect(types(askClasses(2).bytes)).toEqual([42])
  })

  it('are read with what they dropped and held back', () => {
    const stats = Buffer.alloc(36)
    stats.writeUInt32LE(3, 12)
    stats.writeUInt32LE(40, 16)
    const body = Buffer.concat([head(2, 0xf5ea_0000, 0xffff_ffff), attribute(1, word('htb')), attribute(3, stats)])
    const bare = Buffer.concat([head(3, 0, 0xffff_ffff), attribute(1, word('noqueue'))])
    const answers = decodeMessages(Buffer.concat([encodeMessage(36, 2, 1, body), encodeMessage(36, 2, 1, bare), DONE]))
    expect(queuesIn(answers)).toEqual([
      { device: 2, handle: 0xf5ea_0000, isRoot: true, kind: 'htb', limited: 43 },
      { device: 3, handle: 0, isRoot: true, kind: 'noqueue', limited: undefined },
    ])
  })
})

it('the index of a device is that of its whole name', () => {
  const text =
    'Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n1\tlo        :     1      V3\n\t\t\t\t010000E0     1 0:00000000\t\t0\n12\teth0      :     1      V3\n'
  expect(indexIn(text, 'eth0')).toBe(12)
  expect(indexIn(text, 'eth')).toBeUndefined()
})
