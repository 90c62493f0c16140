import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PlannedStep } from '../../src/model/plan.ts'
import { type HoursSpec, WEEKDAYS } from '../../src/model/suite.ts'
import { hoursInWords, isWithinHours, nextRedLine } from '../../src/run/hours.ts'
import { tell } from '../fakes/world.ts'
import { SCENARIOS } from './scenarios.ts'
import { calls, codes, words } from './tell-story.ts'

const MINUTE_MS = 60_000
const ANY = { from: '00:00', to: '24:00', timezone: 'UTC' } as const
const office: HoursSpec = { ...ANY, never: [{ from: '09:00', to: '18:00' }] }
const weekNights: HoursSpec = {
  from: '22:00',
  to: '04:00',
  timezone: 'UTC',
  days: ['monday', 'tuesday', 'wednesday', 'thursday'],
}

describe('red lines', () => {
  it.each<[string, HoursSpec, boolean]>([
    ['2026-01-15T08:59:59Z', office, true],
    ['2026-01-15T09:00:00Z', office, false],
    ['2026-01-15T18:00:00Z', office, true],
    // 2026-01-15 is a Thursday: its night ends on Friday, and Friday's own does not begin.
    ['2026-01-16T03:59:00Z', weekNights, true],
    ['2026-01-16T22:30:00Z', weekNights, false],
    ['2026-01-18T23:30:00Z', weekNights, false],
    ['2026-01-19T02:00:00Z', weekNights, false],
    ['2026-01-19T22:00:00Z', weekNights, true],
    // Berlin's clocks go from 02:00 to 03:00 on 29 March 2026, and from 03:00 back to 02:00 on 25 October.
    ['2026-03-29T00:59:00Z', { from: '01:30', to: '03:30', timezone: 'Europe/Berlin' }, true],
    ['2026-03-29T01:29:00Z', { from: '01:30', to: '03:30', timezone: 'Europe/Berlin' }, true],
    ['2026-03-29T01:30:00Z', { from: '01:30', to: '03:30', timezone: 'Europe/Berlin' }, false],
    ['2026-10-25T00:30:00Z', { ...ANY, never: [{ from: '02:00', to: '03:00' }], timezone: 'Europe/Berlin' }, false],
    ['2026-10-25T01:30:00Z', { ...ANY, never: [{ from: '02:00', to: '03:00' }], timezone: 'Europe/Berlin' }, false],
    ['2026-10-25T02:00:00Z', { ...ANY, never: [{ from: '02:00', to: '03:00' }], timezone: 'Europe/Berlin' }, true],
  ])('%s within %j: %s', (at, hours, inside) => {
    expect(isWithinHours(Date.parse(at), hours)).toBe(inside)
  })

  it('lie where the first minute is that is not allowed', () => {
    const time = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    const clock = time.map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`)
    const hours = fc.record({
      from: clock,
      to: clock,
      timezone: fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/New_York', 'Australia/Lord_Howe'),
      never: fc.array(fc.record({ from: clock, to: clock }), { maxLength: 2 }),
      days: fc.uniqueArray(fc.constantFrom(...WEEKDAYS), { minLength: 1 }),
    })
    const start = fc.integer({ min: Date.UTC(2026, 2, 28), max: Date.UTC(2026, 10, 2) })
    fc.assert(
      fc.property(hours, start, fc.integer({ min: 1, max: 90 }), (spec, fromMs, minutes) => {
        const found = nextRedLine(fromMs, minutes * MINUTE_MS, spec)
        const end = found ?? fromMs + minutes * MINUTE_MS
        for (let at = fromMs; at < end; at += 20_000) expect(isWithinHours(at, spec)).toBe(true)
        if (found !== undefined) expect(isWithinHours(found, spec)).toBe(false)
      }),
      { numRuns: 60 },
    )
  })

  it('are said in words', () => {
    expect(hoursInWords({ ...weekNights, never: [{ from: '23:00', to: '23:30' }] })).toBe(
      'between 22:00 and 04:00, never 23:00-23:30, on monday, tuesday, wednesday, thursday (UTC)',
    )
  })
})

/** The world begins on 15 January 2026 at 03:00 UTC. */
const within = (hours: HoursSpec) => {
  const run = SCENARIOS.single
  return { ...run, suite: { ...run.suite, limits: { ...run.suite.limits, hours } } }
}

const lasting = (step: PlannedStep): PlannedStep =>
  step.step === 'fault' ? { ...step, fault: { ...step.fault, durationMs: 20 * MINUTE_MS } } : step

describe('a run', () => {
  it('does not start when it would reach into a red line', async () => {
    const told = await tell({
      planned: {
        ...within({ ...ANY, never: [{ from: '03:10', to: '03:11' }] }),
        plan: { ...SCENARIOS.single.plan, estimateMs: [{ phase: 'all of it', ms: 20 * MINUTE_MS }] },
      },
    })
    expect(calls(told, 'engine.inject')).toBe(0)
    expect(codes(told)).toContain('ABORTED_EXTERNALLY')
    expect(words(told)).toContain('it would last until about 03:20, and nothing may be broken at 03:10')
  })

  it('ends its fault when it reaches one, and is never a pass', async () => {
    const planned = within({ ...ANY, never: [{ from: '03:02', to: '03:10' }] })
    // A step that lasts longer than its window: nothing that was planned reaches into the red line.
    const experiments = planned.plan.experiments.map((one) => ({
      ...one,
      steps: [...one.steps.map(lasting), { step: 'wait' as const, ms: 10 * MINUTE_MS }],
    }))
    const told = await tell({ planned: { ...planned, plan: { ...planned.plan, experiments } } })
    expect([calls(told, 'engine.inject'), calls(told, 'engine.recover')]).toEqual([1, 1])
    expect(told.events.filter(({ event }) => event === 'fault.recovered')).toMatchObject([
      { by: 'abort', at: Date.UTC(2026, 0, 15, 3, 2) },
    ])
    expect(told.journal.verdict).toBe('inconclusive')
    expect(words(told)).toContain('the fault was ended at 03:02')
  })
})
