import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFaults, dropped, type Faults, match, reaches, shaped } from './faults.ts'
import { createTopology, type Topology } from './topology.ts'

let net: Topology
let faults: Faults

beforeAll(async () => {
  net = await createTopology()
  faults = createFaults(net.nodePid)
})
afterAll(() => net?.close())

const queues = () => net.pod.run('tc', 'qdisc', 'show')
const addDevice = (name: string) => net.pod.run('ip', 'link', 'add', name, 'type', 'veth', 'peer', 'name', `${name}p`)
const SLOW_LINE = 'qdisc add dev more root handle 1: tbf rate 1gbit burst 1mb latency 10ms'.split(' ')
const removeDevice = (name: string) => net.pod.run('ip', 'link', 'del', name)

test.each(['more', 'a#b', "a'b", 'a"b', 'a;b'])(
  'a pod with another device, named %s, is cut off and left as it was',
  async (name) => {
    await addDevice(name)
    await net.pod.run('ip', 'link', 'set', name, 'up')
    const before = await queues()
    const cut = dropped(match([net.peer], 'both'))
    const contexts = [await net.context(60_000), await net.context(60_000)]
    for (const context of contexts) await faults.apply(cut, net.pod, context)
    expect(await reaches(net.pod, net.peer.v4)).toBe(false)
    expect(await queues()).toContain(`dev ${name} root`)
    for (const context of contexts) {
      await faults.undo(cut, net.pod, context)
      expect(await faults.by(cut).leftovers(cut, net.pod.pod, context)).toEqual([])
    }
    expect(await queues()).toBe(before)
    expect(await reaches(net.pod, net.peer.v4)).toBe(true)
    await removeDevice(name)
  },
)

test("somebody else's queue on one of two devices is left alone, and nothing of ours stays on the other", async () => {
  await addDevice('more')
  await net.pod.run('ip', 'link', 'set', 'more', 'up')
  await net.pod.run('tc', ...SLOW_LINE)
  const before = await queues()
  const limit = shaped(match([net.peer], 'to'), 1_250_000)
  await expect(faults.apply(limit, net.pod, await net.context(60_000))).rejects.toThrow("somebody else's")
  expect(await queues()).toBe(before)
  const cut = dropped(match([net.peer], 'both'))
  const context = await net.context(60_000)
  await faults.apply(cut, net.pod, context)
  expect(await queues()).toBe(before)
  expect(await reaches(net.pod, net.peer.v4)).toBe(false)
  await faults.undo(cut, net.pod, context)
  expect(await reaches(net.pod, net.peer.v4)).toBe(true)
  await removeDevice('more')
})

test('what was applied twice is undone by one undo, and an undo of nothing succeeds', async () => {
  const before = await queues()
  const cut = dropped(match([net.peer], 'both'))
  const context = await net.context(60_000)
  await faults.apply(cut, net.pod, context)
  await faults.apply(cut, net.pod, context)
  expect(await reaches(net.pod, net.peer.v4)).toBe(false)
  await faults.undo(cut, net.pod, context)
  await faults.undo(cut, net.pod, context)
  expect(await queues()).toBe(before)
  expect(await faults.by(cut).leftovers(cut, net.pod.pod, context)).toEqual([])
})
