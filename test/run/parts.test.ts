import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/kit/clock.ts'
import { readLineFile } from '../../src/kit/line-file.ts'
import type { RunEvent } from '../../src/model/events.ts'
import type { CheckSpec, ExpectSpec } from '../../src/model/suite.ts'
import { emptySlices } from '../../src/observe/slice-grid.ts'
import { runCheck } from '../../src/run/checks.ts'
import { createEventBus } from '../../src/run/event-bus.ts'
import { unhealthy } from '../../src/run/healthy.ts'
import { isWithinHours } from '../../src/run/hours.ts'
import { impactOf } from '../../src/run/impact.ts'
import { outsideChanges } from '../../src/run/outside.ts'
import { patiently } from '../../src/run/patience.ts'
import { readyAgain } from '../../src/run/ready-again.ts'
import { createRunFolder } from '../../src/run/run-folder.ts'
import type { Session } from '../../src/run/session.ts'
import { untilAborted } from '../../src/run/watch-window.ts'
import { WorldClock } from '../fakes/world-clock.ts'
import { SCENARIOS } from './scenarios.ts'

const never = new AbortController().signal
const experiment = SCENARIOS.single.plan.experiments[0]
if (!experiment) throw new Error('the plan has an experiment')

describe('hours', () => {
  it.each([
    ['2026-01-15T02:00:00Z', '02:00', '04:00', 'UTC', true],
    ['2026-01-15T03:59:59Z', '02:00', '04:00', 'UTC', true],
    ['2026-01-15T04:00:00Z', '02:00', '04:00', 'UTC', false],
    ['2026-01-15T01:59:59Z', '02:00', '04:00', 'UTC', false],
    ['2026-01-15T23:30:00Z', '22:00', '04:00', 'UTC', true],
    ['2026-01-15T00:00:00Z', '22:00', '04:00', 'UTC', true],
    ['2026-01-15T12:00:00Z', '22:00', '04:00', 'UTC', false],
    ['2026-01-15T02:30:00Z', '02:00', '04:00', 'Europe/Berlin', true],
    ['2026-07-15T02:30:00Z', '02:00', '04:00', 'Europe/Berlin', false],
  ])('%s between %s and %s in %s: %s', (at, from, to, timezone, inside) => {
    expect(isWithinHours(Date.parse(at), { from, to, timezone })).toBe(inside)
  })
})

describe('outside the plan', () => {
  const replica = (name: string, identity: string, restarts = 0) => ({ replica: name, identity, restarts, ready: true })
  const before = { replicas: [replica('a', '1'), replica('b', '2')], active: ['old'] }
  const plan = { touched: ['a'], untouched: ['b'] }

  it.each([
    ['nothing happened', before, before, []],
    ['only what was planned', before, { ...before, replicas: [replica('a', '9', 1), replica('b', '2')] }, []],
    [
      'one restarted',
      before,
      { ...before, replicas: [replica('a', '1'), replica('b', '7', 2)] },
      ['b restarted by itself (2 times)'],
    ],
    ['one is gone', before, { ...before, replicas: [replica('a', '1')] }, ['b is gone']],
    ['one came', before, { ...before, replicas: [...before.replicas, replica('c', '3')] }, ['c was not there before']],
    ['a rule stayed', before, { ...before, active: ['old', 'rule e1f1'] }, ['rule e1f1 is still in force']],
    ['nobody looked', { replicas: [], active: [] }, { replicas: [], active: [] }, ['b was not there to be watched']],
  ])('%s', (_, then, now, changes) => {
    expect(outsideChanges(then, now, plan)).toEqual(changes)
  })
})

describe('the impact on services', () => {
  const count = (n: number, bad: number) => [{ service: 'web', n, bad }]

  it('is what the totals grew by', () => {
    const marks = { baseline: count(10, 0), fault: count(30, 1), end: count(60, 11) }
    const seen = { service: 'web', target: true, baseline: { n: 20, bad: 1 }, fault: { n: 30, bad: 10 } }
    expect(impactOf(marks, new Set(['web']))).toEqual([seen])
  })

  it.each([[Number.NaN], [-5], [Number.POSITIVE_INFINITY]])('counts nothing where a total is %s', (total) => {
    const marks = { baseline: [], fault: [], end: count(total, total) }
    expect(impactOf(marks, new Set())[0]).toMatchObject({ target: false, fault: { n: 0, bad: 0 } })
  })
})

describe('health before the first fault', () => {
  const span = { window: 'baseline', startMs: 0, endMs: 1_000, sliceMs: 100 } as const
  const baseline = (bad: number) => {
    const slices = emptySlices(span).map((slice) => ({ ...slice, n: 20, bad, badAtLeast: bad }))
    return { ...span, objective: 'availability', slices, histogram: undefined, problems: [], queries: [] }
  }

  it.each([
    [0, undefined],
    [1, undefined],
    [10, 'availability'],
    [20, 'availability'],
  ])('%i of 20 bad in each slice, at most 10 %% allowed: %s', (bad, sick) => {
    expect(unhealthy(experiment, new Map([['availability', { baseline: baseline(bad) }]]))).toBe(sick)
  })
})

describe('replicas that are ready again', () => {
  it('are those that were hurt, from the start of the fault on', () => {
    const [hurt] = experiment.targets
    if (hurt === undefined) throw new Error('the experiment hurts somebody')
    const ready = (replica: string, atMs: number) => ({ replica, atMs })
    const readiness = [ready(hurt, 5), ready(hurt, 15), ready('db-1', 16)]
    const fault = { window: 'fault', startMs: 10, endMs: 20, sliceMs: 1 } as const
    expect(readyAgain({ readiness } as unknown as Session, experiment, { fault })).toEqual([ready(hurt, 15)])
    expect(readyAgain({ readiness } as unknown as Session, experiment, {})).toEqual([])
  })
})

describe('the event bus', () => {
  it('tells everybody in order, with the time, whoever throws', () => {
    const seen: RunEvent[] = []
    const bus = createEventBus(new WorldClock())
    bus.listen(() => {
      throw new Error('no terminal')
    })
    bus.listen((event) => seen.push(event))
    bus.emit({ event: 'warning', detail: 'one' })
    bus.emit({ event: 'warning', detail: 'two' })
    expect(seen.map((event) => event.event === 'warning' && event.detail)).toEqual(['one', 'two'])
    expect(seen[0]?.at).toBeGreaterThan(0)
    expect(bus.failures()).toBe(2)
  })
})

describe('the folder of a run', () => {
  const state = mkdtempSync(join(tmpdir(), 'seaworthy-folder-'))
  afterAll(() => rmSync(state, { recursive: true, force: true }))
  const facts = { owner: { pid: 1, startTime: '1' }, suite: 's.yaml', version: '1', at: 1 }

  it('has its own entry in the ledger before it is made, and is gone after a clean run', () => {
    const folder = createRunFolder(state, 'r-clean', facts)
    expect(readLineFile(folder.ledgerPath)).toMatchObject([
      { entry: 'run' },
      { entry: 'folder', path: folder.workFolder },
    ])
    folder.close(true, 2)
    expect(existsSync(folder.path)).toBe(false)
  })

  it('keeps the ledger open for cleaning up after any other run', () => {
    const folder = createRunFolder(state, 'r-left', facts)
    folder.close(false, 2)
    expect(readFileSync(folder.ledgerPath, 'utf8')).not.toContain('closed')
  })
})

describe('patience', () => {
  it('ends with what it waits for, leaving no timer behind', async () => {
    const clock = new WorldClock()
    await expect(patiently(clock, 'it', async () => 7)).resolves.toBe(7)
    await expect(patiently(clock, 'it', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(clock.pending).toBe(0)
  })

  it('ends without it', async () => {
    await expect(patiently(new WorldClock(), 'it', () => new Promise(() => undefined))).rejects.toThrow(
      'it did not end within 60 s',
    )
  })

  it('leaves no rejection to nobody when it was given up before', async () => {
    const gone = AbortSignal.abort(new Error('cancelled'))
    await expect(untilAborted(Promise.reject(new Error('unheard')), gone)).rejects.toThrow('cancelled')
    await new Promise((resolve) => setImmediate(resolve))
  })
})

describe('a check', () => {
  const session = (scalar?: number) =>
    ({
      clock: systemClock,
      platform: { resolve: (url: string) => url },
      queryScalar: async () => scalar,
    }) as unknown as Session
  const expecting = (more: Partial<ExpectSpec> = {}): ExpectSpec => ({ status: undefined, body: undefined, ...more })

  it.each([
    [200, expecting(), true],
    [302, expecting(), true],
    [503, expecting(), false],
    [503, expecting({ status: [503] }), true],
    [200, expecting({ body: 'well' }), true],
    [200, expecting({ body: 'ill' }), false],
  ])('of HTTP: status %i, expected %o: %s', async (status, expect_, ok) => {
    const server = createServer((_, response) => response.writeHead(status).end('all is well'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const check: CheckSpec = { check: 'http', url: `http://127.0.0.1:${port}/`, expect: expect_, withinMs: 0 }
    expect((await runCheck(check, session(), never)).ok).toBe(ok)
    const tcp: CheckSpec = { check: 'tcp', address: `127.0.0.1:${port}`, withinMs: 0 }
    expect((await runCheck(tcp, session(), never)).ok).toBe(true)
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    expect((await runCheck(tcp, session(), never)).ok).toBe(false)
    expect((await runCheck(check, session(), never)).ok).toBe(false)
  })

  it('asks until it holds', async () => {
    let asked = 0
    const server = createServer((_, response) => response.writeHead(asked++ < 2 ? 503 : 200).end())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const check: CheckSpec = { check: 'http', url: `http://127.0.0.1:${port}/`, expect: expecting(), withinMs: 30_000 }
    expect(await runCheck(check, session(), never)).toMatchObject({ ok: true, detail: 'answered 200' })
    server.closeAllConnections()
    server.close()
  })

  it.each([
    [1, { below: 2, above: undefined }, true],
    [2, { below: 2, above: undefined }, false],
    [1, { below: undefined, above: 0 }, true],
    [Number.NaN, { below: 2, above: undefined }, false],
    [undefined, { below: 2, above: undefined }, false],
  ])('of Prometheus: %s, needs %o: %s', async (value, needs, ok) => {
    expect((await runCheck({ check: 'prometheus', query: 'up', ...needs }, session(value), never)).ok).toBe(ok)
  })
})
