import type { Histogram, Measurement } from '../../model/measurement.ts'
import type { PlannedObjective } from '../../model/plan.ts'
import type { WindowSpan } from '../../model/ports.ts'
import type { Indicator } from '../../model/suite.ts'
import { blankMeasurement, headOf } from '../slice-grid.ts'
import { requireSameTime } from './clock-skew.ts'
import { measureHistogramQuantile, measureHistogramUnder } from './measure-histogram.ts'
import { measureRatio, type Reading } from './measure-ratio.ts'
import { measureValue } from './measure-value.ts'
import { fillPlaceholders, type Placeholders } from './placeholders.ts'
import type { PrometheusApi } from './prometheus-api.ts'
import type { RestartsExpected } from './resets.ts'
import { Unmeasurable } from './unmeasurable.ts'

type PrometheusIndicator = Extract<Indicator, { source: 'prometheus' }>

export interface PrometheusReader {
  readonly api: PrometheusApi
  readonly placeholders: Placeholders
  readonly restartsExpected: RestartsExpected
}

/** One objective in one window. Whatever Prometheus does, the answer is a measurement, and one without numbers says why. */
export async function measurePrometheus(
  reader: PrometheusReader,
  objective: PlannedObjective,
  indicator: PrometheusIndicator,
  span: WindowSpan,
): Promise<Measurement> {
  try {
    const [reading] = await Promise.all([
      readIndicator(reader, objective, indicator, span),
      requireSameTime(reader.api),
    ])
    const { slices, problems, queries, histogram } = reading
    return { ...headOf(objective, reading.span), slices, histogram, problems, queries }
  } catch (error) {
    if (error instanceof Unmeasurable) return blankMeasurement(objective, span, [error.problem], queriesOf(indicator))
    throw error
  }
}

function readIndicator(
  { api, placeholders, restartsExpected }: PrometheusReader,
  objective: PlannedObjective,
  indicator: PrometheusIndicator,
  span: WindowSpan,
): Promise<Reading & { readonly histogram?: Histogram }> {
  const fill = (query: string) => fillPlaceholders(query, placeholders)
  switch (indicator.kind) {
    case 'ratio':
      return measureRatio(api, { bad: fill(indicator.bad), total: fill(indicator.total) }, span, restartsExpected)
    case 'histogram-under':
      return measureHistogramUnder(api, fill(indicator.histogram), indicator.ms, span, restartsExpected)
    case 'histogram-quantile': {
      const limitMs = objective.need.kind === 'below' ? objective.need.value : undefined
      return measureHistogramQuantile(
        api,
        fill(indicator.histogram),
        { quantile: indicator.quantile, limitMs },
        span,
        restartsExpected,
      )
    }
    case 'value':
      return measureValue(api, fill(indicator.query), span)
  }
}

function queriesOf(indicator: PrometheusIndicator): readonly string[] {
  switch (indicator.kind) {
    case 'ratio':
      return [indicator.bad, indicator.total]
    case 'value':
      return [indicator.query]
    default:
      return [indicator.histogram]
  }
}
