import type { z } from 'zod'
import { bytesPerSecond, durationMs, ratio } from '../../kit/scalars.ts'
import { shown } from '../../kit/shown.ts'
import type { FaultType } from '../../model/fault.ts'
import type { SearchSpec } from '../../model/suite.ts'
import type { Path } from '../document/places.ts'
import { check } from '../issues/check.ts'
import type { Report } from '../issues/report.ts'
import { suggestion } from '../issues/suggest.ts'
import type { SearchInput } from '../schema/experiment.ts'

const SCALARS: Readonly<Record<'ms' | 'ratio' | 'bytes-per-second', z.ZodType<number>>> = {
  ms: durationMs,
  ratio,
  'bytes-per-second': bytesPerSecond,
}

/** The search for the value at which the objectives break, in the normalised unit of its parameter. */
export function readSearch(input: SearchInput, type: FaultType, path: Path, report: Report): SearchSpec | undefined {
  const unit = Object.hasOwn(type.searchable, input.parameter) ? type.searchable[input.parameter] : undefined
  if (unit === undefined) {
    const known = Object.keys(type.searchable)
    report.at(
      [...path, 'parameter'],
      `${shown(input.parameter)} of ${type.type} cannot be searched`,
      suggestion(input.parameter, known, `parameters of ${type.type} that can be searched`),
    )
    return undefined
  }
  const read = (key: 'from' | 'to' | 'precision' | 'at-least') => readValue(input[key], unit, [...path, key], report)
  const [from, to, precision] = [read('from'), read('to'), read('precision')]
  const atLeast = input['at-least'] === undefined ? undefined : read('at-least')
  if (from === undefined || to === undefined || precision === undefined) return undefined
  checkRange({ from, to, precision, atLeast }, path, report)
  return { parameter: input.parameter, from, to, precision, atLeast, unit }
}

function checkRange(
  { from, to, precision, atLeast }: Pick<SearchSpec, 'from' | 'to' | 'precision' | 'atLeast'>,
  path: Path,
  report: Report,
): void {
  if (from >= to)
    report.at(
      [...path, 'to'],
      'to is not larger than from, so there is nothing to search',
      'Write the smaller value in from.',
    )
  else if (precision > to - from)
    report.at(
      [...path, 'precision'],
      'precision is wider than the whole range',
      'Write a smaller step, such as a twentieth of the range.',
    )
  if (precision <= 0)
    report.at(
      [...path, 'precision'],
      'precision must be more than nothing',
      'Write the step that is fine enough for you.',
    )
  if (atLeast !== undefined && from < to && (atLeast < from || atLeast > to)) {
    report.at(
      [...path, 'at-least'],
      'at-least lies outside from and to, so the search cannot decide it',
      'Widen the range, or choose a value inside it.',
    )
  }
}

function readValue(written: unknown, unit: SearchSpec['unit'], path: Path, report: Report): number | undefined {
  if (unit === 'count') {
    if (typeof written === 'number' && Number.isSafeInteger(written) && written >= 0) return written
    report.at(path, `${shown(written)} is not a whole number; expected one such as 10`)
    return undefined
  }
  const { data, findings } = check(SCALARS[unit], written, path)
  report.add(findings)
  return data
}
