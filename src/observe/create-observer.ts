import type { Clock } from '../kit/clock.ts'
import { messageOf } from '../kit/errors.ts'
import type { Measurement } from '../model/measurement.ts'
import type { PlannedObjective } from '../model/plan.ts'
import type { Observer, Traffic, WindowSpan } from '../model/ports.ts'
import { measureTraffic } from './measure-traffic.ts'
import { measurePrometheus, type PrometheusReader } from './prometheus/measure-prometheus.ts'
import type { Placeholders } from './prometheus/placeholders.ts'
import { createPrometheusApi } from './prometheus/prometheus-api.ts'
import { type RestartsExpected, restartsPerTarget } from './prometheus/resets.ts'
import { blankMeasurement } from './slice-grid.ts'

export interface ObserverSetting {
  readonly traffic: Traffic
  /** Undefined where the suite has no Prometheus. */
  readonly prometheusUrl: string | undefined
  readonly scrapeMs: number
  readonly token: string | undefined
  readonly clock: Clock
  readonly placeholders: Placeholders
  readonly restartsExpected?: RestartsExpected
  /** For one question to Prometheus with all its repetitions. */
  readonly deadlineMs?: number
}

/** Reads objectives from the traffic's records and from Prometheus. `measure` never throws: what went wrong is a problem of the measurement. */
export function createObserver(setting: ObserverSetting): Observer {
  const reader = readerOf(setting)
  return {
    measure: async (objective, span) => {
      try {
        return await measureOne(setting.traffic, reader, objective, span)
      } catch (error) {
        return blankMeasurement(objective, span, [
          { code: 'INTERNAL', detail: `it could not be measured: ${messageOf(error)}` },
        ])
      }
    },
  }
}

function readerOf({
  prometheusUrl,
  scrapeMs,
  token,
  clock,
  placeholders,
  restartsExpected,
  deadlineMs,
}: ObserverSetting): PrometheusReader | undefined {
  if (prometheusUrl === undefined) return undefined
  const api = createPrometheusApi({
    url: prometheusUrl,
    token,
    scrapeMs,
    clock,
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
  })
  return { api, placeholders, restartsExpected: restartsExpected ?? restartsPerTarget }
}

/** What Prometheus counted while nobody played the users says nothing about how they would have fared. */
async function withUsers(traffic: Traffic, { startMs, endMs }: WindowSpan, measured: Measurement) {
  if (!traffic.absent) return measured
  await traffic.settle(endMs)
  const absent = traffic.absent(startMs, endMs)
  return absent.length === 0 ? measured : { ...measured, problems: [...measured.problems, ...absent] }
}

async function measureOne(
  traffic: Traffic,
  reader: PrometheusReader | undefined,
  objective: PlannedObjective,
  span: WindowSpan,
): Promise<Measurement> {
  const { indicator } = objective
  if (indicator.source === 'traffic') return measureTraffic(traffic, objective, indicator, span)
  if (reader !== undefined) return withUsers(traffic, span, await measurePrometheus(reader, objective, indicator, span))
  return blankMeasurement(objective, span, [
    { code: 'NO_DATA', detail: 'the objective asks Prometheus, and the suite names none' },
  ])
}
