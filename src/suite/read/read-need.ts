import { durationMs, ratio } from '../../kit/scalars.ts'
import { shown } from '../../kit/shown.ts'
import type { Unit } from '../../model/journal.ts'
import type { Indicator, Need } from '../../model/suite.ts'
import { unitOf } from '../../model/unit-of.ts'
import type { Path } from '../document/places.ts'
import { check } from '../issues/check.ts'
import type { Report } from '../issues/report.ts'
import type { NeedInput } from '../schema/objective.ts'

/** What must hold of an indicator, in its own unit; undefined, with a mistake noted, where it cannot be said of it. */
export function readNeed(input: NeedInput, indicator: Indicator, path: Path, report: Report): Need | undefined {
  const unit = unitOf(indicator)
  if (input.target !== undefined) return readTarget(input.target, unit, [...path, 'target'], report)
  if (input.increase) {
    const place = [...path, 'increase', 'at-most']
    const atMost = readAmount(input.increase['at-most'], unit, place, report)
    if (atMost !== undefined && atMost < 0)
      report.at(place, 'an increase of less than nothing is an improvement, which no fault brings', 'Write 0 or more.')
    return atMost === undefined ? undefined : { kind: 'increase', atMost }
  }
  const kind = input.below === undefined ? 'above' : 'below'
  if (unit === 'share') {
    report.onKey(
      [...path, kind],
      `this objective is a share of good events, which has a target and no ${kind}`,
      'Write target: 99.5%, or increase: {at-most: 1%}.',
    )
    return undefined
  }
  const value = readAmount(input.below ?? input.above, unit, [...path, kind], report)
  return value === undefined ? undefined : { kind, value }
}

function readTarget(target: number, unit: Unit, path: Path, report: Report): Need | undefined {
  if (unit !== 'share') {
    report.onKey(
      path,
      'a target is a share of good events, and this objective is not one',
      unit === 'ms' ? 'Write below: 300ms.' : 'Write below: 30 or above: 30.',
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

function readAmount(written: unknown, unit: Unit, path: Path, report: Report): number | undefined {
  if (unit === 'value') {
    if (typeof written === 'number') return written
    report.at(path, `found ${shown(written)}; expected a number in the query's own unit, such as 30`)
    return undefined
  }
  const { data, findings } = check(unit === 'ms' ? durationMs : ratio, written, path)
  report.add(findings)
  return data
}
