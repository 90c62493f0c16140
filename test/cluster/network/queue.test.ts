import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { NodeContext } from '../../../src/model/cluster/mechanism.ts'
import type { NodeAction } from '../../../src/model/cluster/node-action.ts'
import { createFaults, dropped, echoes, type Faults, match, OnPod, opens, pings, queued } from './faults.ts'
import { createTopology, median, type Topology, until } from './topology.ts'

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
afterAll(async () => {
  await faults?.engine.stop()
  await net?.close()
})

const apply: OnPod['apply'] = (action, more) => onPod.apply(action, more)

test('what arrives is late, over IPv4 and IPv6, and counted', async () => {
  const action = queued(match([net.peer], 'from'), { latencyMs: 80 })
  const context = await apply(action)
  for (const host of [net.peer.v4, net.peer.v6]) {
    const { back } = await echoes(net.pod, host, 100, { waitMs: 400 })
    expect(back.length).toBe(100)
    expect(Math.min(...back.map(([, ms]) => ms))).toBeGreaterThan(79)
  }
  const { matched, hit, medianHeldMs } = await faults.counters(action, net.pod, context)
  expect({ matched, hit }).toEqual({ matched: 200, hit: 200 })
  expect(medianHeldMs).toBeGreaterThan(79)
  const other = (await echoes(net.pod, net.other.v4, 50)).back.map(([, ms]) => ms)
  expect(median(other)).toBeLessThan(80)
})

test('an established connection is delayed, and is not any more afterwards', async () => {
  await opens(net.pod, 'kept', net.peer.v4)
  const action = queued(match([net.peer], 'from'), { latencyMs: 60 })
  const context = await apply(action)
  for (const ms of await pings(net.pod, 'kept', 5, 2_000)) expect(ms).toBeGreaterThan(59)
  expect(await opens(net.pod, 'new', net.peer.v4, 2_000)).toBeGreaterThan(59)
  await faults.undo(action, net.pod, context)
  expect(median((await pings(net.pod, 'kept', 9, 2_000)).map(Number))).toBeLessThan(60)
})

test('what waits when it is undone still arrives', async () => {
  const action = queued(match([net.peer], 'from'), { latencyMs: 5_000 })
  const context = await apply(action)
  const sent = echoes(net.pod, net.peer.v4, 20, { waitMs: 2_000 })
  await until(async () => (await faults.counters(action, net.pod, context)).matched === 20, 'all of them wait')
  await faults.undo(action, net.pod, context)
  expect((await sent).back.length).toBe(20)
})

test('what waits arrives though another fault of the pod is undone', async () => {
  const slow = queued(match([net.peer], 'from'), { latencyMs: 3_000 })
  const context = await apply(slow)
  const cut = dropped(match([net.other], 'both'))
  const other = await apply(cut)
  const sent = echoes(net.pod, net.peer.v4, 20, { waitMs: 4_000 })
  await until(async () => (await faults.counters(slow, net.pod, context)).matched === 20, 'all of them wait')
  await faults.undo(cut, net.pod, other)
  expect((await sent).back.length).toBe(20)
})

test('packets keep their order under jitter', async () => {
  await apply(queued(match([net.peer], 'from'), { latencyMs: 20, jitterMs: 15, distribution: 'pareto' }))
  const { back } = await echoes(net.pod, net.peer.v4, 300, { waitMs: 1_000 })
  expect(back.map(([number]) => number)).toEqual(Array.from({ length: 300 }, (_, number) => number))
})

test('reordering lets some overtake', async () => {
  const action = queued(match([net.peer], 'from'), { latencyMs: 30, reorderRatio: 0.25 })
  const context = await apply(action)
  const { back } = await echoes(net.pod, net.peer.v4, 300, { waitMs: 500 })
  expect(back.length).toBe(300)
  const past = back.filter(([number], place) => back.slice(place).some(([after]) => after < number)).length
  const { matched, hit = 0 } = await faults.counters(action, net.pod, context)
  expect({ matched, hit }).toEqual({ matched: 300, hit: past })
  const early = back.filter(([number], place) => back.slice(0, place).some(([before]) => before > number)).length
  expect(early).toBeGreaterThan(100)
})

test('the same seed loses the same packets, and the correlated ones in bursts', async () => {
  const lostOf = async (correlation: number, seed: number) => {
    const action = queued(match([net.peer], 'to'), { lossRatio: 0.2, correlation, seed }, 'output')
    const context = await apply(action)
    const { back, failed } = await echoes(net.pod, net.peer.v4, 1_000, { gapMs: 0 })
    expect(failed).toBe(0)
    const came = new Set(back.map(([number]) => number))
    const lost = Array.from({ length: 1_000 }, (_, number) => number).filter((number) => !came.has(number))
    expect(await faults.counters(action, net.pod, context)).toMatchObject({ matched: 1_000, hit: lost.length })
    await faults.undo(action, net.pod, context)
    return lost
  }
  const first = await lostOf(0, 11)
  expect(first.length).toBeGreaterThan(120)
  expect(first.length).toBeLessThan(280)
  expect(await lostOf(0, 11)).toEqual(first)
  expect(await lostOf(0, 12)).not.toEqual(first)
  const bursts = await lostOf(0.8, 11)
  const followed = (lost: readonly number[]) => lost.filter((number) => lost.includes(number + 1)).length / lost.length
  expect(followed(bursts)).toBeGreaterThan(0.7)
  expect(followed(first)).toBeLessThan(0.4)
})

test('a corrupted datagram never reaches its receiver', async () => {
  const action = queued(match([net.peer], 'from'), { corruptRatio: 0.1 })
  const context = await apply(action)
  // Of all lengths: what the kernel says of a packet is as long as the packet.
  const { back } = await echoes(net.pod, net.peer.v4, 500, { gapMs: 0, lengths: 4 })
  const { matched, hit } = await faults.counters(action, net.pod, context)
  expect(matched).toBe(500)
  expect(hit).toBeGreaterThan(20)
  expect(500 - back.length).toBe(hit)
})

test('when the engine is killed packets pass at once, its owner is told, and the next queue has another', async () => {
  const told: string[] = []
  const action = queued(match([net.peer], 'from'), { latencyMs: 200 })
  const context = await apply(action, { onHelperExit: (detail) => told.push(detail) })
  await opens(net.pod, 'kept', net.peer.v4, 2_000)
  const pid = faults.engine.pid()
  expect(pid).toBeDefined()
  process.kill(pid ?? 0, 'SIGKILL')
  await until(() => told.length === 1, 'the owner is told')
  expect(told[0]).toContain('SIGKILL')
  await until(async () => Number((await pings(net.pod, 'kept', 1, 5_000))[0]) < 200, 'packets pass')
  expect(await faults.by(action).leftovers(action, net.pod.pod, context)).not.toEqual([])
  await faults.undo(action, net.pod, context)
  expect(await faults.by(action).leftovers(action, net.pod.pod, context)).toEqual([])
  await apply(queued(match([net.peer], 'from'), { latencyMs: 50 }))
  expect(faults.engine.pid()).not.toBe(pid)
  expect((await pings(net.pod, 'kept', 1, 5_000))[0]).toBeGreaterThan(49)
})

test("the daemon's own connections are delayed, waited for, and not counted", async () => {
  const action = queued(match([net.peer], 'from'), { latencyMs: 400 })
  const context = await apply(action)
  const reading = await faults.prober.read({ probe: 'packets' }, net.pod.pod, context, [net.peer.v4])
  expect(reading.outbound).toMatchObject({ attempts: 3, answered: 3 })
  expect(reading.outbound?.medianMs).toBeGreaterThan(399)
  expect(await faults.counters(action, net.pod, context)).toEqual({ matched: 0, hit: 0, bytes: 0 })
})

test('faults of one pod add up and are undone in any order', async () => {
  const orders = [
    [0, 1, 2],
    [2, 0, 1],
    [1, 2, 0],
  ]
  for (const order of orders) {
    const slow = queued(match([net.peer], 'from'), { latencyMs: 50 })
    const slower = queued(match([net.peer, net.other], 'from'), { latencyMs: 70 })
    const cut = dropped(match([net.other], 'both'))
    const stacked: (readonly [NodeAction, NodeContext])[] = []
    for (const action of [slow, slower, cut]) stacked.push([action, await apply(action)])
    const both = (await echoes(net.pod, net.peer.v4, 20, { waitMs: 600 })).back.map(([, ms]) => ms)
    expect(both.length).toBe(20)
    expect(Math.min(...both)).toBeGreaterThan(118)
    expect((await echoes(net.pod, net.other.v4, 5)).back).toEqual([])
    for (const place of order) {
      const [action, context] = stacked[place] ?? []
      if (!action || !context) throw new Error('three were applied')
      await faults.undo(action, net.pod, context)
      await faults.undo(action, net.pod, context)
      expect(await faults.by(action).leftovers(action, net.pod.pod, context)).toEqual([])
      const left = stacked.filter((one) => order.indexOf(stacked.indexOf(one)) > order.indexOf(place))
      const asked = left.reduce((sum, [{ do: kind, ...rest }]) => {
        return kind === 'queue' && 'impairment' in rest ? sum + rest.impairment.latencyMs : sum
      }, 0)
      const times = (await echoes(net.pod, net.peer.v4, 20, { waitMs: 600 })).back.map(([, ms]) => ms)
      expect(Math.min(...times)).toBeGreaterThan(asked - 2)
    }
    expect((await echoes(net.pod, net.other.v4, 5)).back.length).toBe(5)
  }
})

test('other peers take the place of the first', async () => {
  const action = queued(match([net.peer], 'from'), { latencyMs: 100 })
  const context = await apply(action)
  await faults.by(action).update?.(queued(match([net.other], 'from'), { latencyMs: 100 }), net.pod.pod, context)
  expect(median((await echoes(net.pod, net.peer.v4, 21)).back.map(([, ms]) => ms))).toBeLessThan(100)
  expect(median((await echoes(net.pod, net.other.v4, 21)).back.map(([, ms]) => ms))).toBeGreaterThan(99)
})

test('applied twice it is there once', async () => {
  const action = queued(match([net.peer], 'from'), { latencyMs: 60 })
  const context = await apply(action)
  await faults.apply(action, net.pod, context)
  const { back } = await echoes(net.pod, net.peer.v4, 20, { waitMs: 500 })
  expect(back.length).toBe(20)
  expect((await faults.counters(action, net.pod, context)).hit).toBe(20)
  expect(Math.min(...back.map(([, ms]) => ms))).toBeGreaterThan(59)
})
