import { expect, it } from 'vitest'
import { generateTraffic } from '../../../src/traffic/cluster/generate.ts'
import { type Batch, readBatch } from '../../../src/traffic/cluster/wire.ts'
import { plannedBetween } from '../../../src/traffic/delivery.ts'
import { httpSpec, request, serve } from '../servers.ts'

const REQUESTS = 40
const RATE = 300

it('tells of requests whose due times are those that were planned, so that no window misses one at its edge', async () => {
  const { url, stop } = await serve((_, answer) => answer.end('ok'))
  const ending = new AbortController()
  const batches: Batch[] = []
  const spec = httpSpec({ ratePerSecond: RATE, requests: [request({ url })] })
  await generateTraffic(
    JSON.stringify({ spec, seed: 1 }),
    (line) => {
      const batch = readBatch(line)
      if (batch) batches.push(batch)
      if (batches.flatMap(({ rows }) => rows).length >= REQUESTS) ending.abort()
    },
    ending.signal,
  )
  await stop()
  const dues = batches.flatMap(({ rows }) => rows.map(([dueMs]) => dueMs)).sort((a, b) => a - b)
  const startMs = batches[0]?.startMs ?? 0
  expect(dues.length).toBeGreaterThanOrEqual(REQUESTS)
  expect(new Set(batches.map((batch) => batch.startMs))).toEqual(new Set([startMs]))
  expect(dues).toEqual(dues.map((_, index) => startMs + (index * 1_000) / RATE))
  // A window may begin or end right before or after any of them.
  const edges = dues.flatMap((dueMs) => [dueMs - 0.002, dueMs + 0.002])
  for (const fromMs of edges) {
    const inside = dues.filter((dueMs) => dueMs >= fromMs && dueMs < (edges.at(-1) ?? 0)).length
    expect(plannedBetween(startMs, RATE, fromMs, edges.at(-1) ?? 0)).toBe(inside)
  }
})
