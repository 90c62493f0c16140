import { JUDGING_ALPHA } from '../kit/statistics/sample-size.ts'
import type { JudgedObjective, Reason, SearchResult } from '../model/journal.ts'
import type { SearchSpec } from '../model/suite.ts'
import { type Verdict, worstVerdict } from '../model/verdict.ts'
import type { ExperimentFacts, JudgedStep } from './facts.ts'
import { reason } from './finding.ts'
import { judgeObjective } from './judge-objective.ts'
import { unprovenFaults } from './unproven-faults.ts'
import { decimal, milliseconds, percent } from './words.ts'

type Asked = Pick<SearchResult['steps'][number], 'value' | 'verdict'>

/** What was measured at one value; `measurements` holds the baseline and this step's fault window. */
export interface StepFacts
  extends Pick<ExperimentFacts, 'planned' | 'measurements' | 'evidence' | 'aborted' | 'windows'> {
  readonly value: number
}

/**
 * One value of a search: whether all objectives held under it. A step whose fault is not proven is inconclusive.
 * A guard that ended the step has proven that it broke.
 */
export function judgeSearchStep(facts: StepFacts): JudgedStep {
  const { planned, measurements, aborted, value } = facts
  const judged = planned.objectives.map((objective) => {
    const of = (window: 'baseline' | 'fault') =>
      measurements.find((one) => one.objective === objective.name && one.window === window)
    return judgeObjective(objective, { baseline: of('baseline'), fault: of('fault') })
  })
  const unproven = unprovenFaults(facts)
  const worst = worstOf(judged)
  const common = {
    value,
    objective: aborted?.objective ?? worst?.name ?? '',
    estimate: estimateOf(judged.find(({ name }) => name === aborted?.objective) ?? worst),
  }
  if (unproven.length > 0) return { step: { ...common, verdict: 'inconclusive', reasons: [...unproven] }, pValue: null }
  const healthy = !judged.some(({ reasons }) => reasons.some(({ code }) => code === 'BASELINE_UNHEALTHY'))
  if (aborted && healthy) {
    const detail = `it fell below ${percent(aborted.below)}, and the step was ended after ${milliseconds(aborted.afterMs)}`
    return { step: { ...common, verdict: 'fail', reasons: [reason('ABORT_LIMIT', detail)] }, pValue: null }
  }
  const pValues = judged.flatMap(({ verdict, pValue }) => (verdict === 'fail' && pValue !== null ? [pValue] : []))
  const pValue = pValues.length === 0 ? null : Math.min(1, Math.min(...pValues) * judged.length)
  const reasons = judged.flatMap(({ name, reasons: own }) => own.map((one) => ({ ...one, objective: name })))
  return { step: { ...common, verdict: worstVerdict(judged.map(({ verdict }) => verdict)), reasons }, pValue }
}

function worstOf(judged: readonly JudgedObjective[]): JudgedObjective | undefined {
  const worst = worstVerdict(judged.map(({ verdict }) => verdict))
  return judged.find(({ verdict }) => verdict === worst)
}

function estimateOf(objective: JudgedObjective | undefined) {
  if (!objective) return null
  return objective.need.kind === 'increase' ? objective.increase : objective.fault
}

/** A search that meets nothing but doubt is given up after this many. */
const MOST_INCONCLUSIVE = 3

/**
 * The next value to ask, on the grid of the precision, or undefined when the search is over. Asks the far end first: a
 * service that holds it needs no more. Then halves the gap between what holds and what breaks. A value at which nothing
 * could be told is not asked again; the search goes on below it, then above it. Ends early on an error.
 */
export function nextSearchValue(spec: SearchSpec, steps: readonly Asked[]): number | undefined {
  const grid = Math.max(1, Math.ceil((spec.to - spec.from) / spec.precision - 1e-9))
  if (steps.length === 0) return spec.to
  if (steps.some(({ verdict }) => verdict === 'error' || verdict === 'aborted')) return undefined
  const positions = (wanted: Verdict) =>
    steps.filter(({ verdict }) => verdict === wanted).map(({ value }) => positionOf(spec, grid, value))
  const breaks = Math.min(grid + 1, ...positions('fail'))
  const holds = Math.max(-1, ...positions('pass').filter((position) => position < breaks))
  const unknown = positions('inconclusive').filter((position) => position > holds && position < breaks)
  if (unknown.length >= MOST_INCONCLUSIVE) return undefined
  const below = between(holds, Math.min(breaks, ...unknown))
  const above = between(Math.max(holds, ...unknown), breaks)
  const next = below ?? above
  return next === undefined ? undefined : valueAt(spec, grid, next)
}

/** The middle of what lies strictly between two places of the grid. */
function between(low: number, high: number): number | undefined {
  return high - low > 1 ? Math.floor((low + high) / 2) : undefined
}

function positionOf(spec: SearchSpec, grid: number, value: number): number {
  return value >= spec.to ? grid : Math.round((value - spec.from) / spec.precision)
}

function valueAt(spec: SearchSpec, grid: number, position: number): number {
  // Sums of decimals such as 0.05 leave dust that would show in reports.
  return position >= grid ? spec.to : Number((spec.from + position * spec.precision).toPrecision(12))
}

/** The largest value that held below the smallest that broke, and whether that is enough. */
export function judgeSearch(
  spec: SearchSpec,
  steps: readonly JudgedStep[],
): { readonly result: SearchResult; readonly pValue: number | null; readonly reasons: readonly Reason[] } {
  const asked = steps.map(({ step }) => step)
  const breaks = extreme(
    Math.min,
    asked.filter(({ verdict }) => verdict === 'fail').map(({ value }) => value),
  )
  const held = asked.filter(({ verdict, value }) => verdict === 'pass' && (breaks === null || value < breaks))
  const holds = extreme(
    Math.max,
    held.map(({ value }) => value),
  )
  const { parameter, unit, from, to, precision } = spec
  const result: SearchResult = {
    parameter,
    unit,
    from,
    to,
    precision,
    atLeast: spec.atLeast ?? null,
    holds,
    breaks,
    steps: asked,
  }
  const early = steps.filter(
    ({ step }) => step.verdict === 'fail' && spec.atLeast !== undefined && step.value <= spec.atLeast,
  )
  if (early.length > 0) return { result, ...brokeEarly(spec, early, steps.length) }
  const enough =
    spec.atLeast === undefined ? holds !== null || breaks !== null : holds !== null && holds >= spec.atLeast
  return { result, pValue: null, reasons: enough ? [] : undecided(spec, result) }
}

/** Steps without a p-value are proven otherwise: by a guard, or by a reading. */
function brokeEarly(
  spec: SearchSpec,
  early: readonly JudgedStep[],
  asked: number,
): { pValue: number | null; reasons: Reason[] } {
  const smallest = early.reduce((one, other) => (other.step.value < one.step.value ? other : one))
  const must = `must hold ${inUnit(spec, spec.atLeast ?? spec.to)}`
  const detail = `it breaks at ${inUnit(spec, smallest.step.value)}, ${must}`
  const sure = early.some(({ pValue }) => pValue === null)
  const pValue = sure ? null : Math.min(1, Math.min(...early.map((step) => step.pValue ?? 1)) * asked)
  if (pValue === null || pValue <= JUDGING_ALPHA) return { pValue, reasons: [reason('THRESHOLD_TOO_LOW', detail)] }
  return {
    pValue,
    reasons: [
      reason(
        'UNDECIDED',
        `it may break at ${inUnit(spec, smallest.step.value)}, which is too little to tell after ${asked} steps; ${must}`,
      ),
    ],
  }
}

function undecided(spec: SearchSpec, { holds, steps }: SearchResult): Reason[] {
  const unsure = steps.find(({ verdict }) => verdict !== 'pass' && verdict !== 'fail')
  const least = spec.atLeast === undefined ? '' : `, must hold ${inUnit(spec, spec.atLeast)}`
  const known = holds === null ? 'no value is known to hold' : `it holds ${inUnit(spec, holds)}`
  const [why] = unsure?.reasons ?? []
  const at = unsure ? `; at ${inUnit(spec, unsure.value)} nothing could be told${why ? `: ${why.detail}` : ''}` : ''
  return [reason(why && isDoubt(why) ? why.code : 'UNDECIDED', `${known}${least}${at}`)]
}

/** A step's own failure or a stop must not become the search's. */
function isDoubt({ code }: Reason): boolean {
  return !['OBJECTIVE_MISSED', 'ABORT_LIMIT', 'CANCELLED'].includes(code)
}

function inUnit({ unit }: SearchSpec, value: number): string {
  if (unit === 'ms') return milliseconds(value)
  if (unit === 'ratio') return percent(value)
  return unit === 'count' ? decimal(value) : `${decimal(value)} bytes/s`
}

function extreme(pick: (...values: number[]) => number, values: readonly number[]): number | null {
  return values.length === 0 ? null : pick(...values)
}
