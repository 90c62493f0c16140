import { shown } from '../../kit/shown.ts'
import type { PolicySpec } from '../../model/policy.ts'
import type { Report } from '../issues/report.ts'
import { suggestion } from '../issues/suggest.ts'
import type { PolicyInput } from '../schema/policy.ts'

/** What the suite demands of pull requests; undefined where it demands nothing, or where a mistake was noted. */
export function readPolicy(input: PolicyInput | undefined, report: Report): PolicySpec | undefined {
  if (!input) return undefined
  const names = experimentNames(report)
  for (const [place, name] of Array.isArray(input.required) ? input.required.entries() : []) {
    if (names.includes(name)) continue
    report.at(
      ['policy', 'required', place],
      `there is no experiment ${shown(name)}`,
      suggestion(name, names, 'experiments'),
    )
  }
  const { required, mode, 'on-inconclusive': onInconclusive } = input
  return required === false && mode === 'any' && onInconclusive === 'any'
    ? undefined
    : { required, mode, onInconclusive }
}

function experimentNames(report: Report): readonly string[] {
  const raw = report.raw(['experiments'])
  return (Array.isArray(raw) ? [...raw.keys()] : [])
    .map((place) => report.raw(['experiments', place, 'name']))
    .filter((name) => typeof name === 'string')
}
