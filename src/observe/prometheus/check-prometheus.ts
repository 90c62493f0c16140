import type { Problem } from '../../model/measurement.ts'
import { buildSchema } from './answers.ts'
import { clockSkewMs } from './clock-skew.ts'
import { createPrometheusApi, type PrometheusSetting } from './prometheus-api.ts'
import { Unmeasurable } from './unmeasurable.ts'

export interface PrometheusCheck {
  /** Undefined where it is not known. */
  readonly version: string | undefined
  /** How far its clock is ahead of ours; undefined where it could not be asked. */
  readonly skewMs: number | undefined
  /** Empty when it can be used. */
  readonly problems: readonly Problem[]
}

/** Asks a Prometheus for its version and its time, before anything depends on it. Never throws for what Prometheus does. */
export async function checkPrometheus(setting: PrometheusSetting): Promise<PrometheusCheck> {
  const api = createPrometheusApi(setting)
  let skewMs: number | undefined
  try {
    skewMs = await clockSkewMs(api)
    // Servers that only speak the same API may not have this endpoint, and are fine without it.
    const version = await versionOf(setting)
    const isOff = Math.abs(skewMs) > setting.scrapeMs
    const skew: Problem = {
      code: 'CLOCK_SKEW',
      detail: `the clock of Prometheus differs from ours by ${Math.round(skewMs)} ms, more than one scrape (${setting.scrapeMs} ms)`,
    }
    return { version, skewMs, problems: isOff ? [skew] : [] }
  } catch (error) {
    if (error instanceof Unmeasurable) return { version: undefined, skewMs, problems: [error.problem] }
    throw error
  }
}

async function versionOf(setting: PrometheusSetting): Promise<string | undefined> {
  try {
    return (await createPrometheusApi(setting).ask('status/buildinfo', {}, buildSchema)).data.version
  } catch (error) {
    if (error instanceof Unmeasurable) return undefined
    throw error
  }
}
