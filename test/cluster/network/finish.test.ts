import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { NodeContext } from '../../../src/model/cluster/mechanism.ts'
import type { NodeAction } from '../../../src/model/cluster/node-action.ts'
import { createFaults, dropped, echoes, type Faults, match, OnPod, reaches, shaped } from './faults.ts'
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

/** Knows nothing of what this one did. */
async function laterDaemon(): Promise<Faults> {
  vi.resetModules()
  const { createFaults: create } = await import('./faults.ts')
  return create(net.nodePid)
}

function finish(by: Faults, action: NodeAction, context: NodeContext) {
  return by.by(action).finish?.(action, net.pod.pod, context)
}

function left(action: NodeAction, context: NodeContext): Promise<readonly string[]> {
  return faults.by(action).leftovers(action, net.pod.pod, context)
}

const queues = () => net.pod.run('tc', 'qdisc', 'show')

describe.each([
  ['by who has put them there', async () => faults],
  ['by a later daemon', laterDaemon],
])('are finished by one program each, %s', (_who, whose) => {
  test('partitions: counted, undone, and the pod as it was with the last', async () => {
    const before = await queues()
    const cut = dropped(match([net.peer], 'both'))
    const other = dropped(match([net.other], 'to'))
    const [first, second] = [await apply(cut), await apply(other)]
    expect(await reaches(net.pod, net.peer.v4)).toBe(false)
    expect(await reaches(net.pod, net.other.v4)).toBe(false)
    const daemon = await whose()
    const finished = await finish(daemon, cut, first)
    expect(finished?.hit).toBeGreaterThan(0)
    expect(await left(cut, first)).toEqual([])
    await until(() => reaches(net.pod, net.peer.v4), 'open again')
    expect(await reaches(net.pod, net.other.v4)).toBe(false)
    expect(await finish(daemon, other, second)).toBeDefined()
    expect(await left(other, second)).toEqual([])
    expect(await queues()).toBe(before)
    await until(() => reaches(net.pod, net.other.v4), 'open again')
    // Nothing is there to be finished: the caller looks for itself.
    expect(await finish(daemon, other, second)).toBeUndefined()
  })

  test.each(['to', 'from', 'both'] as const)('a limit %s the pod, with what it counted', async (direction) => {
    const before = await queues()
    const limit = shaped(match([net.peer], direction), 1_000_000)
    const context = await apply(limit)
    await echoes(net.pod, net.peer.v4, 20)
    const { matched, bytes, hit } = await faults.counters(limit, net.pod, context)
    expect(matched).toBeGreaterThan(0)
    expect(await finish(await whose(), limit, context)).toEqual({ matched, bytes, hit })
    expect(await left(limit, context)).toEqual([])
    expect(await queues()).toBe(before)
  })
})

test('are finished and undone in turns, and classes of others stay', async () => {
  const before = await queues()
  const [one, two] = [dropped(match([net.peer], 'to')), dropped(match([net.other], 'both'))]
  const limit = shaped(match([net.other], 'to'), 1_000_000)
  const [first, second, third] = [await apply(one), await apply(two), await apply(limit)]
  await faults.undo(one, net.pod, first)
  expect(await finish(faults, two, second)).toBeDefined()
  expect(await reaches(net.pod, net.other.v4)).toBe(true)
  expect(await faults.counters(limit, net.pod, third)).toMatchObject({ matched: expect.any(Number), hit: 0 })
  expect(await finish(faults, limit, third)).toBeDefined()
  expect(await queues()).toBe(before)
})

test('what somebody else has taken away is not said to be finished', async () => {
  const cut = dropped(match([net.peer], 'both'))
  const context = await apply(cut)
  await net.pod.run('nft', 'delete', 'table', 'inet', `sw_${context.id}`)
  expect(await finish(faults, cut, context)).toBeUndefined()
  await faults.undo(cut, net.pod, context)
  expect(await left(cut, context)).toEqual([])
})
