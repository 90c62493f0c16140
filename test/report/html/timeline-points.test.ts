import { describe, expect, it } from 'vitest'
import { timelineOf } from '../../../src/report/html/timeline-points.ts'
import { failJournal } from '../sample-journals.ts'

const [, experiment] = failJournal().experiments
const objective = experiment?.objectives[0]
if (experiment === undefined || objective === undefined) throw new Error('the sample has changed')
const slice = (tMs: number, window: 'baseline' | 'fault' | 'recovery', n: number, bad: number) => ({
  tMs,
  window,
  n,
  bad,
  value: null,
})

describe('timelineOf', () => {
  it('puts each slice into its own window, in order', () => {
    const timeline = timelineOf(objective, experiment.windows)
    expect(timeline?.parts.map(({ window, width }) => [window, Math.round(width)])).toEqual([
      ['baseline', 33],
      ['fault', 33],
      ['recovery', 33],
    ])
    expect(timeline?.points).toHaveLength(60)
    expect(
      timeline?.points.every(
        ({ low, high, value }) => low !== null && high !== null && value !== null && low <= value && value <= high,
      ),
    ).toBe(true)
  })

  it('leaves a gap where nothing was seen, and no room for the time between windows', () => {
    const slices = [
      slice(0, 'baseline', 10, 0),
      slice(1_000, 'baseline', 0, 0),
      slice(90_000, 'fault', 10, 10),
      slice(91_000, 'fault', 10, 0),
    ]
    const timeline = timelineOf({ ...objective, slices }, { baseline: null, fault: null, recovery: null })
    expect(timeline?.points.map(({ value }) => value)).toEqual([1, null, 0, 1])
    expect(timeline?.points.map(({ x }) => Math.round(x * 10) / 10)).toEqual([12.5, 37.5, 62.5, 87.5])
  })

  it('pools the counts of many slices, and keeps the worst of many values', () => {
    const slices = Array.from({ length: 1_000 }, (_, index) => ({
      ...slice(index * 1_000, 'fault', 10, index === 500 ? 10 : 0),
      value: index === 500 ? 99 : 1,
    }))
    const shares = timelineOf({ ...objective, slices }, experiment.windows)
    const values = timelineOf(
      { ...objective, unit: 'value', need: { kind: 'below', value: 50 }, slices },
      experiment.windows,
    )
    expect(shares?.points.length).toBeLessThanOrEqual(180)
    expect(Math.min(...(shares?.points.map(({ value }) => value ?? 1) ?? []))).toBeCloseTo(
      1 - 1 / (shares?.merged ?? 1),
    )
    expect(Math.max(...(values?.points.map(({ value }) => value ?? 0) ?? []))).toBe(99)
  })

  it('is undefined where no slice saw anything', () => {
    expect(timelineOf({ ...objective, slices: [slice(0, 'fault', 0, 0)] }, experiment.windows)).toBeUndefined()
    expect(timelineOf({ ...objective, slices: [] }, experiment.windows)).toBeUndefined()
  })
})
