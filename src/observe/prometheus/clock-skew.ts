import { numberOf, scalarSchema } from './answers.ts'
import type { PrometheusApi } from './prometheus-api.ts'
import { Unmeasurable } from './unmeasurable.ts'

/**
 * How far the clock of Prometheus is ahead of ours, in ms, less what the journey of the question can explain.
 * Throws Unmeasurable when it cannot be asked.
 */
export async function clockSkewMs(api: PrometheusApi): Promise<number> {
  const { clock } = api.setting
  const askedMs = clock.now()
  const { data } = await api.ask('query', { query: 'time()' }, scalarSchema)
  const answeredMs = clock.now()
  const seconds = numberOf(data.result[1])
  if (seconds === undefined || !Number.isFinite(seconds))
    throw new Unmeasurable('NO_DATA', 'Prometheus did not tell its time')
  const theirsMs = seconds * 1_000
  if (theirsMs < askedMs) return theirsMs - askedMs
  return theirsMs > answeredMs ? theirsMs - answeredMs : 0
}

/** Throws Unmeasurable(CLOCK_SKEW) when windows would be read from a wrong time. */
export async function requireSameTime(api: PrometheusApi): Promise<void> {
  const skewMs = await clockSkewMs(api)
  const { scrapeMs } = api.setting
  if (Math.abs(skewMs) > scrapeMs) {
    throw new Unmeasurable(
      'CLOCK_SKEW',
      `the clock of Prometheus differs from ours by ${Math.round(skewMs)} ms, more than one scrape (${scrapeMs} ms)`,
    )
  }
}
