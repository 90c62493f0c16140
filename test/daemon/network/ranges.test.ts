import { BlockList } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addressHex, asPeers, disjointPeers } from '../../../src/daemon/network/rules/ranges.ts'

const v4 = fc.tuple(fc.ipV4(), fc.option(fc.integer({ min: 0, max: 32 }))).map(written)
const v6 = fc.tuple(fc.ipV6(), fc.option(fc.integer({ min: 0, max: 128 }))).map(written)

function written([address, length]: readonly [string, number | null]): string {
  return length === null ? address : `${address}/${length}`
}

function listOf(texts: readonly string[], type: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList()
  const whole = type === 'ipv4' ? 32 : 128
  for (const text of texts) {
    const [address = '', length] = text.split('/')
    list.addSubnet(address, length === undefined ? whole : Number(length), type)
  }
  return list
}

test('the same addresses are in the blocks as in the ranges', () => {
  fc.assert(
    fc.property(fc.array(v4, { maxLength: 8 }), fc.array(fc.ipV4(), { maxLength: 20 }), (ranges, others) => {
      const before = listOf(ranges, 'ipv4')
      const after = listOf(disjointPeers({ v4: ranges, v6: [] }).v4, 'ipv4')
      for (const address of [...others, ...ranges.map((range) => range.split('/')[0] ?? '')])
        expect(after.check(address, 'ipv4')).toBe(before.check(address, 'ipv4'))
    }),
  )
})

test('and so of IPv6', () => {
  fc.assert(
    fc.property(fc.array(v6, { maxLength: 8 }), fc.array(fc.ipV6(), { maxLength: 20 }), (ranges, others) => {
      const before = listOf(ranges, 'ipv6')
      const after = listOf(disjointPeers({ v4: [], v6: ranges }).v6, 'ipv6')
      for (const address of [...others, ...ranges.map((range) => range.split('/')[0] ?? '')])
        expect(after.check(address, 'ipv6')).toBe(before.check(address, 'ipv6'))
    }),
  )
})

test('blocks do not overlap, are not the whole family, and stay as they are', () => {
  fc.assert(
    fc.property(fc.array(v4, { maxLength: 12 }), (ranges) => {
      const blocks = disjointPeers({ v4: ranges, v6: [] }).v4
      expect(disjointPeers({ v4: blocks.toReversed(), v6: [] }).v4).toEqual(blocks)
      expect(blocks).not.toContain('0.0.0.0/0')
      for (const [place, block] of blocks.entries()) {
        const others = listOf(blocks.toSpliced(place, 1), 'ipv4')
        expect(others.check(block.split('/')[0] ?? '', 'ipv4')).toBe(false)
      }
    }),
  )
})

test.each([
  [['10.0.0.0/24', '10.0.0.7', '10.0.1.0/24'], ['10.0.0.0/23']],
  [['0.0.0.0/0'], ['0.0.0.0/1', '128.0.0.0/1']],
  [['10.0.0.9/8'], ['10.0.0.0/8']],
  [['255.255.255.255'], ['255.255.255.255']],
])('%j is %j', (ranges, blocks) => {
  expect(disjointPeers({ v4: ranges, v6: [] }).v4).toEqual(blocks)
})

test('an address of IPv4 within IPv6 is read', () => {
  expect(disjointPeers({ v4: [], v6: ['::ffff:10.0.0.1', 'fd00::/64'] }).v6).toEqual([
    '0:0:0:0:0:ffff:a00:1',
    'fd00:0:0:0:0:0:0:0/64',
  ])
})

test('what a tenant may write instead of an address never reaches a rule', () => {
  const hostile = [
    '10.0.0.1 } drop',
    '10.0.0.1\n',
    '10.0.0.1/24/1',
    '10.0.0.1/33',
    '10.0.0.1/ 8',
    '10.0.0.1/-1',
    'host',
    '',
    'fd00::1',
    '010.0.0.1',
  ]
  for (const text of hostile)
    expect(() => disjointPeers({ v4: [text], v6: [] }), text).toThrow('is not an IP address or range')
  for (const text of ['fe80::1%eth0', '10.0.0.1', 'fd00::/129', 'fd00::1;'])
    expect(() => disjointPeers({ v4: [], v6: [text] }), text).toThrow('is not an IP address or range')
  expect(() => asPeers(['10.0.0.1', 'x'])).toThrow('"x" is not an IP address or range')
})

test('addresses are told apart by their version', () => {
  expect(asPeers(['fd00::1', '10.0.0.1', '10.0.0.1'])).toEqual({ v4: ['10.0.0.1'], v6: ['fd00:0:0:0:0:0:0:1'] })
})

test.each([
  ['10.0.0.7', '0a000007'],
  ['255.255.255.255', 'ffffffff'],
  ['::', '00000000000000000000000000000000'],
  ['fd00::7', 'fd000000000000000000000000000007'],
  ['::ffff:10.0.0.7', '00000000000000000000ffff0a000007'],
])('%s is on the wire as it should be', (address, hex) => {
  expect(addressHex(address)).toBe(hex)
})

test.each(['', '10.0.0', '10.0.0.0/8', 'fe80::1%eth0', 'example.com'])('%j has no bytes', (text) => {
  expect(() => addressHex(text)).toThrow('is not an IP address')
})
