import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { REPORT_FORMATS, renderReport } from '../../src/report/render.ts'
import { type Told, tell } from '../fakes/world.ts'
import { HOWS, type Incident } from '../fakes/world-incidents.ts'
import { brokenPromises } from './invariants.ts'
import { BEHAVIOURS, NEVER_PASS, SCENARIOS } from './scenarios.ts'

const CALLS = [
  'platform.up',
  'platform.snapshot',
  'platform.serviceCounts',
  'platform.detail',
  'platform.down',
  'engine.prepare',
  'engine.inject',
  'engine.evidence',
  'engine.recover',
  'engine.pause',
  'engine.resume',
  'engine.release',
  'traffic.start',
  'traffic.settle',
  'traffic.records',
  'traffic.forget',
  'traffic.stats',
  'traffic.stop',
  'observer.measure',
] as const

const incident: fc.Arbitrary<Incident> = fc.record({
  // Only one scenario has a pause: without their weight they would be met too seldom to be sure of.
  call: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...CALLS) }, fc.constantFrom('engine.pause', 'engine.resume')),
  nth: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.nat(3) }, fc.nat(40)),
  how: fc.constantFrom(...HOWS),
})

const keys = <T extends object>(of: T) => Object.keys(of) as (keyof T & string)[]
const life = fc.record({
  scenario: fc.constantFrom(...keys(SCENARIOS)),
  behaviour: fc.oneof(fc.constant('sturdy'), fc.constantFrom(...keys(BEHAVIOURS))),
  seed: fc.nat(),
  incidents: fc.array(incident, { maxLength: 3 }),
})

/** What was seen over all runs, so that the property is not about nothing. */
const seen = new Map<string, number>()
const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1)

function remember({ journal, happened, events }: Told): void {
  count(`verdict ${journal.verdict}`)
  for (const { code } of [...journal.reasons, ...journal.experiments.flatMap(({ reasons }) => reasons)]) count(code)
  for (const { call, how } of happened) for (const what of [call, how]) count(what)
  if (journal.leftovers.length > 0) count('leftovers')
  if (journal.outside.length > 0) count('outside')
  for (const { event } of events) count(`event ${event}`)
}

/** What is done to the preview when the run is over and everybody has been told so. */
async function afterwards({ clock, diary }: Told): Promise<readonly string[]> {
  const told = diary.length
  for (let turn = 0; clock.pending > 0 && turn < 1_000; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  return diary
    .slice(told)
    .map(({ what }) => what)
    .filter((what) => /inject|resume|do /.test(what))
}

const unhandled: unknown[] = []
const onUnhandled = (reason: unknown) => unhandled.push(reason)
beforeAll(() => {
  process.on('unhandledRejection', onUnhandled)
})
afterAll(() => {
  process.off('unhandledRejection', onUnhandled)
})

describe('a run in which anything may go wrong', () => {
  it('always ends, never passes without proof, and ends its faults', async () => {
    await fc.assert(
      fc.asyncProperty(life, async ({ scenario, behaviour, seed, incidents }) => {
        const told = await tell({
          planned: SCENARIOS[scenario],
          behaviour: { ...BEHAVIOURS[behaviour], seed },
          incidents,
          scalar: 1,
        })
        remember(told)
        expect(brokenPromises(told)).toEqual([])
        const hopeless = NEVER_PASS.has(behaviour) && scenario !== 'search'
        if (hopeless || scenario === 'unmatched') expect(told.journal.verdict).not.toBe('pass')
        expect(await afterwards(told)).toEqual([])
        expect(told.clock.pending).toBe(0)
        if (seed % 20 === 0)
          for (const format of REPORT_FORMATS) expect(await renderReport(told.journal, format)).not.toBe('')
      }),
      { numRuns: 2_000 },
    )
    await new Promise((resolve) => setImmediate(resolve))
    expect(unhandled).toEqual([])
  })

  it('met every verdict, every kind of trouble in every place, and the reasons for them', () => {
    const expected = [
      ...['pass', 'fail', 'inconclusive', 'error', 'aborted'].map((verdict) => `verdict ${verdict}`),
      ...HOWS,
      ...CALLS,
      ...['OBJECTIVE_MISSED', 'ABORT_LIMIT', 'CANCELLED', 'BASELINE_UNHEALTHY', 'NOT_INJECTED', 'NOT_OBSERVED'],
      ...['PLATFORM_FAILED', 'ENGINE_FAILED', 'TRAFFIC_FAILED', 'INTERNAL', 'CLEANUP_UNPROVEN', 'NO_DATA'],
      ...[
        'UNDECIDED',
        'PARTIAL_DATA',
        'NOT_EFFECTIVE',
        'NOT_RECOVERED',
        'leftovers',
        'outside',
        'event guard.fired',
        'event warning',
      ],
    ]
    expect(expected.filter((what) => !seen.has(what))).toEqual([])
  })
})
