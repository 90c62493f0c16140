import { describe, expect, it } from 'vitest'
import { planned, type Told, tell } from '../fakes/world.ts'
import { BEHAVIOURS, SCENARIOS, TWO } from './scenarios.ts'
import { at, calls, codes, story, words } from './tell-story.ts'

describe('a run in which nothing goes wrong', () => {
  it.each(['single', 'guarded', 'two', 'steps', 'search'] as const)('passes: %s', async (scenario) => {
    const told = await story(scenario)
    expect(told.journal.verdict).toBe('pass')
    expect(told.clock.pending).toBe(0)
    expect(told.service.whole).toBe(true)
  })

  it('tells the same story twice', async () => {
    const [once, again] = [await story('two'), await story('two')]
    expect(again.diary).toEqual(once.diary)
  })

  it('runs only what was asked for, under the name and the place that it has in the suite', async () => {
    const told = await tell({ planned: planned(TWO, '', { only: ['two'] }) })
    expect(told.journal.experiments.map(({ name, index }) => [name, index])).toEqual([['two', 2]])
    expect(told.journal.plan.digest).not.toBe(SCENARIOS.two.plan.digest)
  })
})

describe('a service that fails', () => {
  it.each([
    ['single', 'fragile', 'fail', ['OBJECTIVE_MISSED'], 1],
    ['guarded', 'fragile', 'fail', ['ABORT_LIMIT', 'TOO_FEW_SLICES'], 1],
    ['single', 'not crossed', 'inconclusive', ['NOT_OBSERVED'], 1],
    ['single', 'unhealthy', 'inconclusive', ['BASELINE_UNHEALTHY'], 0],
    ['search', 'unhealthy', 'inconclusive', ['BASELINE_UNHEALTHY'], 0],
    ['steps', 'unhealthy', 'inconclusive', ['BASELINE_UNHEALTHY'], 0],
    ['single', 'dead', 'inconclusive', ['BASELINE_UNHEALTHY'], 0],
    ['unmatched', 'sturdy', 'inconclusive', ['NOT_INJECTED'], 0],
  ] as const)('%s, %s: %s', async (scenario, behaviour, verdict, reasons, injections) => {
    const told = await story(scenario, { behaviour: BEHAVIOURS[behaviour] ?? {} })
    expect(told.journal.verdict).toBe(verdict)
    expect(codes(told)).toEqual(expect.arrayContaining([...reasons]))
    expect(calls(told, 'engine.inject')).toBe(injections)
  })

  it('is no longer hurt once a guard has fired', async () => {
    const told = await story('guarded', { behaviour: { brokenErrorRatio: 1 } })
    const { aborted, windows } = told.journal.experiments[0] ?? {}
    expect(aborted?.afterMs).toBeLessThan(1_000)
    const ended = told.diary.find(({ what }) => what === 'engine.recover')
    expect(ended?.atMs).toBe(windows?.fault?.endMs)
    expect(told.events.filter(({ event }) => event === 'guard.fired')).toHaveLength(1)
  })

  it('is not hurt any more by a guard that nobody can feed', async () => {
    const told = await story('guarded', at('traffic.settle', 'throw', 40))
    const plain = await story('guarded')
    const settles = plain.diary.filter(({ what }) => what === 'traffic.settle')
    const injectedAt = plain.diary.findIndex(({ what }) => what === 'engine.inject')
    const nth = plain.diary.slice(0, injectedAt).filter(({ what }) => what === 'traffic.settle').length
    expect(settles.length).toBeGreaterThan(nth)
    const blind = await story('guarded', at('traffic.settle', 'throw', nth))
    expect(blind.journal.verdict).toBe('error')
    expect(codes(blind)).toContain('TRAFFIC_FAILED')
    const lastedMs = (of: Told) => {
      const on = of.diary.find(({ what }) => what === 'engine.inject')?.atMs ?? 0
      return (of.diary.find(({ what }) => what === 'engine.recover')?.atMs ?? 0) - on
    }
    expect(lastedMs(blind)).toBeLessThan(lastedMs(plain))
    expect(told.journal.verdict).not.toBe('fail')
  })
})

describe('an adapter that fails', () => {
  it.each([
    ['platform.up', 'error', 'PLATFORM_FAILED', 0],
    ['engine.prepare', 'error', 'ENGINE_FAILED', 0],
    ['traffic.start', 'error', 'TRAFFIC_FAILED', 0],
    ['platform.snapshot', 'error', 'PLATFORM_FAILED', 0],
    ['engine.inject', 'error', 'ENGINE_FAILED', 1],
    ['engine.evidence', 'error', 'ENGINE_FAILED', 1],
    ['engine.recover', 'error', 'ENGINE_FAILED', 1],
  ] as const)('%s throws: %s, %s, with what was put on taken off', async (call, verdict, code, injections) => {
    const told = await story('two', at(call, 'throw'))
    expect(told.journal.verdict).toBe(verdict)
    expect(codes(told)).toContain(code)
    expect(calls(told, 'engine.inject')).toBe(call === 'engine.evidence' ? 2 : injections)
    expect(told.service.whole).toBe(true)
    expect(calls(told, 'platform.down')).toBe(1)
  })

  it('keeps us from a pass when it fails at the very end', async () => {
    const told = await story('single', at('platform.snapshot', 'throw', 1))
    expect(told.journal.experiments.map(({ verdict }) => verdict)).toEqual(['pass'])
    expect(told.journal.verdict).toBe('error')
  })

  it('keeps its experiment in the record, with the evidence, when only the last look back fails', async () => {
    const plain = await story('single')
    const looks = calls(plain, 'observer.measure')
    const told = await story('single', at('observer.measure', 'throw', looks - 1))
    expect(told.journal.verdict).not.toBe('pass')
    expect(told.journal.experiments[0]).toMatchObject({ ran: true, evidence: [{ status: 'proven' }] })
  })

  it.each(['engine.release', 'traffic.stop', 'platform.down'])(
    '%s throws: named as left behind, the others ended',
    async (call) => {
      const told = await story('single', at(call, 'throw'))
      expect(told.journal.leftovers).toHaveLength(1)
      expect(codes(told)).toContain('CLEANUP_UNPROVEN')
      for (const other of ['engine.release', 'traffic.stop', 'platform.down']) expect(calls(told, other)).toBe(1)
    },
  )

  it.each(['engine.recover', 'engine.release', 'traffic.stop', 'platform.down', 'traffic.settle'])(
    '%s never ends: the story does',
    async (call) => {
      const told = await story('single', at(call, 'freeze'))
      expect(told.journal.verdict === 'pass' && told.journal.leftovers.length === 0).toBe(false)
      expect(told.journal.verdict).not.toBe('aborted')
      expect(words(told)).toContain('did not end within 60 s')
    },
  )

  it('breaks nothing on top of a fault that was not shown to end', async () => {
    for (const incident of [
      at('engine.recover', 'throw'),
      at('engine.inject', 'throw-after'),
      at('engine.recover', 'nonsense'),
    ]) {
      const told = await story('two', incident)
      expect(calls(told, 'engine.inject')).toBe(1)
      expect(told.journal.experiments[1]).toMatchObject({ ran: false, verdict: 'inconclusive' })
      expect(words(told)).toContain('may still be on')
    }
  })

  it.each([
    ['engine.evidence', 'nonsense', 'error'],
    ['engine.recover', 'nonsense', 'error'],
    ['engine.inject', 'nonsense', 'error'],
    ['platform.snapshot', 'nonsense', 'inconclusive'],
    ['traffic.stats', 'nonsense', 'pass'],
    ['platform.serviceCounts', 'nonsense', 'pass'],
    ['platform.detail', 'throw', 'pass'],
  ] as const)('%s gives %s: %s', async (call, how, verdict) => {
    expect((await story('single', at(call, how))).journal.verdict).toBe(verdict)
  })

  it('does not lengthen the window of a fault whose proof is slow', async () => {
    const told = await story('single', {
      change: ({ engine, clock }) => ({
        engine: {
          ...engine,
          evidence: async (injection) => {
            const early = await engine.evidence(injection)
            // It comes while the recovery is watched, and says what was so before the fault had ended.
            await clock.sleep(1_500)
            return early
          },
        },
      }),
    })
    const { fault } = told.journal.experiments[0]?.windows ?? {}
    expect((fault?.endMs ?? 0) - (fault?.startMs ?? 0)).toBe(1_000)
    // The engine's own look at the end is the one that counts.
    expect(told.journal.experiments[0]?.evidence).toMatchObject([{ status: 'proven', endedBy: 'agent' }])
  })
})

describe('a step that fails', () => {
  it('is a failed check, and the faults end', async () => {
    const told = await story('steps', { scalar: 0 })
    expect(told.journal.verdict).toBe('fail')
    expect(codes(told)).toContain('CHECK_FAILED')
  })

  it('lets the other parallel steps end before the recovery begins', async () => {
    const told = await story('steps', {
      incidents: [
        { call: 'engine.inject', nth: 0, how: 'throw' },
        { call: 'engine.inject', nth: 1, how: 'slow' },
      ],
    })
    expect(told.journal.verdict).toBe('error')
    const last = told.diary.findLastIndex(({ what }) => what === 'engine.inject' || what.startsWith('do start'))
    expect(told.diary.findIndex(({ what }) => what === 'engine.recover')).toBeGreaterThan(last)
    expect(told.service.whole).toBe(true)
  })

  it('lifts the faults in a pause, and puts them back', async () => {
    const told = await story('steps')
    expect(told.diary.filter(({ what }) => /pause|resume/.test(what)).map(({ what, fault }) => [what, fault])).toEqual([
      ['engine.pause', 'e1f2'],
      ['engine.pause', 'e1f1'],
      ['engine.resume', 'e1f1'],
      ['engine.resume', 'e1f2'],
    ])
    expect(told.diary.find(({ what }) => what === 'engine.resume')?.whole).toBe(true)
  })

  it.each(['engine.pause', 'engine.resume'])('%s throws: the faults end all the same', async (call) => {
    const told = await story('steps', at(call, 'throw'))
    expect(told.journal.verdict).toBe('error')
    expect(calls(told, 'engine.recover')).toBe(2)
  })

  it('puts nothing back once the run was cancelled', async () => {
    const told = await story('steps', at('engine.resume', 'cancel'))
    expect(calls(told, 'engine.resume')).toBe(1)
    expect(told.journal.verdict).toBe('aborted')
  })
})
