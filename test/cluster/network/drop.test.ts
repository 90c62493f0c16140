import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { NodeContext } from '../../../src/model/cluster/mechanism.ts'
import { createFaults, dropped, echoes, type Faults, match, OnPod, opens, pings, reaches } from './faults.ts'
import { ECHO, UDP_ECHO } from './load-process.ts'
import { createTopology, type Topology, until } from './topology.ts'

let net: Topology
let faults: Faults
let onPod: OnPod

beforeAll(async () => {
  net = await createTopology()
  faults = createFaults(net.nodePid)
  onPod = new OnPod(net, faults)
})
afterEach(async () => {
  await onPod.undoAll()
})
afterAll(() => net?.close())

const apply: OnPod['apply'] = (action, more) => onPod.apply(action, more)

async function backEnds(): Promise<readonly (readonly [name: string, more: Partial<NodeContext>])[]> {
  const { abilities } = await net.context(1)
  const without = { ...abilities, nft: false, iptables: 'legacy' } as const
  return [
    ['nft', {}],
    ['nft, without a class', { abilities: { ...abilities, htb: false } }],
    ['iptables and ipset', { abilities: without }],
  ]
}

test.each([0, 1, 2])('a partition is whole, on both versions of IP, and only from its peers (way %i)', async (way) => {
  const more = (await backEnds())[way]?.[1]
  const action = dropped(match([net.peer], 'both'))
  const context = await apply(action, more)
  expect(await reaches(net.pod, net.peer.v4)).toBe(false)
  expect(await reaches(net.pod, net.peer.v6)).toBe(false)
  expect(await opens(net.pod, 'to', net.peer.v4)).toBeNull()
  expect(await opens(net.peer, 'from', net.pod.v4)).toBeNull()
  expect(await reaches(net.pod, net.other.v4)).toBe(true)
  expect(await reaches(net.pod, net.other.v6)).toBe(true)
  expect(await reaches(net.pod, net.pod.v4)).toBe(true)
  const { matched, hit } = await faults.counters(action, net.pod, context)
  expect(matched).toBeGreaterThan(0)
  expect(hit).toBe(matched)
  expect(await faults.by(action).leftovers(action, net.pod.pod, context)).not.toEqual([])
  await faults.undo(action, net.pod, context)
  expect(await faults.by(action).leftovers(action, net.pod.pod, context)).toEqual([])
  await until(() => reaches(net.pod, net.peer.v4), 'open again')
  await until(() => reaches(net.pod, net.peer.v6), 'open again, IPv6')
})

test.each([0, 1, 2])('an established connection stands still and goes on (way %i)', async (way) => {
  await opens(net.pod, 'kept', net.peer.v4)
  expect(await pings(net.pod, 'kept', 1)).toEqual([expect.any(Number)])
  const action = dropped(match([net.peer], 'both'))
  const context = await apply(action, (await backEnds())[way]?.[1])
  expect(await pings(net.pod, 'kept', 1)).toEqual([null])
  await faults.undo(action, net.pod, context)
  await until(async () => (await pings(net.pod, 'kept', 1))[0] !== null, 'the connection goes on')
})

test.each([0, 1, 2])('a direction is one direction (way %i)', async (way) => {
  const [, more] = (await backEnds())[way] ?? []
  const received = async () => Number((await net.peer.run('cat', '/proc/net/snmp')).match(/Udp: (\d+)/)?.[1])
  for (const [direction, arrives] of [
    ['from', true],
    ['to', false],
  ] as const) {
    const action = dropped(match([net.peer], direction))
    const context = await apply(action, more)
    const before = await received()
    expect((await echoes(net.pod, net.peer.v4, 10, { waitMs: 100 })).back).toEqual([])
    expect((await received()) - before, direction).toBe(arrives ? 10 : 0)
    expect((await faults.counters(action, net.pod, context)).hit, direction).toBe(10)
    await faults.undo(action, net.pod, context)
  }
})

test('a sender is not told that its packets are swallowed', async () => {
  await apply(dropped(match([net.peer], 'to')))
  expect(await echoes(net.pod, net.peer.v4, 20, { waitMs: 50 })).toEqual({ back: [], failed: 0 })
})

test.each([0, 1, 2])('a share is a share, and counted (way %i)', async (way) => {
  const action = dropped(match([net.peer], 'both'), 0.3)
  const context = await apply(action, (await backEnds())[way]?.[1])
  const { back } = await echoes(net.pod, net.peer.v4, 2_000, { gapMs: 0 })
  // Six standard deviations on either side.
  expect(back.length / 2_000).toBeGreaterThan(0.49 - 0.067)
  expect(back.length / 2_000).toBeLessThan(0.49 + 0.067)
  const { matched = 0, hit = 0, bytes = 0 } = await faults.counters(action, net.pod, context)
  expect(hit / matched).toBeGreaterThan(0.3 - 0.05)
  expect(hit / matched).toBeLessThan(0.3 + 0.05)
  expect(bytes).toBe(matched * 92)
})

test.each([0, 1, 2])('ports are of either side, and others pass (way %i)', async (way) => {
  const more = (await backEnds())[way]?.[1]
  await apply(dropped(match([net.peer], 'both', [UDP_ECHO, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15])), more)
  expect(await reaches(net.pod, net.peer.v4)).toBe(false)
  expect(await reaches(net.peer, net.pod.v4)).toBe(false)
  expect(await opens(net.pod, 'other port', net.peer.v4)).not.toBeNull()
  await apply(dropped(match([net.peer], 'both', [ECHO])), more)
  expect(await opens(net.pod, 'port', net.peer.v6)).toBeNull()
})

test.each([0, 1, 2])('without peers it is everybody but loopback (way %i)', async (way) => {
  await apply(dropped(match(undefined, 'both')), (await backEnds())[way]?.[1])
  for (const { v4, v6 } of [net.peer, net.other]) {
    expect(await reaches(net.pod, v4)).toBe(false)
    expect(await reaches(net.pod, v6)).toBe(false)
  }
  expect(await reaches(net.pod, '127.0.0.1')).toBe(true)
  expect(await reaches(net.pod, net.pod.v6)).toBe(true)
})

test.each([0, 1, 2])('other peers take the place of the first, with the time that is left (way %i)', async (way) => {
  const more = (await backEnds())[way]?.[1] ?? {}
  const action = dropped(match([net.peer], 'both'))
  const context = await apply(action, more)
  const later = { ...context, remainingMs: 2_500 }
  await faults.by(action).update?.(dropped(match([net.other], 'both')), net.pod.pod, later)
  expect(await reaches(net.pod, net.peer.v4)).toBe(true)
  expect(await reaches(net.pod, net.other.v4)).toBe(false)
  expect(await reaches(net.pod, net.other.v6)).toBe(false)
  await until(() => reaches(net.pod, net.other.v4), 'the kernel ends it')
})

describe('the daemon is not counted', () => {
  test('its own connections and those of the node are hit, and not in the counters', async () => {
    const action = dropped(match(undefined, 'both'))
    const context = await apply(action)
    const reading = await faults.prober.read({ probe: 'packets' }, net.pod.pod, context, [net.peer.v4, net.peer.v6])
    expect(reading.outbound).toMatchObject({ attempts: 6, answered: 0 })
    expect(reading.inbound).toMatchObject({ attempts: 3, answered: 0 })
    await net.pod.ask({ do: 'udp', host: net.nodeAddress, count: 5, gapMs: 1, waitMs: 1 })
    expect(await faults.counters(action, net.pod, context)).toEqual({ matched: 0, hit: 0, bytes: 0 })
    expect(await net.pod.run('nft', 'list', 'counters')).toMatch(/counter aside_postrouting \{\s+packets [1-9]/)
  })
})
