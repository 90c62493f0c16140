import type { Problem } from '../../model/measurement.ts'
import { matrixSchema, numberOf } from './answers.ts'
import type { SampleRange } from './births.ts'
import { sampleTimes } from './births.ts'
import type { PrometheusApi } from './prometheus-api.ts'
import { parseSelector, selectorFor } from './selector.ts'
import type { Series } from './series.ts'
import { quote, Unmeasurable } from './unmeasurable.ts'

/** Labels that a target's `up` series has as well. */
const TARGET_LABELS: ReadonlySet<string> = new Set([
  'job',
  'instance',
  'namespace',
  'pod',
  'service',
  'container',
  'node',
  'cluster',
])

/** Why a selector gave nothing: its targets were down, its data is old, or there never was any. Never throws. */
export async function explainNoData(
  api: PrometheusApi,
  selector: string,
  series: readonly Series[],
  range: SampleRange,
): Promise<Problem> {
  const last = Math.max(...[...sampleTimes(series).values()].flatMap((times) => [...times]))
  const down = await downTargets(api, selector, range)
  if (down !== undefined) return { code: 'NO_DATA', detail: `${quote(selector)}: ${down}` }
  if (Number.isFinite(last)) {
    return {
      code: 'NO_DATA',
      detail: `${quote(selector)} is stale: its last sample is ${Math.round((range.untilMs - last) / 1_000)} s older than the window's end`,
    }
  }
  return {
    code: 'NO_DATA',
    detail: `${quote(selector)} has no data in this window; check its name and labels, and that Prometheus scrapes the service`,
  }
}

async function downTargets(api: PrometheusApi, selector: string, range: SampleRange): Promise<string | undefined> {
  try {
    const matchers = parseSelector(selector).matchers.filter(({ label }) => TARGET_LABELS.has(label))
    if (matchers.length === 0) return undefined
    const query = `${selectorFor('up', matchers)}[${Math.round(range.untilMs - range.fromMs)}ms]`
    const { data } = await api.ask('query', { query, time: (range.untilMs / 1_000).toFixed(3) }, matrixSchema)
    const samples = data.result.flatMap(({ values }) => values ?? [])
    const allDown = samples.length > 0 && samples.every(([, value]) => numberOf(value) === 0)
    return allDown ? `its ${data.result.length} targets could not be scraped in this window (up is 0)` : undefined
  } catch (error) {
    if (error instanceof Unmeasurable) return undefined
    throw error
  }
}
