import type { Estimate, JudgedObjective, Reason } from '../model/journal.ts'
import { type Measurement, type Problem, WINDOWS, type WindowName } from '../model/measurement.ts'
import type { PlannedObjective } from '../model/plan.ts'
import { unitOf } from '../model/unit-of.ts'
import type { ReasonCode } from '../model/verdict.ts'
import { checkData } from './check-data.ts'
import type { Finding } from './finding.ts'
import { methodFor } from './methods.ts'
import { meansOf } from './words.ts'

/** What was measured of one objective, by window; what did not take place is absent. */
export type Measurements = Readonly<Partial<Record<WindowName, Measurement | undefined>>>

/** Reasons that say that we could not do our job, where the others say that the numbers are worth less. */
const OUR_FAILURES: ReadonlySet<ReasonCode> = new Set([
  'PLATFORM_FAILED',
  'TRAFFIC_FAILED',
  'ENGINE_FAILED',
  'INTERNAL',
])

/**
 * One objective in one experiment. A pass needs numbers without any problem in baseline and fault window, a baseline that
 * was not itself missing the need, and bounds within it; a fail needs bounds beyond it. All else is inconclusive.
 * `pHolm` is null: the suite as a whole is not known here. Never throws.
 */
export function judgeObjective(objective: PlannedObjective, measured: Measurements): JudgedObjective {
  const method = methodFor(objective)
  const checked = {
    baseline: checkData(objective, 'baseline', measured.baseline),
    fault: checkData(objective, 'fault', measured.fault),
    recovery: checkData(objective, 'recovery', measured.recovery),
  }
  const estimate = (window: WindowName): Estimate | null => {
    const { usable } = checked[window]
    return usable && method ? method.estimate(usable) : null
  }
  const problems = [...checked.baseline.problems, ...checked.fault.problems]
  const [baseline, fault] = [checked.baseline.usable, checked.fault.usable]
  const finding = method && baseline && fault ? method.find(baseline, fault) : undefined
  const unhealthy = method && baseline ? method.unhealthy(baseline) : undefined
  return {
    name: objective.name,
    line: objective.line,
    ...(method ? verdictOf(objective, finding, problems, unhealthy) : mismatch(objective)),
    unit: unitOf(objective.indicator),
    means: meansOf(objective.indicator),
    need: objective.need,
    baseline: estimate('baseline'),
    fault: estimate('fault'),
    recovery: estimate('recovery'),
    increase: finding?.increase ?? null,
    pValue: finding?.pValue ?? null,
    pHolm: null,
    slices: chartSlices(measured),
    queries: [...new Set(WINDOWS.flatMap((window) => measured[window]?.queries ?? []))],
  }
}

function mismatch({ need, indicator }: PlannedObjective): Pick<JudgedObjective, 'verdict' | 'reasons'> {
  const detail = `a need of the kind ${need.kind} does not apply to ${meansOf(indicator)}`
  return { verdict: 'error', reasons: [{ code: 'INTERNAL', detail }] }
}

function verdictOf(
  objective: PlannedObjective,
  finding: Finding | undefined,
  problems: readonly Problem[],
  unhealthy: string | undefined,
): Pick<JudgedObjective, 'verdict' | 'reasons'> {
  const found: Reason[] = problems.map(({ code, detail }) => ({ code, detail }))
  if (found.some(({ code }) => OUR_FAILURES.has(code))) return { verdict: 'error', reasons: found }
  if (unhealthy !== undefined)
    return { verdict: 'inconclusive', reasons: [{ code: 'BASELINE_UNHEALTHY', detail: unhealthy }, ...found] }
  if (!finding) return { verdict: 'inconclusive', reasons: found }
  if (found.length === 0) return { verdict: finding.verdict, reasons: [...finding.reasons] }
  // Problems outweigh what the numbers say, in either direction, unless they cannot have made it.
  const stands = finding.verdict === 'fail' && found.every(({ code }) => cannotCauseFailure(objective, code))
  return stands
    ? { verdict: 'fail', reasons: [...finding.reasons, ...found] }
    : { verdict: 'inconclusive', reasons: found }
}

/**
 * A generator that sent too little or too late makes requests look slow, and cannot make one fail.
 * Every other problem may have lost good events, moved the window or cut the window short.
 */
function cannotCauseFailure({ indicator }: PlannedObjective, code: ReasonCode): boolean {
  return code === 'LOAD_NOT_DELIVERED' && indicator.source === 'traffic' && indicator.kind === 'success'
}

/** Slices for charts, counted from the start of the first window. What is not a number is shown as missing. */
function chartSlices(measured: Measurements): JudgedObjective['slices'] {
  const startMs = WINDOWS.map((window) => measured[window]?.startMs).find((start) => start !== undefined) ?? 0
  return WINDOWS.flatMap((window) =>
    (measured[window]?.slices ?? []).map((slice) => ({
      tMs: Number.isFinite(slice.startMs) ? slice.startMs - startMs : 0,
      window,
      n: count(slice.n),
      bad: count(slice.bad),
      value: slice.value !== null && Number.isFinite(slice.value) ? slice.value : null,
    })),
  )
}

function count(value: number): number {
  return Number.isSafeInteger(value) && value >= 0 ? value : 0
}
