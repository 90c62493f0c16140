import type { ObjectiveSpec } from '../../model/suite.ts'
import type { Report } from '../issues/report.ts'
import { type ObjectiveInput, objectiveSchema } from '../schema/objective.ts'
import { checkNames } from './names.ts'
import { readIndicator } from './read-indicator.ts'
import { readNeed } from './read-need.ts'

export interface ObjectivesRead {
  readonly objectives: readonly ObjectiveSpec[]
  /** All names that are written, those of objectives with mistakes too, so that one mistake is not told twice. */
  readonly names: readonly string[]
}

/** What else the suite says, as far as objectives depend on it. */
export interface ObjectiveSetting {
  readonly hasPrometheus: boolean
  /** Traffic of which nobody counts the answers, as a suite writes it. */
  readonly uncounted: 'none' | 'job' | undefined
}

export function readObjectives(setting: ObjectiveSetting, report: Report): ObjectivesRead {
  const raw = report.raw(['objectives'])
  const count = Array.isArray(raw) ? raw.length : 0
  const names = checkNames('objectives', 'objective', report)
  const objectives = Array.from({ length: count }, (_, place) => {
    const input = report.part(objectiveSchema, ['objectives', place])
    return input && readObjective(input, place, setting, report)
  })
  return { objectives: objectives.filter((objective) => objective !== undefined), names }
}

const UNCOUNTED = {
  none: 'the suite has traffic: {none: true}, so there is no traffic to measure',
  job: 'a Job of your own (traffic: job) does not tell what became of its requests, so there is nothing to measure',
} as const

function readObjective(
  input: ObjectiveInput,
  place: number,
  setting: ObjectiveSetting,
  report: Report,
): ObjectiveSpec | undefined {
  const path = ['objectives', place]
  const indicator = readIndicator(input.indicator, [...path, 'indicator'], report)
  if (input.indicator.traffic !== undefined && setting.uncounted !== undefined) {
    report.onKey(
      [...path, 'indicator', 'traffic'],
      UNCOUNTED[setting.uncounted],
      'Measure with prometheus, or let Seaworthy make traffic.',
    )
  }
  if (input.indicator.prometheus && !setting.hasPrometheus)
    report.onKey([...path, 'indicator', 'prometheus'], ...noPrometheus)
  const need = indicator && readNeed(input, indicator, path, report)
  return indicator && need && { name: input.name, indicator, need, line: report.line(path) }
}

/** Message and remedy for whatever asks Prometheus where the suite names none. */
export const noPrometheus = [
  'the suite does not say where Prometheus is',
  'Add prometheus: {url: http://host:9090} (or service, or install: true) to the suite.',
] as const
