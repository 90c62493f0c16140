import { describe, expect, it } from 'vitest'
import type { RunEvent, RunEventBody } from '../../../src/model/events.ts'
import { renderLive } from '../../../src/report/terminal/live.ts'
import { createLiveView, type LiveState } from '../../../src/report/terminal/live-state.ts'
import { plainLines } from '../../../src/report/terminal/plain.ts'
import { samplePlan } from '../sample-plan.ts'

const START = 1_795_252_440_000
const at = (seconds: number, body: RunEventBody): RunEvent => ({ at: START + seconds * 1_000, ...body })
const slice = (seconds: number, bad: number, window: 'baseline' | 'fault' = 'fault') =>
  at(seconds, {
    event: 'slice',
    index: 2,
    window,
    objectives: [
      { name: 'availability', n: 50, bad, value: null },
      { name: 'p99 rise', n: 50, bad: 0, value: 493 },
    ],
  })

const STORY: readonly RunEvent[] = [
  at(0, { event: 'run.started', run: 'r-7k2m9q', suite: 'checkout' }),
  at(0, { event: 'plan.made', plan: samplePlan() }),
  at(10, { event: 'experiment.started', index: 1, of: 3, name: 'one web pod dies' }),
  at(200, {
    event: 'experiment.judged',
    index: 1,
    of: 3,
    name: 'one web pod dies',
    verdict: 'pass',
    detail: 'availability 99.8 % ± 0.2, recovered in 3 s',
  }),
  at(200, { event: 'experiment.started', index: 2, of: 3, name: 'api cannot reach the cache' }),
  at(200, { event: 'window.started', index: 2, window: 'baseline', ms: 60_000 }),
  slice(210, 0, 'baseline'),
  at(260, { event: 'window.started', index: 2, window: 'fault', ms: 60_000 }),
  slice(270, 2),
  slice(280, 4),
]
const { initial, reduce } = createLiveView()
const play = (events: readonly RunEvent[]): LiveState => events.reduce(reduce, initial)
const screen = (state: LiveState, seconds: number, colour = false) =>
  renderLive(state, { columns: 80, nowMs: START + seconds * 1_000, colour })

describe('the live view', () => {
  it('shows what was judged, what happens, and what is to come', () => {
    const lines = screen(play(STORY), 294)
    expect(lines[0]).toBe('seaworthy   checkout   run r-7k2m9q   plan 9f2c41d07be3')
    expect(lines[2]).toMatch(/^ ✓ one web pod dies +availability 99\.8 % ± 0\.2, recovered in…$/)
    expect(lines[3]).toMatch(/^ [⠋-⠿] api cannot reach the cache +fault, 34 of 60 s$/)
    expect(lines[4]).toBe('     availability  █ ▅▂   94 %, needs 99.5 %')
    expect(lines[6]).toMatch(/^ {5}abort +availability below 90 %: no sign of it$/)
    expect(lines[7]).toMatch(/^ · a web pod dies while the api is b… +about 3 min$/)
    expect(lines.at(-1)).toBe(' 4 min 54 s, about 4 min 26 s to go            Ctrl-C ends the fault, then stops')
  })

  it('is a pure function of its events', () => {
    const before = structuredClone(initial)
    expect(play(STORY)).toEqual(play(STORY))
    expect(initial).toEqual(before)
  })

  it('colours the marks alone, and nothing where colour is off', () => {
    const [plain, coloured] = [screen(play(STORY), 294), screen(play(STORY), 294, true)]
    expect(plain.join('\n')).not.toContain('\u001b')
    expect(coloured[2]?.startsWith(' \u001b[32m✓\u001b[0m one web')).toBe(true)
    expect(
      coloured.map((line) => line.replaceAll('\u001b[32m', '').replaceAll('\u001b[2m', '').replaceAll('\u001b[0m', '')),
    ).toEqual(plain)
  })

  it('stays short with many experiments, and keeps what failed in sight', () => {
    const [planned] = samplePlan().experiments
    if (!planned) throw new Error('the sample has experiments')
    const experiments = Array.from({ length: 100 }, (_, place) => ({
      ...planned,
      index: place + 1,
      name: `experiment ${place + 1}`,
    }))
    const judged = Array.from({ length: 50 }, (_, place) =>
      at(place, {
        event: 'experiment.judged',
        index: place + 1,
        of: 100,
        name: `experiment ${place + 1}`,
        verdict: place === 3 ? 'fail' : 'pass',
        detail: '',
      }),
    )
    const lines = screen(play([at(0, { event: 'plan.made', plan: samplePlan({ experiments }) }), ...judged]), 60)
    expect(lines.length).toBeLessThanOrEqual(24)
    expect(lines.some((line) => line.startsWith(' ✗ experiment 4'))).toBe(true)
    expect(lines.some((line) => line.includes('41 more judged'))).toBe(true)
    expect(lines.some((line) => line.includes('44 more, about'))).toBe(true)
  })

  it('shows an experiment that no plan announced, and a guard that fired', () => {
    const state = play([
      at(0, { event: 'experiment.started', index: 9, of: 9, name: 'late' }),
      ...STORY,
      at(290, { event: 'guard.fired', index: 2, objective: 'availability', below: 0.9 }),
    ])
    expect(screen(state, 294).join('\n')).toContain('crossed, the fault is ended')
    expect(
      play([at(0, { event: 'experiment.started', index: 9, of: 9, name: 'late' })]).experiments.map(({ name }) => name),
    ).toEqual(['late'])
  })
})

describe('plain lines', () => {
  const log = (events: readonly RunEvent[], groups = false) => {
    let state = initial
    return events.flatMap((event) => {
      state = reduce(state, event)
      return plainLines(event, state, { groups })
    })
  }

  it('say each event once, with its time', () => {
    expect(log(STORY)).toEqual([
      '00:00 run r-7k2m9q of suite checkout',
      '00:00 plan 9f2c41d07be3: 3 experiments, 3 targets, about 9 min 40 s',
      '03:20 1/3 one web pod dies: pass, availability 99.8 % ± 0.2, recovered in 3 s',
      '03:20 2/3 api cannot reach the cache: before, 60 s',
      '04:20 2/3 api cannot reach the cache: fault, 60 s',
    ])
  })

  it('tell of a window at most every 30 s', () => {
    const slices = Array.from({ length: 60 }, (_, second) => slice(261 + second, 1))
    const told = log([...STORY.slice(0, 8), ...slices]).filter((line) => line.includes(' of 60 s: '))
    expect(told).toEqual([
      '04:50 2/3 api cannot reach the cache: fault, 30 of 60 s: availability 98 %, p99 rise 493 ms',
      '05:20 2/3 api cannot reach the cache: fault, 60 of 60 s: availability 98 %, p99 rise 493 ms',
    ])
  })

  it('fold each experiment and keep its verdict outside', () => {
    const lines = log(
      [...STORY, at(300, { event: 'verdict', verdict: 'aborted', summary: 'the run was cancelled' })],
      true,
    )
    expect(lines.filter((line) => line.startsWith('::'))).toEqual([
      '::group::1/3 one web pod dies',
      '::endgroup::',
      '::group::2/3 api cannot reach the cache',
      '::endgroup::',
    ])
    expect(lines[lines.indexOf('::endgroup::') + 1]).toContain('1/3 one web pod dies: pass')
    expect(lines.at(-1)).toBe('05:00 ABORTED: the run was cancelled')
  })

  it('cannot contain a command of the runner', () => {
    const detail = '\r\n::error::x %0A ##[error]y ##vso[task.complete]'
    const lines = log(
      [at(0, { event: 'warning', detail }), at(0, { event: 'experiment.started', index: 1, of: 1, name: detail })],
      true,
    )
    expect(lines).toEqual([
      '00:00 warning: ::error::x %0A # #[error]y # #vso[task.complete]',
      '::group::1/1 ::error::x %250A ##[error]y ##vso[task.complete]',
    ])
  })

  it('name everything that is left behind', () => {
    const leftovers = [{ what: 'web-1', why: 'it did not end', remedy: 'kill 4711' }]
    expect(log([at(0, { event: 'cleaned', leftovers })])).toEqual([
      '00:00 left behind: web-1 (it did not end). To remove it: kill 4711',
    ])
    expect(log([at(0, { event: 'cleaned', leftovers: [] })])).toEqual(['00:00 clean: nothing left behind'])
  })
})
