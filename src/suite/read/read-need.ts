import { durationMs, ratio } from '../../kit/scalars.ts'
import { shown } from '../../kit/shown.ts'
import type { Indicator, Need } from '../../model/suite.ts'
import type { Path } from '../document/places.ts'
import { check } from '../issues/check.ts'
import type { Report } from '../issues/report.ts'
import type { NeedInput } from '../schema/objective.ts'

/** In what an indicator is measured: a share of events, a time, or the query's own unit. */
export type Measure = 'share' | 'time' | 'number'

export function measureOf(indicator: Indicator): Measure {
  switch (indicator.kind) {
    case 'latency-quantile':
    case 'histogram-quantile':
      return 'time'
    case 'value':
      return 'number'
    default:
      return 'share'
  }
}

/** What must hold of an indicator, in its own measure; undefined, with a mistake noted, where it cannot be said of it. */
export function readNeed(input: NeedInput, indicator: Indicator, path: Path, report: Report): Need | undefined {
  const measure = measureOf(indicator)
  if (input.target !== undefined) return readTarget(input.target, measure, [...path, 'target'], report)
  if (input.increase) {
    const place = [...path, 'increase', 'at-most']
    const atMost = readAmount(input.increase['at-most'], measure, place, report)
    if (atMost !== undefined && atMost < 0)
      report.at(place, 'an increase of less than nothing is an improvement, which no fault brings', 'Write 0 or more.')
    return atMost === undefined ? undefined : { kind: 'increase', atMost }
  }
  const kind = input.below === undefined ? 'above' : 'below'
  if (measure === 'share') {
    report.onKey(
      [...path, kind],
      `this objective is a share of good events, which has a target and no ${kind}`,
      'Write target: 99.5%, or increase: {at-most: 1%}.',
    )
    return undefined
  }
  const value = readAmount(input.below ?? input.above, measure, [...path, kind], report)
  return value === undefined ? undefined : { kind, value }
}

function readTarget(target: number, measure: Measure, path: Path, report: Report): Need | undefined {
  if (measure !== 'share') {
    report.onKey(
      path,
      'a target is a share of good events, and this objective is not one',
      measure === 'time' ? 'Write below: 300ms.' : 'Write below: 30 or above: 30.',
    )
    return undefined
  }
  if (target >= 1) {
    report.at(
      path,
      '100% can never be proven: however many requests were good, the next one may fail',
      'Write the share that you promise, such as 99.9%.',
    )
    return undefined
  }
  if (target <= 0) {
    report.at(
      path,
      '0% always holds, so it says nothing',
      'Write the share that you promise, such as 99.9%, or remove the objective.',
    )
    return undefined
  }
  return { kind: 'share', target }
}

function readAmount(written: unknown, measure: Measure, path: Path, report: Report): number | undefined {
  if (measure === 'number') {
    if (typeof written === 'number') return written
    report.at(path, `found ${shown(written)}; expected a number in the query's own unit, such as 30`)
    return undefined
  }
  const { data, findings } = check(measure === 'time' ? durationMs : ratio, written, path)
  report.add(findings)
  return data
}
