import type { ExperimentFacts } from '../../src/judge/facts.ts'
import { judgeExperiment } from '../../src/judge/judge-experiment.ts'
import type { Evidence } from '../../src/model/evidence.ts'
import type { Histogram, Measurement, Slice, WindowName } from '../../src/model/measurement.ts'
import type { PlannedExperiment, PlannedFault, PlannedObjective } from '../../src/model/plan.ts'
import type { Indicator, Need } from '../../src/model/suite.ts'

export const START = { baseline: 1_000_000, fault: 1_060_000, recovery: 1_120_000 } as const
const SLICE_MS = 1_000

export const SUCCESS: Indicator = { source: 'traffic', kind: 'success' }
export const FAST: Indicator = { source: 'traffic', kind: 'latency-under', ms: 300 }
export const P99: Indicator = { source: 'traffic', kind: 'latency-quantile', quantile: 0.99 }
export const RATIO: Indicator = { source: 'prometheus', kind: 'ratio', bad: 'bad_total', total: 'all_total' }
export const UNDER: Indicator = { source: 'prometheus', kind: 'histogram-under', histogram: 'h', ms: 300 }
export const VALUE: Indicator = { source: 'prometheus', kind: 'value', query: 'max(lag)' }

export function objective(
  indicator: Indicator = SUCCESS,
  need: Need = { kind: 'share', target: 0.99 },
  name = 'availability',
): PlannedObjective {
  return { name, indicator, need, line: 7 }
}

/** A window of slices, each given as its number of bad ones among `n`. */
export function shares(window: WindowName, bad: readonly number[], n = 50, name = 'availability'): Measurement {
  return window_(
    window,
    bad.map((count) => ({ n, bad: count, badAtLeast: count, value: null })),
    name,
  )
}

export function values(window: WindowName, series: readonly (number | null)[], name = 'availability'): Measurement {
  return window_(
    window,
    series.map((value) => ({ n: value === null ? 0 : 1, bad: 0, badAtLeast: 0, value })),
    name,
  )
}

/** A window of sixty slices with the same quantile, and the histogram that it was made of. */
export function quantiles(
  window: WindowName,
  histogram: Histogram | undefined,
  value = 10,
  name = 'availability',
): Measurement {
  const n = Math.round((histogram?.n ?? 3_000) / 60)
  return { ...window_(window, repeat(60, { n, bad: 0, badAtLeast: 0, value }), name), histogram }
}

/** Latencies in ms by how often, as an HDR histogram would keep them. */
export function latencies(counts: Readonly<Record<number, number>>, overflow = 0): Histogram {
  const buckets = Object.entries(counts).map(([ms, count]) => [Number(ms), count] as const)
  const n = buckets.reduce((sum, [, count]) => sum + count, overflow)
  return { buckets, overflow, overflowFromMs: 2_000, n, precision: 0.001 }
}

function window_(window: WindowName, slices: readonly Omit<Slice, 'startMs'>[], name: string): Measurement {
  const startMs = START[window]
  return {
    objective: name,
    window,
    startMs,
    endMs: startMs + slices.length * SLICE_MS,
    sliceMs: SLICE_MS,
    slices: slices.map((slice, index) => ({ startMs: startMs + index * SLICE_MS, ...slice })),
    histogram: undefined,
    problems: [],
    queries: [],
  }
}

export function repeat<T>(times: number, value: T): T[] {
  return Array.from({ length: times }, () => value)
}

/** Sixty slices with so many bad ones, spread as evenly as whole numbers can be. */
export function spread(bad: number, slices = 60): number[] {
  return Array.from(
    { length: slices },
    (_, index) => Math.floor(((index + 1) * bad) / slices) - Math.floor((index * bad) / slices),
  )
}

export const HEALTHY = spread(0)

export function plannedFault(
  given: Partial<PlannedFault> & { parameters?: Record<string, unknown> } = {},
): PlannedFault {
  const { parameters = {}, ...rest } = given
  const type = rest.type ?? 'network-partition'
  return {
    id: 'e1f1',
    type,
    order: undefined,
    spec: {
      type,
      target: { workload: 'api', labels: undefined, mode: 'all', value: undefined },
      parameters,
      written: {},
      line: 30,
    },
    workload: 'api',
    mode: 'all',
    replicas: ['api-1', 'api-2'],
    of: 2,
    seed: 1,
    durationMs: 75_000,
    description: `${type} on api`,
    recipe: {
      mechanism: 'link proxy',
      apply: [],
      undo: [],
      expires: 'agent',
      evidence: { probe: 'replica-state', replicas: [], process: undefined },
      crossing: {},
    },
    ...rest,
  }
}

export function plannedExperiment(given: Partial<PlannedExperiment> = {}): PlannedExperiment {
  return {
    name: 'api cannot reach the cache',
    index: 1,
    line: 29,
    windows: { baselineMs: 60_000, faultMs: 60_000, recoveryMs: 60_000 },
    objectives: [objective()],
    steps: [{ step: 'fault', fault: plannedFault() }],
    rules: [],
    search: undefined,
    recoveryWithinMs: undefined,
    targets: ['api-1', 'api-2'],
    blastRadius: { targets: 2, of: 2, allowedTargets: 3, allowedRatio: 1 },
    decidability: [],
    ...given,
  }
}

export function proof(given: Partial<Evidence> = {}): Evidence {
  return {
    fault: 'e1f1',
    type: 'network-partition',
    status: 'proven',
    injected: [
      { target: 'api-1', ok: true, detail: '' },
      { target: 'api-2', ok: true, detail: '' },
    ],
    seen: 'cache answered 40 of 40 before, 0 of 40 under the fault',
    crossed: 812,
    mechanism: 'link proxy',
    endedBy: 'agent',
    injectedAtMs: START.fault,
    recoveredAtMs: START.recovery,
    ...given,
  }
}

/** An experiment in which everything held. */
export function facts(
  given: Partial<ExperimentFacts> = {},
  context: Partial<ExperimentFacts['context']> = {},
): ExperimentFacts {
  return {
    planned: plannedExperiment(),
    ran: true,
    cancelled: false,
    windows: {
      baseline: { startMs: START.baseline, endMs: START.fault },
      fault: { startMs: START.fault, endMs: START.recovery },
      recovery: { startMs: START.recovery, endMs: START.recovery + 60_000 },
    },
    measurements: [shares('baseline', HEALTHY), shares('fault', HEALTHY), shares('recovery', HEALTHY)],
    evidence: [proof()],
    checks: [],
    aborted: null,
    search: [],
    error: null,
    notEnded: [],
    context: {
      failures: { baseline: [], fault: [], recovery: [] },
      latency: { baseline: null, fault: null, recovery: null },
      trafficTimeoutMs: 2_000,
      impact: [],
      entries: ['web'],
      readyAgain: [],
      ...context,
    },
    ...given,
  }
}

/** The fault window replaced by this one. */
export function underFault(bad: readonly number[], given: Partial<ExperimentFacts> = {}): ExperimentFacts {
  return facts({
    measurements: [shares('baseline', HEALTHY), shares('fault', bad), shares('recovery', HEALTHY)],
    ...given,
  })
}

export function judged(given: Partial<ExperimentFacts> = {}) {
  return judgeExperiment(facts(given))
}

export function codes({ reasons }: { readonly reasons: readonly { readonly code: string }[] }): string[] {
  return reasons.map(({ code }) => code)
}
