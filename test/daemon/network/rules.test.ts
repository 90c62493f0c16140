import { expect, test } from 'vitest'
import { netemWords } from '../../../src/daemon/network/netem.ts'
import { endpointOf } from '../../../src/daemon/network/probes/packet-prober.ts'
import { parseAttempts } from '../../../src/daemon/network/probes/tcp-attempts.ts'
import { longestHoldMs, queueOf } from '../../../src/daemon/network/queue.ts'
import { gateOf } from '../../../src/daemon/network/rules/gate.ts'
import { parseSavedCounters } from '../../../src/daemon/network/rules/iptables-text.ts'
import { deleteText, replacePeersText, tableText } from '../../../src/daemon/network/rules/nft-text.ts'
import { nftShare } from '../../../src/daemon/network/rules/share.ts'
import { htbWords } from '../../../src/daemon/network/shape.ts'
import { parseCounters, readingOf } from '../../../src/daemon/network/tables.ts'
import { limitedIn } from '../../../src/daemon/network/timed-class.ts'
import type { NodeContext } from '../../../src/model/cluster/mechanism.ts'
import type { PacketMatch } from '../../../src/model/cluster/node-action.ts'
import { ABILITIES } from '../../fakes/abilities.ts'

const CONTEXT: NodeContext = {
  id: '0a1b2c3d',
  abilities: { ...ABILITIES, netem: true },
  expiresAtMs: 0,
  remainingMs: 12_345.6,
  cgroupRoot: '/nowhere',
  nodeAddresses: ['10.0.0.1', 'fd00::1'],
  folder: '/nowhere',
  helperCommand: [],
  onHelperExit: () => undefined,
}

const MATCH: PacketMatch = {
  peers: { v4: ['10.0.0.7', '10.0.0.6'], v6: [] },
  direction: 'both',
  ports: [80, 80, 443],
}

test('every element of every set has its timeout, and every rule of a hook matches one', () => {
  const gate = gateOf({ ...MATCH, peers: { v4: ['10.0.0.7', '10.1.0.0/16'], v6: ['fd00::7'] } }, CONTEXT)
  const text = tableText(gate, [{ hook: 'input', condition: nftShare(0.25), statement: 'drop', aside: 'drop' }])
  expect(text.startsWith('table inet sw_0a1b2c3d {\n')).toBe(true)
  expect(text).toContain('elements = { 10.0.0.7 timeout 12346ms, 10.1.0.0/16 timeout 12346ms }')
  expect(text).toContain('elements = { fd00:0:0:0:0:0:0:7 timeout 12346ms }')
  expect(text).toContain('ip saddr @p4 meta l4proto { tcp, udp } th dport { 80, 443 } goto from_peer_input')
  const chain = text.slice(text.indexOf('chain input {'))
  const rules = chain.split('\n').filter((line) => line.includes('goto'))
  expect(rules.length).toBe(4)
  for (const rule of rules) expect(rule).toMatch(/ip6? saddr @p[46] /)
  expect(text).toContain('numgen random mod 1000000 < 250000 counter name hit_input drop')
})

test("the first rules behind a match tell the daemon's and the node's packets apart", () => {
  const text = tableText(gateOf(MATCH, CONTEXT), [{ hook: 'output', condition: '', statement: 'drop', aside: 'drop' }])
  const chain = text
    .slice(text.indexOf('chain to_peer_output {'))
    .split('\n')
    .slice(1, 7)
    .map((line) => line.trim())
  expect(chain).toEqual([
    'tcp sport 61337-61399 goto aside_output',
    'tcp dport 61337-61399 goto aside_output',
    'ip daddr { 10.0.0.1 } goto aside_output',
    'ip6 daddr { fd00:0:0:0:0:0:0:1 } goto aside_output',
    'counter name matched_output',
    'counter name hit_output drop',
  ])
})

test('peers are replaced in one file of commands, also by none', () => {
  expect(replacePeersText(gateOf(MATCH, CONTEXT))).toBe(
    'flush set inet sw_0a1b2c3d p4\nadd element inet sw_0a1b2c3d p4 { 10.0.0.6/31 timeout 12346ms }\nflush set inet sw_0a1b2c3d p6\n',
  )
})

test('a table of one version of IP says nothing of the other', () => {
  const text = tableText(
    gateOf(MATCH, CONTEXT),
    [{ hook: 'postrouting', condition: '', statement: 'x', aside: 'x' }],
    {},
    'ip',
  )
  expect(text).not.toContain('ip6 ')
  expect(text).not.toContain('icmpv6')
  expect(deleteText('0a1b2c3d', 'ip6')).toBe('add table ip6 sw_0a1b2c3d\ndelete table ip6 sw_0a1b2c3d\n')
})

test('what is no action, port or time is refused', () => {
  expect(() => gateOf(MATCH, { ...CONTEXT, id: 'x; drop' })).toThrow('is not the id of an action')
  expect(() => gateOf(MATCH, { ...CONTEXT, remainingMs: 0 })).toThrow('the time of the fault is up')
  for (const port of [0, 65_536, 1.5])
    expect(() => gateOf({ ...MATCH, ports: [port] }, CONTEXT)).toThrow('is not a port')
})

test('counters are added up over hooks, and no number is not zero', () => {
  const counted = (name: string, packets: number) =>
    `\tcounter ${name} {\n\t\tpackets ${packets} bytes ${packets * 10}\n\t}\n`
  const text = `table inet sw {\n${counted('matched_input', 5)}${counted('matched_output', 7)}${counted('hit_input', 2)}${counted('aside_input', 9)}}`
  expect(readingOf(new Map(parseCounters(text)))).toEqual({ matched: 12, hit: 2, bytes: 120 })
  expect(readingOf(undefined)).toEqual({})
  expect(() => parseCounters('counter matched_input {\n}')).toThrow('no numbers')
})

test("iptables' counters are those of this action's rules", () => {
  const saved = [
    ':SW_0a1b2c3d_IP - [0:0]',
    '[3:300] -A SW_0a1b2c3d_IP -m comment --comment matched',
    '[1:100] -A SW_0a1b2c3d_IP -m statistic --mode random --probability 0.3 -m comment --comment "hit" -j DROP',
    '[9:900] -A SW_ffffffff_IP -m comment --comment matched',
  ].join('\n')
  expect(parseSavedCounters(saved, '0a1b2c3d')).toEqual([
    ['matched', 3, 300],
    ['hit', 1, 100],
  ])
})

test('netem is told what was asked for in its own words', () => {
  const impairment = {
    latencyMs: 100,
    jitterMs: 20,
    distribution: 'pareto',
    lossRatio: 0.015,
    correlation: 0.25,
    corruptRatio: 0.01,
    reorderRatio: 0.5,
    seed: 1,
  } as const
  expect(netemWords(impairment, 0.02).child.join(' ')).toBe(
    'netem limit 100000 delay 100000us 20000us distribution pareto loss random 1.5% 25% duplicate 2% corrupt 1% reorder 50%',
  )
  const plain = {
    ...impairment,
    distribution: 'uniform',
    jitterMs: 0.5,
    lossRatio: 0,
    corruptRatio: 0,
    reorderRatio: 0,
  } as const
  expect(netemWords(plain, 0).child.join(' ')).toBe('netem limit 100000 delay 100000us 500us')
  expect(() => netemWords({ ...plain, latencyMs: 0, reorderRatio: 0.1 }, 0)).toThrow('reordering needs a latency')
})

test('a limit is told in bits, with room for the largest packet', () => {
  const { htb, child } = htbWords(125_000)
  expect(htb.slice(0, 4)).toEqual(['rate', '1000000bit', 'burst', '65536'])
  expect(child).toEqual(['bfifo', 'limit', '131072'])
})

test('queues come in pairs and are never the first', () => {
  for (const id of ['00000000', 'ffffffff', '0a1b2c3d']) {
    expect(queueOf(id) % 2).toBe(0)
    expect(queueOf(id)).toBeGreaterThan(0)
    expect(queueOf(id)).toBeLessThan(65_535)
  }
})

test('an answer is waited for as long as packets may be held', () => {
  const impairment = {
    lossRatio: 0,
    correlation: 0,
    corruptRatio: 0,
    reorderRatio: 0,
    seed: 1,
    latencyMs: 100,
    jitterMs: 10,
  }
  expect(longestHoldMs({ ...impairment, distribution: 'uniform' })).toBe(110)
  expect(longestHoldMs({ ...impairment, distribution: 'normal' })).toBe(140)
})

test.each([
  ['10.0.0.7', { address: '10.0.0.7', port: 9 }],
  ['10.0.0.7:80', { address: '10.0.0.7', port: 80 }],
  ['10.0.0.0/24', { address: '10.0.0.0', port: 9 }],
  ['[fd00::7]:80', { address: 'fd00::7', port: 80 }],
  ['fd00::7', { address: 'fd00::7', port: 9 }],
  ['name', undefined],
  ['10.0.0.7:0', undefined],
  ['fe80::1%eth0', undefined],
])('%s is tried at %j', (peer, endpoint) => {
  expect(endpointOf(peer, 9)).toEqual(endpoint)
})

test('an attempt without an answer has no time', () => {
  expect(parseAttempts('0.123\n-\n12.000\n')).toEqual([0.123, undefined, 12])
})

test('what a class held back and dropped is read from its own lines', () => {
  const shown = (name: string, dropped: number, overlimits: number) =>
    `class htb ${name} root leaf 2f: prio 0 rate 1Mbit ceil 1Mbit burst 64Kb cburst 1600b \n Sent 9 bytes 9 pkt (dropped ${dropped}, overlimits ${overlimits} requeues 0) \n backlog 0b 0p requeues 0\n lended: 0 borrowed: 0 giants: 0\n\n`
  const text = shown('f5ea:2f', 3, 40) + shown('f5ea:2', 500, 600)
  expect(limitedIn(text, 'f5ea:2f')).toBe(43)
  expect(limitedIn(text, 'f5ea:2')).toBe(1_100)
  expect(limitedIn(text, 'f5ea:3')).toBeUndefined()
})
