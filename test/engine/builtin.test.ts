import { describe, expect, test } from 'vitest'
import { createBuiltinEngine } from '../../src/engine/builtin.ts'
import type { RunEventBody } from '../../src/model/events.ts'
import type { LedgerEntry } from '../../src/model/ledger.ts'
import type { Engine } from '../../src/model/ports.ts'
import { ModelExecutor } from '../agent/model-executor.ts'
import { WORKLOADS } from '../agent/setting.ts'
import { SimulatedClock } from '../agent/simulated-clock.ts'
import { INVENTORY } from '../faults/facts.ts'
import { planned } from './planned.ts'

interface Setting {
  readonly executor: ModelExecutor
  readonly clock: SimulatedClock
  readonly entries: LedgerEntry[]
  readonly warnings: string[]
  readonly engine: Engine
}

function setting(): Setting {
  const executor = new ModelExecutor(WORKLOADS)
  const clock = new SimulatedClock()
  const entries: LedgerEntry[] = []
  const warnings: string[] = []
  const emit = (event: RunEventBody) => {
    if (event.event === 'warning') warnings.push(event.detail)
  }
  const engine = createBuiltinEngine({
    executor,
    clock,
    inventory: INVENTORY,
    emit,
    ledger: { write: (entry) => entries.push(entry) },
  })
  return { executor, clock, entries, warnings, engine }
}

const TYPES = [
  ['pod-kill', {}, 'nothing-to-end'],
  ['pod-failure', {}, 'agent'],
  ['process-kill', { process: 'x' }, 'nothing-to-end'],
  ['process-pause', {}, 'agent'],
  ['scale', { to: 1 }, 'agent'],
  ['network-partition', {}, 'agent'],
  ['network-delay', { latency: '200ms' }, 'agent'],
  ['network-bandwidth', { rate: '1kbit' }, 'agent'],
  ['connection-exhaust', { connections: 10 }, 'agent'],
  ['http-abort', { share: '50%' }, 'agent'],
  ['http-delay', { latency: '1s' }, 'agent'],
  ['http-replace', { body: 'x' }, 'agent'],
  ['cpu-stress', {}, 'agent'],
  ['memory-stress', { size: '1MiB' }, 'agent'],
] as const

describe.each(TYPES)('%s', (type, given, endedBy) => {
  test('is proven, ends, and leaves nothing', async () => {
    const { engine, executor, clock, entries } = setting()
    const before = executor.state()
    await engine.prepare()
    const injection = await clock.until(engine.inject(planned('e1f1', type, given)))
    executor.crossed = 12
    const evidence = await clock.until(engine.evidence(injection))
    expect(evidence).toMatchObject({ fault: 'e1f1', type, status: 'proven', recoveredAtMs: null })
    expect(evidence.injected.every(({ ok }) => ok)).toBe(true)
    const end = await clock.until(engine.recover(injection, 'request'))
    expect(end).toMatchObject({ status: 'proven', endedBy, recoveredAtMs: clock.now(), seen: evidence.seen })
    expect(await clock.until(engine.recover(injection, 'request'))).toEqual(end)
    expect(executor.state()).toEqual(before)
    expect(await clock.until(engine.release())).toEqual([])
    expect(entries.map(({ entry }) => entry)).toEqual(['fault', 'gone'])
  })

  test('that changes nothing is never proven', async () => {
    const { engine, executor, clock } = setting()
    executor.ignore = () => true
    executor.crossed = 0
    const injection = await clock.until(engine.inject(planned('e1f1', type, given)))
    executor.crossed = 12
    const { status } = await clock.until(engine.evidence(injection))
    expect(['not-injected', 'not-effective']).toContain(status)
    expect((await clock.until(engine.recover(injection, 'request'))).status).toBe(status)
  })

  test('that no judged traffic meets is not observed', async () => {
    const { engine, clock } = setting()
    const injection = await clock.until(engine.inject(planned('e1f1', type, given)))
    expect(await clock.until(engine.evidence(injection))).toMatchObject({ status: 'not-observed', crossed: 0 })
  })

  test('with an action that fails is not injected', async () => {
    const { engine, executor, clock } = setting()
    executor.before = () => {
      throw new Error('no permission')
    }
    const injection = await clock.until(engine.inject(planned('e1f1', type, given)))
    executor.crossed = 12
    const { status, injected } = await clock.until(engine.evidence(injection))
    expect(status).toBe('not-injected')
    expect(injected.some(({ ok, detail }) => !ok && detail.includes('no permission'))).toBe(true)
  })

  test('that nobody can look at is not effective', async () => {
    const { engine, executor, clock } = setting()
    executor.see = () => {
      throw new Error('the probe is broken')
    }
    const injection = await clock.until(engine.inject(planned('e1f1', type, given)))
    executor.crossed = 12
    expect(await clock.until(engine.evidence(injection))).toMatchObject({
      status: 'not-effective',
      seen: 'it could not be measured: the probe is broken',
    })
  })
})

describe('looking', () => {
  test('goes on until the effect is there', async () => {
    const { engine, executor, clock } = setting()
    const injection = await clock.until(engine.inject(planned('e1f1', 'pod-kill')))
    executor.crossed = 1
    let late = 3
    executor.see = (reading) => {
      if (reading.probe !== 'replica-state' || late-- <= 0) return reading
      return { ...reading, replicas: reading.replicas.map((replica) => ({ ...replica, pid: 1, state: 'gone' })) }
    }
    expect(await clock.until(engine.evidence(injection))).toMatchObject({ status: 'proven' })
  })

  test('takes a grace period into account', async () => {
    const { engine, executor, clock } = setting()
    const start = clock.now()
    let frozen: Map<string, number> | undefined
    executor.see = (reading) => {
      if (reading.probe !== 'replica-state') return reading
      frozen ??= new Map(reading.replicas.map(({ replica, pid }) => [replica, pid ?? 0]))
      // The processes take all of their grace.
      if (clock.now() >= start + 20_000) return reading
      return {
        ...reading,
        replicas: reading.replicas.map((one) => ({ ...one, pid: frozen?.get(one.replica), startedAt: 1 })),
      }
    }
    const injection = await clock.until(engine.inject(planned('e1f1', 'pod-kill', { 'grace-period': '20s' })))
    executor.crossed = 1
    expect(await clock.until(engine.evidence(injection))).toMatchObject({ status: 'proven' })
    expect(clock.now()).toBeGreaterThanOrEqual(start + 20_000)
  })

  test('later has the last word: an effect that went away is not one', async () => {
    const { engine, executor, clock } = setting()
    const injection = await clock.until(engine.inject(planned('e1f1', 'network-delay', { latency: '200ms' })))
    executor.crossed = 1
    expect(await clock.until(engine.evidence(injection))).toMatchObject({ status: 'proven' })
    executor.rules.clear()
    expect(await clock.until(engine.evidence(injection))).toMatchObject({ status: 'not-injected' })
    expect(await clock.until(engine.recover(injection, 'request'))).toMatchObject({ status: 'not-injected' })
  })

  test('counts what crossed since the injection, to its end and not beyond', async () => {
    const { engine, executor, clock } = setting()
    executor.crossed = 100
    const injection = await clock.until(engine.inject(planned('e1f1', 'pod-kill')))
    expect(await clock.until(engine.evidence(injection))).toMatchObject({ status: 'not-observed', crossed: 0 })
    executor.crossed = 107
    expect(await clock.until(engine.evidence(injection))).toMatchObject({ status: 'proven', crossed: 7 })
    await clock.until(engine.recover(injection, 'request'))
    executor.crossed = 500
    expect(await clock.until(engine.recover(injection, 'request'))).toMatchObject({ crossed: 7 })
  })

  test('happens at the end if it never did, but not when it must end at once', async () => {
    for (const [by, status] of [
      ['request', 'proven'],
      ['abort', 'not-effective'],
    ] as const) {
      const { engine, executor, clock } = setting()
      const injection = await clock.until(engine.inject(planned('e1f1', 'network-partition')))
      executor.crossed = 1
      expect(await clock.until(engine.recover(injection, by))).toMatchObject({ status, endedBy: 'agent' })
    }
  })
})

describe('ending', () => {
  test('by its own deadline, while its window was open, is a fault that was not there', async () => {
    const { engine, executor, clock, warnings } = setting()
    const before = executor.state()
    const injection = await clock.until(engine.inject(planned('e1f1', 'network-partition', {}, undefined, 5_000)))
    executor.crossed = 1
    expect(await clock.until(engine.evidence(injection))).toMatchObject({ status: 'proven' })
    await clock.advance(5_000)
    expect(executor.state()).toEqual(before)
    expect(warnings).toEqual(['fault e1f1 was ended by its own deadline'])
    const end = await clock.until(engine.recover(injection, 'request'))
    expect(end).toMatchObject({ status: 'not-effective', endedBy: 'agent', recoveredAtMs: injection.expiresAtMs })
    expect(end.seen).toMatch(/over before it was asked to end$/)
  })

  test('of a kill has no deadline to miss', async () => {
    const { engine, executor, clock, warnings } = setting()
    const injection = await clock.until(engine.inject(planned('e1f1', 'pod-kill', {}, undefined, 5_000)))
    executor.crossed = 1
    await clock.until(engine.evidence(injection))
    await clock.advance(10_000)
    expect(await clock.until(engine.recover(injection, 'request'))).toMatchObject({
      status: 'proven',
      endedBy: 'nothing-to-end',
    })
    expect(warnings).toEqual([])
  })

  test('that cannot be done is said in the evidence and at release', async () => {
    const { engine, executor, clock, warnings } = setting()
    const injection = await clock.until(engine.inject(planned('e1f1', 'cpu-stress')))
    executor.crossed = 1
    await clock.until(engine.evidence(injection))
    executor.ignore = (action) => action.do === 'stop-stress'
    expect(await clock.until(engine.recover(injection, 'request'))).toMatchObject({
      endedBy: 'not-ended',
      recoveredAtMs: null,
    })
    expect(await clock.until(engine.release())).toMatchObject([{ what: 'stress e1f1', why: 'its workers still run' }])
    expect(warnings).toEqual(['left behind: stress e1f1: its workers still run'])
    executor.ignore = () => false
    expect(await clock.until(engine.release())).toEqual([])
    expect(await clock.until(engine.recover(injection, 'request'))).toMatchObject({ endedBy: 'agent' })
  })

  test('of everything by release, in whatever state', async () => {
    const { engine, executor, clock } = setting()
    const before = executor.state()
    for (const [at, [type, given]] of TYPES.entries()) await clock.until(engine.inject(planned(`f${at}`, type, given)))
    expect(await clock.until(engine.release())).toEqual([])
    expect(executor.state()).toEqual(before)
    expect(clock.pending).toBe(0)
  })
})

describe('lifting', () => {
  test('puts a fault back, and does not look at it meanwhile', async () => {
    const { engine, executor, clock } = setting()
    const injection = await clock.until(engine.inject(planned('e1f1', 'pod-failure')))
    executor.crossed = 1
    expect(await clock.until(engine.evidence(injection))).toMatchObject({ status: 'proven' })
    await clock.until(engine.pause(injection))
    expect([...executor.replicas.values()].some(({ held }) => held)).toBe(false)
    expect(await clock.until(engine.evidence(injection))).toMatchObject({ status: 'proven' })
    await clock.until(engine.resume(injection))
    expect([...executor.replicas.values()].filter(({ held }) => held)).toHaveLength(2)
    expect(await clock.until(engine.evidence(injection))).toMatchObject({ status: 'proven' })
  })

  test('that could not be put back is not injected', async () => {
    const { engine, executor, clock } = setting()
    const injection = await clock.until(engine.inject(planned('e1f1', 'pod-failure')))
    executor.crossed = 1
    await clock.until(engine.pause(injection))
    executor.before = (action) => {
      if (action.do === 'hold') throw new Error('no such process')
    }
    await clock.until(engine.resume(injection))
    expect(await clock.until(engine.evidence(injection))).toMatchObject({ status: 'not-injected' })
  })
})

test('a fault that matched nothing is not injected, and has nothing to end', async () => {
  const { engine, clock, entries } = setting()
  const injection = await clock.until(engine.inject({ ...planned('e1f1', 'pod-kill', {}, []), recipe: undefined }))
  expect(await clock.until(engine.evidence(injection))).toMatchObject({
    status: 'not-injected',
    seen: expect.stringContaining('nothing matched'),
  })
  await clock.until(engine.pause(injection))
  await clock.until(engine.resume(injection))
  expect(await clock.until(engine.recover(injection, 'request'))).toMatchObject({
    status: 'not-injected',
    endedBy: 'nothing-to-end',
  })
  expect(await clock.until(engine.release())).toEqual([])
  expect(entries).toEqual([])
})

test('an injection of somebody else is refused', async () => {
  const { engine } = setting()
  const injection = { fault: planned('e9f9', 'pod-kill'), injectedAtMs: 0, expiresAtMs: 0 }
  await expect(engine.evidence(injection)).rejects.toMatchObject({ code: 'ENGINE' })
  await expect(engine.recover(injection, 'abort')).rejects.toMatchObject({ code: 'ENGINE' })
})
