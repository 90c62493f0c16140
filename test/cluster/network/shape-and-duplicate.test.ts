import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { NodeAction } from '../../../src/model/cluster/node-action.ts'
import { createFaults, dropped, echoes, type Faults, match, OnPod, reaches, shaped } from './faults.ts'
import { createTopology, type Place, type Topology } from './topology.ts'

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

async function mbit(receiver: Place, host: string): Promise<number> {
  return receiver.ask<number>({ do: 'receive', host, ms: 3_000 })
}

const TEN_MBIT = 1_250_000

test.each(['to', 'from'] as const)('10 Mbit/s %s the pod is 10, and the other way is free', async (direction) => {
  const action = shaped(match([net.peer], direction), TEN_MBIT)
  const context = await apply(action)
  const sent = await mbit(net.peer, net.pod.v4)
  const received = await mbit(net.pod, net.peer.v6)
  const [limited, free] = direction === 'to' ? [sent, received] : [received, sent]
  expect(limited).toBeGreaterThan(5)
  expect(limited).toBeLessThan(14)
  expect(free).toBeGreaterThan(14)
  const { matched = 0, hit = 0 } = await faults.counters(action, net.pod, context)
  expect(matched).toBeGreaterThan(0)
  expect(hit).toBeGreaterThan(0)
  expect(hit).toBeLessThanOrEqual(matched)
})

test.each(['to', 'from', 'both'] as const)(
  'what flows slower than a limit %s the pod never meets it',
  async (direction) => {
    // Connections of the test before, which were with another, may not be over.
    const action = shaped(match([net.other], direction), TEN_MBIT)
    const context = await apply(action)
    expect((await echoes(net.pod, net.other.v4, 100)).back.length).toBe(100)
    const { matched, hit } = await faults.counters(action, net.pod, context)
    expect({ matched, hit }).toEqual({ matched: direction === 'both' ? 200 : 100, hit: 0 })
  },
)

test('two limits on two peers hold at the same time, and each goes on when the other goes', async () => {
  const first = await apply(shaped(match([net.peer], 'to'), TEN_MBIT))
  await apply(shaped(match([net.other], 'to'), 2 * TEN_MBIT))
  expect(await mbit(net.peer, net.pod.v4)).toBeLessThan(14)
  await faults.undo(shaped(match([net.peer], 'to'), TEN_MBIT), net.pod, first)
  const other = await mbit(net.other, net.pod.v4)
  expect(other).toBeLessThan(28)
  expect(other).toBeGreaterThan(10)
  expect(await mbit(net.peer, net.pod.v4)).toBeGreaterThan(28)
})

test('a partition holds whatever limit comes after it', async () => {
  await apply(dropped(match([net.peer], 'to')))
  await apply(shaped(match([net.peer], 'both'), TEN_MBIT))
  expect(await reaches(net.pod, net.peer.v4)).toBe(false)
})

test("somebody else's root qdisc is refused and left alone, and a partition does without", async () => {
  await net.pod.run(
    'tc',
    'qdisc',
    'add',
    'dev',
    'eth0',
    'root',
    'handle',
    '1:',
    'tbf',
    'rate',
    '1gbit',
    'burst',
    '1mb',
    'latency',
    '10ms',
  )
  const before = await net.pod.run('tc', 'qdisc', 'show', 'dev', 'eth0')
  const action = shaped(match([net.peer], 'to'), TEN_MBIT)
  const context = await net.context(60_000)
  expect(faults.by(action).refuse(action, net.pod.pod, context.abilities)).toContain("somebody else's")
  await expect(faults.apply(action, net.pod, context)).rejects.toThrow("somebody else's")
  await faults.undo(action, net.pod, context)
  await apply(dropped(match([net.peer], 'to')))
  expect(await reaches(net.pod, net.peer.v4)).toBe(false)
  expect(await net.pod.run('tc', 'qdisc', 'show', 'dev', 'eth0')).toBe(before)
  await net.pod.run('tc', 'qdisc', 'del', 'dev', 'eth0', 'root')
})

test.each(['v4', 'v6'] as const)('packets arrive twice, and are counted once (%s)', async (version) => {
  const action: NodeAction = { do: 'duplicate', match: match([net.peer], 'to'), ratio: 0.25 }
  const context = await apply(action)
  const { back } = await echoes(net.pod, net.peer[version], 1_000, { gapMs: 0 })
  const twice = back.length - new Set(back.map(([number]) => number)).size
  expect(new Set(back.map(([number]) => number)).size).toBe(1_000)
  // Six standard deviations on either side.
  expect(twice).toBeGreaterThan(168)
  expect(twice).toBeLessThan(332)
  const { matched = 0, hit = 0 } = await faults.counters(action, net.pod, context)
  expect(Math.abs(matched - 1_000)).toBeLessThan(70)
  expect(Math.abs(hit - twice)).toBeLessThan(70)
})

test('what a pod receives cannot be duplicated, and netem is refused where the kernel has none', async () => {
  const { abilities } = await net.context(1)
  const double: NodeAction = { do: 'duplicate', match: match([net.peer], 'from'), ratio: 0.25 }
  expect(faults.by(double).refuse(double, net.pod.pod, abilities)).toContain('only what a pod sends')
  const emulate: NodeAction = {
    do: 'netem',
    match: match([net.peer], 'to'),
    impairment: {
      latencyMs: 10,
      jitterMs: 0,
      distribution: 'uniform',
      lossRatio: 0,
      correlation: 0,
      corruptRatio: 0,
      reorderRatio: 0,
      seed: 1,
    },
    duplicateRatio: 0,
  }
  expect(faults.by(emulate).refuse(emulate, net.pod.pod, { ...abilities, netem: false })).toContain('sch_netem')
})
