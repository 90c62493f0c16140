import { describe, expect, it } from 'vitest'
import { tell } from '../fakes/world.ts'
import { BEHAVIOURS, SCENARIOS } from './scenarios.ts'
import { at, calls, codes, story, words } from './tell-story.ts'

describe('a search', () => {
  it('finds between which values it breaks', async () => {
    const told = await story('search', { behaviour: { brokenErrorRatio: 0.8, breaksFromMs: 250 } })
    expect(told.journal.experiments[0]?.search).toMatchObject({ holds: 200, breaks: 300 })
    expect(told.journal.verdict).toBe('pass')
  })

  it('stops at an error, with every step ended', async () => {
    const told = await story('search', { behaviour: BEHAVIOURS.fragile ?? {}, ...at('engine.inject', 'throw', 1) })
    expect(told.journal.verdict).toBe('error')
    expect(told.journal.experiments[0]?.search?.steps).toHaveLength(1)
  })

  it('tries no other value while one may still be on', async () => {
    const told = await story('search', {
      behaviour: { brokenErrorRatio: 0.8 },
      change: ({ engine }) => ({
        engine: {
          ...engine,
          recover: async (injection, by) => ({ ...(await engine.recover(injection, by)), endedBy: 'not-ended' }),
        },
      }),
    })
    expect(calls(told, 'engine.inject')).toBe(1)
    expect(codes(told)).toContain('CLEANUP_UNPROVEN')
    expect(told.journal.verdict).not.toBe('pass')
  })
})

describe('a cancelled run', () => {
  it('ends at whatever moment it is cancelled', async () => {
    const { events } = await story('steps')
    for (let moment = 0; moment < events.length - 1; moment += 1) {
      let count = 0
      const told = await story('steps', { cancelOn: () => count++ === moment })
      // When all of it was seen and cleaned up nothing is left to cancel.
      expect(['aborted', 'pass']).toContain(told.journal.verdict)
      if (told.journal.verdict === 'pass') expect(events[moment]?.event).toMatch(/^(phase.ended|cleaned|verdict)$/)
    }
  })

  it('names a fault that could not be ended while it was cancelled', async () => {
    const told = await story('single', {
      ...at('engine.recover', 'throw'),
      cancelOn: ({ event }) => event === 'fault.injected',
    })
    expect(told.journal.verdict).toBe('error')
    expect(words(told)).toContain('was not ended')
  })
})

describe('a baseline', () => {
  /** What is measured of a whole recovery is known so much later, as where a scrape must be waited for. */
  const late = (lagMs: number): Partial<Parameters<typeof tell>[0]> => ({
    change: ({ observer, clock }) => ({
      observer: {
        ...observer,
        measure: async (objective, span) => {
          const seen = await observer.measure(objective, span)
          if (span.window === 'recovery' && span.endMs - span.startMs > span.sliceMs) await clock.sleep(lagMs)
          return seen
        },
      },
    }),
  })
  const between = ({ journal }: Awaited<ReturnType<typeof tell>>) => {
    const [first, second] = journal.experiments.map(({ windows }) => windows)
    return {
      gapMs: (second?.baseline?.startMs ?? 0) - (first?.recovery?.endMs ?? 0),
      baselineMs: (second?.baseline?.endMs ?? 0) - (second?.baseline?.startMs ?? 0),
    }
  }

  it('begins where the recovery before it ended, while that is still being measured', async () => {
    const told = await story('two', late(300))
    expect(told.journal.verdict).toBe('pass')
    expect(between(told)).toEqual({ gapMs: 0, baselineMs: 1_000 })
  })

  it('is watched for at least half of its time as it happens', async () => {
    const told = await story('two', late(3_000))
    expect(told.journal.verdict).toBe('pass')
    const begun = told.events.filter((event) => event.event === 'window.started' && event.window === 'baseline').at(-1)
    expect((begun?.at ?? 0) - (told.journal.experiments[1]?.windows.baseline?.startMs ?? 0)).toBe(500)
    expect(between(told).baselineMs).toBe(1_000)
  })

  it('begins no earlier than now where the recovery did not end calmly', async () => {
    const told = await story('two', { ...late(300), behaviour: { brokenErrorRatio: 0.6, recoveryMs: 1_500 } })
    expect(between(told).gapMs).toBeGreaterThanOrEqual(300)
  })
})

describe('the edges of a run', () => {
  it('breaks nothing outside its hours, and stops when they are over', async () => {
    const run = SCENARIOS.two
    const within = (from: string, to: string) => ({
      ...run,
      suite: { ...run.suite, limits: { ...run.suite.limits, hours: { from, to, timezone: 'UTC' } } },
    })
    const never = await tell({ planned: within('04:00', '05:00') })
    expect(calls(never, 'engine.inject')).toBe(0)
    expect(codes(never)).toContain('ABORTED_EXTERNALLY')
    const late = await tell({
      planned: within('02:00', '03:01'),
      change: ({ engine, clock }) => ({
        engine: {
          ...engine,
          recover: (injection, by) => clock.sleep(59_000).then(() => engine.recover(injection, by)),
        },
      }),
    })
    expect(calls(late, 'engine.inject')).toBe(1)
    expect(late.journal.experiments.map(({ ran }) => ran)).toEqual([true, false])
    expect(late.journal.verdict).not.toBe('pass')
  })

  it('is not changed by listeners that throw, and says so', async () => {
    const told = await story('single', {
      listeners: [
        () => {
          throw new Error('the terminal is gone')
        },
      ],
    })
    expect(told.journal.verdict).toBe('pass')
    expect(told.journal.plan.warnings.join()).toContain('progress could not be shown')
  })

  it('names what is in force at its end and was not at its beginning', async () => {
    let asked = 0
    const told = await story('single', {
      change: ({ platform }) => ({
        platform: {
          ...platform,
          snapshot: async () => ({ ...(await platform.snapshot()), active: asked++ === 0 ? [] : ['link rule e1f1'] }),
        },
      }),
    })
    expect(told.journal.outside).toEqual(['link rule e1f1 is still in force'])
    expect(told.journal.verdict).toBe('inconclusive')
  })
})
