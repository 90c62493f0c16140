import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/kit/clock.ts'
import type { RunEventBody } from '../../src/model/events.ts'
import { createTraffic } from '../../src/traffic/create-traffic.ts'
import { findK6 } from '../../src/traffic/find-k6.ts'
import { createK6Reader, type K6Request } from '../../src/traffic/k6-stream.ts'
import { failures } from './servers.ts'

/** Recorded from k6 1.8.1: two iterations against a server that answers, fails, resets, hangs, and names that do not exist. */
const STREAM = resolve('test/fixtures/k6/stream.ndjson')

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-k6-'))
  writeFileSync(join(folder, 'k6'), `#!/bin/sh\nexec '${process.execPath}' '${join(folder, 'fake-k6.mjs')}' "$@"\n`)
  copyFileSync(resolve('test/traffic/fake-k6.mjs'), join(folder, 'fake-k6.mjs'))
  chmodSync(join(folder, 'k6'), 0o755)
  writeFileSync(join(folder, 'load.js'), '')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function k6(fake: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) {
  const events: RunEventBody[] = []
  const environment = {
    PATH: [folder, dirname(process.execPath), '/bin', '/usr/bin'].join(delimiter),
    FAKE_K6_STREAM: STREAM,
    ...fake,
  }
  const traffic = createTraffic(
    { kind: 'k6', script: join(folder, 'load.js'), env },
    {
      resolve: (url) => url.replace(/http:\/\/web\b/, 'http://127.0.0.1:4711'),
      seed: 1,
      clock: systemClock,
      emit: (event) => events.push(event),
      workFolder: folder,
      environment,
      services: ['web', 'order-api'],
    },
  )
  return { traffic, events }
}

describe('a k6 stream', () => {
  const read = (lines: readonly string[]) => {
    const requests: K6Request[] = []
    let dropped = 0
    let heardMs = 0
    const reader = createK6Reader({
      onRequest: (request) => requests.push(request),
      onDropped: (count) => {
        dropped += count
      },
      onTime: (ms) => {
        heardMs = Math.max(heardMs, ms)
      },
    })
    for (const line of lines) reader.line(line)
    reader.end()
    return { requests, dropped, heardMs }
  }
  const recorded = readFileSync(STREAM, 'utf8').split('\n')

  it('has one request for each, with how it failed', () => {
    const { requests, heardMs } = read(recorded)
    expect(requests.map(({ failure }) => failure)).toEqual([
      undefined,
      'connection refused',
      'connection reset',
      'status 503',
      'connection refused',
      'connection reset',
      'timeout',
      'dns',
      undefined,
      'connection refused',
      'connection reset',
      'timeout',
    ])
    expect(heardMs).toBeGreaterThan(Date.parse('2026-11-21T11:01:45Z'))
  })
  it('counts the time until a connection was there as well', () => {
    const [first] = read(recorded).requests
    expect(first?.latencyMs).toBeCloseTo(7.085602 + 0.664268, 6)
    expect(first?.dueMs).toBeCloseTo(Date.parse('2026-11-21T11:01:44.472Z') - 7.75, 0)
  })
  it('judges by the status where the script switched off k6 own opinion', () => {
    const silent = recorded.filter((line) => !line.includes('"metric":"http_req_failed"'))
    expect(read(silent).requests.map(({ failure }) => failure === undefined)).toEqual(
      read(recorded).requests.map(({ failure }) => failure === undefined),
    )
  })
  it('passes over lines that are not points', () => {
    expect(
      read([
        '',
        'x',
        '{"type":"Point","metric":"http_reqs"}',
        '{"type":"Point","metric":"http_reqs","data":{"time":"never","value":1}}',
        '{"type":"Point","metric":"http_reqs"',
      ]).requests,
    ).toEqual([])
  })
  it('counts what k6 could not send', () => {
    expect(
      read([
        '{"metric":"dropped_iterations","type":"Point","data":{"time":"2026-11-21T11:01:44Z","value":3,"tags":{"scenario":"open"}}}',
      ]).dropped,
    ).toBe(3)
  })
})

describe('k6 traffic', () => {
  it('plays the script and records its requests', async () => {
    const call = join(folder, 'call.json')
    const { traffic } = k6({ FAKE_K6_CALL: call, FAKE_K6_HOLD_MS: '60000' }, { BASE: 'http://web/shop', LEVEL: 'high' })
    const startMs = Date.now()
    await traffic.start(new AbortController().signal)
    const until = Date.now() + 10_000
    while (traffic.stats().requests < 12 && Date.now() < until) await systemClock.sleep(10)
    const records = traffic.records(startMs, Date.now())
    expect(records.length).toBe(12)
    expect(failures(records)).toEqual({
      ok: 2,
      'connection refused': 3,
      'connection reset': 3,
      'status 503': 1,
      timeout: 2,
      dns: 1,
    })
    expect([...records.dueMs]).toEqual([...records.dueMs].toSorted((a, b) => a - b))
    await traffic.stop()
    const seen = JSON.parse(readFileSync(call, 'utf8'))
    expect(seen.args.slice(0, 3)).toEqual(['run', '--out', 'json=-'])
    expect(seen.args.at(-1)).toBe(join(folder, 'load.js'))
    expect(seen.env).toMatchObject({
      TARGET_WEB_URL: 'http://127.0.0.1:4711',
      TARGET_ORDER_API_URL: 'http://order-api',
      BASE: 'http://127.0.0.1:4711/shop',
      LEVEL: 'high',
    })
  })

  it('says so when the script ends before the window, whatever its thresholds say', async () => {
    const play = async (exit: string) => {
      const { traffic, events } = k6({ FAKE_K6_EXIT: exit })
      const startMs = Date.now()
      await traffic.start(new AbortController().signal)
      await traffic.settle(startMs + 60_000)
      expect(traffic.records(startMs + 10, Date.now() + 5_000).problems).toEqual([
        { code: 'LOAD_NOT_DELIVERED', detail: expect.stringMatching(/k6 ended \d+ ms before the window did/) },
      ])
      expect(events).toEqual([])
    }
    await Promise.all([play('0'), play('99')])
  })

  it('says so when k6 fails, without the values of its variables', async () => {
    const { traffic, events } = k6(
      { FAKE_K6_EXIT: '107', FAKE_K6_STDERR: 'boom with \u001b[31mhunter2-secret\n' },
      { PASSWORD: 'hunter2-secret' },
    )
    const startMs = Date.now()
    await traffic.start(new AbortController().signal)
    await traffic.settle(startMs + 60_000)
    const { problems } = traffic.records(startMs + 10, Date.now())
    expect(problems).toContainEqual({ code: 'TRAFFIC_FAILED', detail: 'k6 ended with 107: boom with  [31m***' })
    expect(events).toHaveLength(1)
  })

  it('refuses to begin when k6 sends nothing', async () => {
    const empty = join(folder, 'empty.ndjson')
    writeFileSync(empty, '')
    const { traffic } = k6({ FAKE_K6_STREAM: empty, FAKE_K6_EXIT: '104', FAKE_K6_STDERR: 'script error at line 3' })
    await expect(traffic.start(new AbortController().signal)).rejects.toMatchObject({
      code: 'TRAFFIC',
      message: expect.stringMatching(/k6 ended with 104: script error at line 3/),
    })
  })

  it('ends with its signal', async () => {
    const { traffic } = k6({ FAKE_K6_HOLD_MS: '600000' })
    const cancel = new AbortController()
    await traffic.start(cancel.signal)
    cancel.abort(new Error('cancelled'))
    await traffic.stop()
    expect(traffic.records(0, Date.now() + 10_000).problems.map(({ code }) => code)).toContain('LOAD_NOT_DELIVERED')
  })

  it('says what is missing when there is no k6', async () => {
    const { traffic } = k6({ PATH: '/nowhere' })
    await expect(traffic.start(new AbortController().signal)).rejects.toMatchObject({
      code: 'TRAFFIC',
      remedy: expect.stringContaining('Install it'),
    })
  })
})

describe('finding k6', () => {
  it('takes the first one on the PATH that can be run, and never one from a relative folder', () => {
    const other = join(folder, 'other')
    mkdirSync(other, { recursive: true })
    writeFileSync(join(other, 'k6'), 'not executable', { mode: 0o644 })
    expect(findK6([other, folder].join(delimiter))).toBe(join(folder, 'k6'))
    expect(findK6(['.', '', 'bin'].join(delimiter))).toBeUndefined()
    expect(findK6(undefined)).toBeUndefined()
  })
})

describe('other kinds', () => {
  it('no traffic has no records, and says why', async () => {
    const setting = {
      resolve: (url: string) => url,
      seed: 1,
      clock: systemClock,
      emit: () => {},
      workFolder: folder,
      environment: {},
    }
    const traffic = createTraffic({ kind: 'none' }, setting)
    await traffic.start(new AbortController().signal)
    expect(traffic.records(0, 1)).toMatchObject({ length: 0, problems: [{ code: 'NO_DATA' }] })
    expect(() => createTraffic({ kind: 'job', image: 'k6', command: [] }, setting)).toThrow(
      /needs a Kubernetes cluster/,
    )
  })
})
