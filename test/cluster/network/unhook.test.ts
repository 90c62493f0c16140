import { afterAll, beforeAll, expect, test } from 'vitest'
import { placeWitness, removeWitness } from '../../../src/daemon/network/witness.ts'
import { redirectHttp } from '../../../src/daemon/proxy/redirect-http.ts'
import type { NodeAction } from '../../../src/model/cluster/node-action.ts'
import { createFaults, dropped, type Echoes, echoes, type Faults, match, queued } from './faults.ts'
import { createTopology, median, type Topology, until } from './topology.ts'

let net: Topology
let faults: Faults

beforeAll(async () => {
  net = await createTopology()
  faults = createFaults(net.nodePid)
})
afterAll(async () => {
  await faults?.engine.stop()
  await net?.close()
})

const HTTP: Extract<NodeAction, { do: 'redirect-http' }> = {
  do: 'redirect-http',
  ports: [8_080],
  outbound: false,
  peers: undefined,
  match: { path: undefined, method: undefined, share: 1 },
  rule: { rule: 'abort', status: 503 },
  seed: 1,
}

/** A stream of packets that are held for 40 ms, while chains of others come and go; it must be longer than that takes. */
async function streamWhile(work: () => Promise<void>): Promise<Echoes> {
  const slow = queued(match([net.peer], 'from'), { latencyMs: 40 })
  const context = await net.context(60_000)
  await faults.apply(slow, net.pod, context)
  const counted = async () => (await faults.counters(slow, net.pod, context)).matched ?? 0
  const stream = echoes(net.pod, net.peer.v4, 2_000, { waitMs: 1_000 })
  await until(async () => (await counted()) > 20, 'the stream flows')
  await work()
  const during = await counted()
  await until(async () => (await counted()) > during, 'packets are held again, and the stream was still flowing')
  const came = await stream
  await faults.undo(slow, net.pod, context)
  return came
}

function expectAll({ back }: Echoes): void {
  expect(new Set(back.map(([number]) => number)).size).toBe(2_000)
  // Those that passed at once meanwhile are few.
  expect(median(back.map(([, ms]) => ms))).toBeGreaterThan(39)
}

test('undoing an http fault, and replacing its table, loses no packet that a delay fault holds', async () => {
  expectAll(
    await streamWhile(async () => {
      const context = await net.context(60_000)
      await redirectHttp.apply(HTTP, net.pod.pod, context)
      await redirectHttp.apply(HTTP, net.pod.pod, context)
      await redirectHttp.undo(HTTP, net.pod.pod, context)
      expect(await redirectHttp.leftovers(HTTP, net.pod.pod, context)).toEqual([])
    }),
  )
})

test('a witness that goes loses none either', async () => {
  expectAll(
    await streamWhile(async () => {
      const context = await net.context(60_000)
      await placeWitness(net.pod.pod, context)
      await placeWitness(net.pod.pod, context)
      await removeWitness(net.pod.pod, context)
    }),
  )
})

test('several faults that end at once lose none', async () => {
  expectAll(
    await streamWhile(async () => {
      const cut = dropped(match([net.other], 'from'))
      const contexts = await Promise.all(Array.from({ length: 4 }, () => net.context(60_000)))
      for (const context of contexts) await faults.apply(cut, net.pod, context)
      await Promise.all(contexts.map((context) => faults.undo(cut, net.pod, context)))
    }),
  )
})

test('a delay that ends itself while packets flow loses none', async () => {
  const slow = queued(match([net.peer], 'from'), { latencyMs: 40 })
  const context = await net.context(60_000)
  await faults.apply(slow, net.pod, context)
  const stream = echoes(net.pod, net.peer.v4, 1_000, { waitMs: 1_000 })
  await until(async () => ((await faults.counters(slow, net.pod, context)).matched ?? 0) > 20, 'the stream flows')
  await faults.undo(slow, net.pod, context)
  expect(new Set((await stream).back.map(([number]) => number)).size).toBe(1_000)
})
