import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exec } from '../../../src/kit/exec.ts'
import { relayK6 } from '../../../src/traffic/cluster/k6-relay.ts'
import { createK6Batcher, readK6Batch, requestsOf } from '../../../src/traffic/cluster/k6-wire.ts'
import { createK6Reader, type K6Request } from '../../../src/traffic/k6-stream.ts'
import { untilSo } from './stage.ts'

const STREAM = resolve('test/fixtures/k6/stream.ndjson')

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-relay-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function pipe(name: string): Promise<string> {
  const path = join(folder, name)
  expect((await exec('mkfifo', [path])).exitCode).toBe(0)
  return path
}

function requestsIn(lines: readonly string[]): readonly K6Request[] {
  return lines.flatMap((line) => {
    const batch = readK6Batch(line)
    return batch ? requestsOf(batch) : []
  })
}

describe('the container beside k6', () => {
  it('tells every request of the pipe once, and when k6 has ended', async () => {
    const direct: K6Request[] = []
    const reader = createK6Reader({ onRequest: (one) => direct.push(one), onDropped: () => {}, onTime: () => {} })
    const recorded = readFileSync(STREAM, 'utf8')
    for (const line of recorded.split('\n')) reader.line(line)
    reader.end()

    const path = await pipe('k6')
    const lines: string[] = []
    const relay = relayK6(path, (line) => lines.push(line), new AbortController().signal)
    const k6 = createWriteStream(path)
    for (let place = 0; place < recorded.length; place += 1_000) k6.write(recorded.slice(place, place + 1_000))
    k6.end()
    expect(await relay).toBe(0)
    const told = requestsIn(lines)
    expect(told.map(({ failure }) => failure)).toEqual(direct.map(({ failure }) => failure))
    for (const [place, { dueMs, latencyMs }] of told.entries()) {
      expect(dueMs).toBeCloseTo(direct[place]?.dueMs ?? 0, 1)
      expect(latencyMs).toBeCloseTo(direct[place]?.latencyMs ?? 0, 1)
    }
    expect(readK6Batch(lines.at(-1) ?? '')?.over).toBe(true)
    expect(lines.slice(0, -1).some((line) => readK6Batch(line)?.over)).toBe(false)
  })

  it('ends without saying that k6 has ended when it is told to end before', async () => {
    const stop = new AbortController()
    const lines: string[] = []
    const path = await pipe('told')
    const relay = relayK6(path, (line) => lines.push(line), stop.signal)
    const k6 = createWriteStream(path)
    await new Promise((resolve) => k6.write(readFileSync(STREAM), resolve))
    await untilSo('it was told', () => requestsIn(lines).length > 0)
    stop.abort()
    expect(await relay).toBe(1)
    k6.end()
    expect(lines.some((line) => readK6Batch(line)?.over)).toBe(false)
  })
})

describe('what it writes', () => {
  const request = fc.record({
    dueMs: fc.integer({ min: 0, max: 2e12 }),
    latencyMs: fc.integer({ min: 0, max: 60_000 }),
    failure: fc.option(fc.string({ maxLength: 40, minLength: 1 }), { nil: undefined }),
  })

  it('holds every request in order, in numbered lines that a log does not cut', () => {
    fc.assert(
      fc.property(fc.array(fc.array(request, { maxLength: 700 }), { maxLength: 4 }), (rounds) => {
        const batcher = createK6Batcher()
        const lines = rounds.flatMap((round) => {
          for (const one of round) batcher.listener.onRequest(one)
          return batcher.lines(1, false)
        })
        lines.push(...batcher.lines(2, true))
        const batches = lines.map(readK6Batch)
        expect(batches.map((batch) => batch?.k6)).toEqual(lines.map((_, place) => place))
        const few = new Set(rounds.flat().map(({ failure }) => failure)).size < 250
        const seen = requestsIn(lines).map(({ failure, ...rest }) => (few ? { failure, ...rest } : rest))
        expect(seen).toEqual(rounds.flat().map(({ failure, ...rest }) => (few ? { failure, ...rest } : rest)))
        expect(requestsIn(lines).map(({ failure }) => failure === undefined)).toEqual(
          rounds.flat().map(({ failure }) => failure === undefined),
        )
      }),
      { numRuns: 30 },
    )
  })

  it('is told from whatever else a log holds', () => {
    for (const line of ['', 'x', '{"k6":', '{"k6":1}', '{"k6":-1,"at":1}', '{"batch":0}']) {
      expect(readK6Batch(line)).toBeUndefined()
    }
  })

  it('does not tell of a time before all that was due then', () => {
    const batcher = createK6Batcher()
    for (let place = 0; place < 600; place += 1)
      batcher.listener.onRequest({ dueMs: 1_000 + place, latencyMs: 1, failure: undefined })
    batcher.listener.onTime(5_000)
    const batches = batcher.lines(1, false).map(readK6Batch)
    expect(batches.map((batch) => batch?.heardMs)).toEqual([1_000, 1_250, 5_000])
  })
})
