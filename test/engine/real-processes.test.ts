import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBuiltinEngine } from '../../src/engine/builtin.ts'
import { FAULT_TYPES } from '../../src/faults/registry.ts'
import { systemClock } from '../../src/kit/clock.ts'
import type { Evidence } from '../../src/model/evidence.ts'
import type { Inventory } from '../../src/model/inventory.ts'
import type { PlannedFault } from '../../src/model/plan.ts'
import type { Engine } from '../../src/model/ports.ts'
import { NODE, service, suiteOf, type TestRun, takeDown, testRun, until } from '../platform/process/support.ts'
import { type JudgedTraffic, startTraffic } from './judged-traffic.ts'

const SHOP = { command: `${NODE} shop.mjs`, directory: fileURLToPath(new URL('services/', import.meta.url)) }

/** traffic → web → api; nobody asks `idle`. */
const SUITE = suiteOf([
  service('api', { ...SHOP, replicas: 2, env: { CHILD: 'the-worker' } }),
  service('web', { ...SHOP, uses: ['api'] }),
  service('idle', SHOP),
])

interface Target {
  readonly workload: string
  readonly replicas: readonly string[]
}
const ONE: Target = { workload: 'api', replicas: ['api-1'] }
const ALL: Target = { workload: 'api', replicas: ['api-1', 'api-2'] }
const IDLE: Target = { workload: 'idle', replicas: ['idle-1'] }

let run: TestRun
let inventory: Inventory
let traffic: JudgedTraffic
let engine: Engine
/** Looks only once, for what does not change however long one waits. */
let hasty: Engine
let serial = 0

beforeAll(async () => {
  run = testRun(SUITE)
  await run.platform.up(new AbortController().signal)
  inventory = await run.platform.inventory(SUITE)
  const { executor } = run.platform
  const parts = { executor, inventory, ledger: run.context.ledger, clock: systemClock }
  engine = createBuiltinEngine(parts)
  hasty = createBuiltinEngine({ ...parts, firstLookMs: 0 })
  traffic = startTraffic(run.platform.resolve('http://web/api'))
})

afterAll(async () => {
  await traffic.stop()
  expect([...(await engine.release()), ...(await hasty.release())]).toEqual([])
  await takeDown(run)
})

/** `given` as in a suite; `searched` as a search sets it afterwards. */
function plan(
  type: string,
  given: Readonly<Record<string, unknown>>,
  target: Target,
  searched: Readonly<Record<string, unknown>> = {},
): PlannedFault {
  const fault = FAULT_TYPES.find((candidate) => candidate.type === type)
  if (!fault) throw new Error(`there is no fault type ${type}`)
  serial += 1
  const parameters = { ...fault.parameters.parse(given), ...searched }
  const of = inventory.workloads.find(({ name }) => name === target.workload)?.replicas.length ?? 0
  const facts = {
    id: `e${serial}f1`,
    ...target,
    all: of === target.replicas.length,
    inventory,
    seed: serial,
    durationMs: 60_000,
  }
  return {
    id: facts.id,
    type,
    spec: {
      type,
      target: { workload: target.workload, labels: undefined, mode: 'all', value: undefined },
      parameters,
      written: given,
      line: 1,
    },
    workload: target.workload,
    mode: 'all',
    replicas: target.replicas,
    of,
    seed: facts.seed,
    durationMs: facts.durationMs,
    description: `${type} ${fault.describe(parameters)} on ${target.workload}`,
    recipe: fault.recipe(parameters, facts),
    order: undefined,
  }
}

/** The whole of a fault: on, looked at, off; and then the platform is as it was. */
async function through(
  fault: PlannedFault,
  by = engine,
): Promise<{ readonly under: Evidence; readonly after: Evidence }> {
  const injection = await by.inject(fault)
  const under = await by.evidence(injection)
  const after = await by.recover(injection, 'request')
  await quiet()
  return { under, after }
}

/** All processes there and ready, no rule, no worker, no connection. */
async function quiet(): Promise<void> {
  const replicas = inventory.workloads.flatMap((workload) => workload.replicas)
  await until(async () => {
    const { active } = await run.platform.snapshot()
    // Not the snapshot alone: it may not have heard yet of a process that was just killed.
    const state = await run.platform.executor.read({ probe: 'replica-state', replicas, process: undefined })
    if (active.length > 0 || state.probe !== 'replica-state') return false
    return state.replicas.every((replica) => replica.state === 'running' && replica.ready)
  })
}

describe('with its effect, each fault is proven', () => {
  const cases: readonly (readonly [
    type: string,
    given: Readonly<Record<string, unknown>>,
    target: Target,
    seen: RegExp,
  ])[] = [
    // A machine that stands still for half a second leaves some attempts without an answer.
    ['pod-kill', {}, ONE, /^api-1: process \d+ (became \d+|is gone)/],
    ['pod-kill', { 'grace-period': '200ms' }, ONE, /^api-1: process \d+ (became \d+|is gone)/],
    ['pod-failure', {}, ONE, /answered (1\d|20) of 20 before, 0 of 20 under/],
    ['process-kill', { process: 'the-worker' }, ONE, /^api-1: process \d+ /],
    ['process-pause', {}, ONE, /^api-1: process \d+ is stopped$/],
    ['scale', { by: -1 }, ALL, /2 replicas before, 1 under/],
    ['scale', { to: 3 }, ALL, /2 replicas before, 3 under the fault \(3 ready\)/],
    ['network-partition', {}, ALL, /answered (1\d|20) of 20 before, 0 of 20 under/],
    [
      'network-partition',
      { manner: 'refuse', to: { workload: 'web' } },
      ALL,
      /answered (1\d|20) of 20 before, 0 of 20 under/,
    ],
    ['network-partition', { manner: 'refuse' }, ONE, /answered (1\d|20) of 20 before, ([5-9]|10) of 20 under/],
    ['network-delay', { latency: '100ms' }, ALL, /round trip [\d.]+ → 1\d\d\.\d ms/],
    [
      'network-delay',
      { latency: '100ms', direction: 'to', to: { workload: 'web' } },
      ONE,
      /traffic held for 1\d\d\.\d ms a way/,
    ],
    ['network-bandwidth', { rate: '50kbit' }, ALL, /went through at 6\.1 KiB\/s/],
    ['connection-exhaust', { connections: 50 }, ALL, /^50 of 50 idle connections open/],
    ['http-abort', { share: '50%', path: '/wh*' }, ALL, /matching requests? hit/],
    [
      'http-abort',
      { reset: true, to: { workload: 'api' } },
      { workload: 'web', replicas: ['web-1'] },
      /probes not answered/,
    ],
    ['http-delay', { latency: '100ms', path: '/who' }, ALL, /held for 1\d\d\.\d ms/],
    ['http-replace', { status: 404 }, ALL, /20 of 20 probes got a 404/],
    ['cpu-stress', {}, ONE, /cores used by 1 of 1 worker/],
    ['memory-stress', { size: '64MiB' }, ONE, /held by 1 of 1 worker/],
  ]
  test.each(cases)('%s %o', async (type, given, target, seen) => {
    const { under, after } = await through(plan(type, given, target))
    expect(under).toMatchObject({ status: 'proven', seen: expect.stringMatching(seen) })
    expect(after.status).toBe('proven')
    expect(after.endedBy).toBe(type.endsWith('-kill') ? 'nothing-to-end' : 'agent')
  })
})

describe('without it, none is', () => {
  const elsewhere = { path: '/nothing-there' }
  const cases: readonly (readonly [
    type: string,
    given: Readonly<Record<string, unknown>>,
    searched: Readonly<Record<string, unknown>>,
    status: Evidence['status'],
  ])[] = [
    ['process-kill', { process: 'no-such-process' }, {}, 'not-injected'],
    ['process-pause', { process: 'no-such-process' }, {}, 'not-injected'],
    ['scale', { to: 2 }, {}, 'not-effective'],
    ['network-delay', { latency: '0ms' }, {}, 'not-effective'],
    ['network-bandwidth', { rate: '1gbit' }, {}, 'not-effective'],
    ['http-abort', elsewhere, {}, 'not-effective'],
    ['http-delay', { ...elsewhere, latency: '1s' }, {}, 'not-effective'],
    ['http-replace', { ...elsewhere, status: 404 }, {}, 'not-effective'],
    ['cpu-stress', {}, { load: 0 }, 'not-effective'],
    ['memory-stress', { size: '1MiB' }, { workers: 0 }, 'not-injected'],
  ]
  test.each(cases)('%s %o %o', async (type, given, searched, status) => {
    const { under, after } = await through(plan(type, given, ALL, searched), hasty)
    expect([under.status, after.status]).toEqual([status, status])
  })

  test('pod-kill, pod-failure and connection-exhaust of what is down already, and a cut that is cut already', async () => {
    const down = await hasty.inject(plan('pod-failure', {}, ONE))
    expect((await onAndOff(plan('pod-kill', {}, ONE))).status).toBe('not-injected')
    expect((await onAndOff(plan('pod-failure', {}, ONE))).status).toBe('not-effective')
    expect((await onAndOff(plan('connection-exhaust', { connections: 5 }, ONE))).status).toBe('not-injected')
    expect((await hasty.recover(down, 'request')).endedBy).toBe('agent')
    await quiet()
    const cut = await hasty.inject(plan('network-partition', { manner: 'refuse' }, ALL))
    expect((await onAndOff(plan('network-partition', {}, ALL))).status).toBe('not-effective')
    await hasty.recover(cut, 'request')
    await quiet()
  })

  test('a fault that no judged traffic meets is effective and not observed', async () => {
    for (const [type, given] of [
      ['pod-kill', {}],
      ['network-partition', { manner: 'refuse' }],
    ] as const) {
      expect((await through(plan(type, given, IDLE), hasty)).after).toMatchObject({
        status: 'not-observed',
        crossed: 0,
      })
    }
  })
})

describe('faults over each other', () => {
  test('end in any order, and the deadline ends what nobody ends', async () => {
    const faults = [
      plan('network-delay', { latency: '50ms' }, ALL),
      plan('network-partition', { to: { workload: 'web' } }, ONE),
      plan('process-pause', {}, ONE),
      plan('scale', { to: 3 }, ALL),
    ]
    const injections = await Promise.all(faults.map((fault) => engine.inject(fault)))
    const short = await engine.inject({ ...plan('http-abort', {}, ALL), durationMs: 300 })
    for (const at of [2, 0, 3, 1]) {
      const injection = injections[at]
      if (injection) expect((await engine.recover(injection, 'abort')).endedBy).toBe('agent')
    }
    await quiet()
    expect(await engine.recover(short, 'request')).toMatchObject({ status: 'not-effective', endedBy: 'agent' })
  })

  test('a lifted fault is off, and on again afterwards', async () => {
    const injection = await engine.inject(plan('pod-failure', {}, ONE))
    await engine.pause(injection)
    await quiet()
    await engine.resume(injection)
    expect(await engine.evidence(injection)).toMatchObject({ status: 'proven' })
    await engine.recover(injection, 'request')
    await quiet()
  })
})

/** As `through`, on a platform that is not quiet. */
async function onAndOff(fault: PlannedFault): Promise<Evidence> {
  const injection = await hasty.inject(fault)
  const under = await hasty.evidence(injection)
  await hasty.recover(injection, 'request')
  return under
}
