import { afterAll, beforeAll, expect, test } from 'vitest'
import { placeWitness, readWitness, removeWitness } from '../../../src/daemon/network/witness.ts'
import { createFaults, dropped, echoes, type Faults, match } from './faults.ts'
import { createTopology, type Topology } from './topology.ts'

let net: Topology
let faults: Faults

beforeAll(async () => {
  net = await createTopology()
  faults = createFaults(net.nodePid)
})
afterAll(() => net?.close())

test('a witness counts packets with others, and neither loopback, the node nor probes', async () => {
  const context = await net.context(60_000)
  expect(await readWitness(net.pod.pod, context)).toBeUndefined()
  await placeWitness(net.pod.pod, context)
  expect(await readWitness(net.pod.pod, context)).toBe(0)
  await echoes(net.pod, net.pod.v4, 10)
  await net.pod.ask({ do: 'udp', host: net.nodeAddress, count: 10, gapMs: 1, waitMs: 50 })
  await faults.prober.read({ probe: 'packets' }, net.pod.pod, context, [net.peer.v4, net.peer.v6])
  expect(await readWitness(net.pod.pod, context)).toBe(0)
  await echoes(net.pod, net.peer.v4, 10)
  await echoes(net.peer, net.pod.v6, 10)
  expect(await readWitness(net.pod.pod, context)).toBe(40)
  const cut = await net.context(60_000)
  await faults.apply(dropped(match([net.peer], 'from')), net.pod, cut)
  await echoes(net.peer, net.pod.v4, 10)
  expect(await readWitness(net.pod.pod, context)).toBe(50)
  await faults.undo(dropped(match([net.peer], 'from')), net.pod, cut)
  await removeWitness(net.pod.pod, context)
  await removeWitness(net.pod.pod, context)
  expect(await readWitness(net.pod.pod, context)).toBeUndefined()
})

test('connections of the daemon come from its own ports, and refused is an answer', async () => {
  const context = await net.context(60_000)
  await net.peer.run(
    'nft',
    'add table inet seen; add chain inet seen c { type filter hook input priority 0; }; add rule inet seen c tcp sport 61337-61399 tcp dport 7000 counter',
  )
  const peers = [
    `${net.peer.v4}:7000`,
    `[${net.peer.v6}]:7000`,
    net.other.v4,
    `${net.other.v4}/24`,
    net.other.v6,
    'nonsense',
  ]
  const open = await faults.prober.read({ probe: 'packets', ports: [7_000] }, net.pod.pod, context, peers)
  expect(open.outbound).toEqual({ attempts: 12, answered: 12, medianMs: expect.any(Number) })
  expect(open.inbound).toEqual({ attempts: 3, answered: 3, medianMs: expect.any(Number) })
  expect(await net.peer.run('nft', 'list', 'table', 'inet', 'seen')).toMatch(/counter packets [1-9]/)
})

test('a partition from some is seen from within, and a whole one from both sides', async () => {
  const read = async () => faults.prober.read({ probe: 'packets' }, net.pod.pod, await net.context(1), [net.peer.v4])
  for (const direction of ['to', 'from', 'both'] as const) {
    const context = await net.context(60_000)
    const some = dropped(match([net.peer], direction))
    await faults.apply(some, net.pod, context)
    expect(await read()).toMatchObject({ outbound: { answered: 0 }, inbound: { answered: 3 } })
    await faults.undo(some, net.pod, context)
    const whole = dropped(match(undefined, direction))
    await faults.apply(whole, net.pod, context)
    expect(await read()).toMatchObject({ outbound: { answered: 0 }, inbound: { answered: 0 } })
    await faults.undo(whole, net.pod, context)
  }
  expect(await read()).toMatchObject({ outbound: { answered: 3 }, inbound: { answered: 3 } })
})

test('a pod that is gone gives no numbers', async () => {
  const gone = { ...net.pod.pod, sandbox: undefined, ips: [] }
  expect(await faults.prober.read({ probe: 'packets' }, gone, await net.context(1), [net.peer.v4])).toEqual({
    probe: 'packets',
  })
})
