import type { Indicator } from '../../model/suite.ts'
import type { Path } from '../document/places.ts'
import type { Report } from '../issues/report.ts'
import type { ObjectiveInput } from '../schema/objective.ts'

type IndicatorInput = ObjectiveInput['indicator']
type PrometheusIndicatorInput = NonNullable<IndicatorInput['prometheus']>

/** What an objective measures, or undefined (and a mistake noted) where its keys do not go together. */
export function readIndicator(input: IndicatorInput, path: Path, report: Report): Indicator | undefined {
  if (input.prometheus) {
    for (const key of ['under', 'quantile'] as const) {
      if (input[key] !== undefined)
        report.onKey(
          [...path, key],
          `${key} belongs to traffic: latency`,
          `For a histogram of Prometheus, move ${key} into prometheus.`,
        )
    }
    return readPrometheusIndicator(input.prometheus, [...path, 'prometheus'], report)
  }
  return readTrafficIndicator(input, path, report)
}

function readTrafficIndicator(input: IndicatorInput, path: Path, report: Report): Indicator | undefined {
  const { under, quantile } = input
  if (input.traffic === 'success') {
    for (const key of ['under', 'quantile'] as const) {
      if (input[key] !== undefined)
        report.onKey([...path, key], `${key} has no meaning for success`, 'Write traffic: latency to judge times.')
    }
    return { source: 'traffic', kind: 'success' }
  }
  if (under !== undefined && quantile === undefined)
    return atLeastSome(under, [...path, 'under'], report) && { source: 'traffic', kind: 'latency-under', ms: under }
  if (quantile !== undefined && under === undefined)
    return inside(quantile, [...path, 'quantile'], report) && { source: 'traffic', kind: 'latency-quantile', quantile }
  report.at(
    path,
    'latency needs exactly one of under and quantile',
    'Write under: 300ms for a share of fast requests, or quantile: 99% for a time.',
  )
  return undefined
}

const FORMS = ['bad total', 'histogram under', 'histogram quantile', 'value']

function readPrometheusIndicator(input: PrometheusIndicatorInput, path: Path, report: Report): Indicator | undefined {
  const keys = (['bad', 'total', 'histogram', 'under', 'quantile', 'value'] as const).filter(
    (key) => input[key] !== undefined,
  )
  if (!FORMS.includes(keys.join(' '))) {
    report.at(
      path,
      `expected bad and total, or histogram with under or quantile, or value; found ${keys.length === 0 ? 'none of them' : keys.join(' and ')}`,
      'Write one of the three forms: a share of events, a histogram, or a query for one number.',
    )
    return undefined
  }
  const { bad = '', total = '', histogram, under, quantile, value = '' } = input
  if (histogram === undefined)
    return keys.includes('value')
      ? { source: 'prometheus', kind: 'value', query: value }
      : { source: 'prometheus', kind: 'ratio', bad, total }
  if (under !== undefined)
    return (
      atLeastSome(under, [...path, 'under'], report) && {
        source: 'prometheus',
        kind: 'histogram-under',
        histogram,
        ms: under,
      }
    )
  return quantile === undefined
    ? undefined
    : inside(quantile, [...path, 'quantile'], report) && {
        source: 'prometheus',
        kind: 'histogram-quantile',
        histogram,
        quantile,
      }
}

function atLeastSome(ms: number, path: Path, report: Report): true | undefined {
  if (ms > 0) return true
  report.at(path, 'nothing is answered in no time', 'Write a time such as 300ms.')
  return undefined
}

function inside(quantile: number, path: Path, report: Report): true | undefined {
  if (quantile > 0 && quantile < 1) return true
  report.at(path, 'a quantile lies between 0% and 100%, both left out', 'Write one such as 99%.')
  return undefined
}
