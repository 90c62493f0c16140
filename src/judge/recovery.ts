import { binomialUpperTail } from '../kit/statistics/binomial.ts'
import { exactUpperBound } from '../kit/statistics/exact-bounds.ts'
import { JUDGING_ALPHA } from '../kit/statistics/sample-size.ts'
import type { Reason, Recovery } from '../model/journal.ts'
import type { Measurement, Slice } from '../model/measurement.ts'
import type { PlannedObjective } from '../model/plan.ts'
import { unitOf } from '../model/unit-of.ts'
import { checkData } from './check-data.ts'
import { reason } from './finding.ts'
import type { Measurements } from './judge-objective.ts'
import { poolShare } from './share.ts'
import { isWithin, valuesOf } from './value.ts'
import { milliseconds } from './words.ts'

/** So many good slices in a row are a recovery, and not luck. */
const GOOD_SLICES = 3

/** Recovered after more than `lowMs` and at most `highMs` from the end of the fault; null: not while anybody looked. */
export interface RecoveryInterval {
  readonly lowMs: number
  readonly highMs: number | null
}

/**
 * When a series was back after the fault: in the first slice that starts a run of three good ones.
 * Only that slice's own borders are known, so the answer is the interval between them. Slices without a number break a run.
 */
export function recoveryInterval(
  slices: readonly Slice[],
  { faultEndMs, sliceMs, isGood }: { faultEndMs: number; sliceMs: number; isGood: (slice: Slice) => boolean },
): RecoveryInterval {
  const after = slices.filter(({ startMs }) => startMs + sliceMs > faultEndMs)
  const good = after.map(isGood)
  const first = good.findIndex(
    (_, index) => good.slice(index, index + GOOD_SLICES).filter(Boolean).length === GOOD_SLICES,
  )
  // Not recovered: the last slice that could still have started a run is the last in which it is known not to have.
  const last = after[first >= 0 ? first : Math.max(0, after.length - GOOD_SLICES + 1)]
  const startMs = Math.max(0, (last?.startMs ?? faultEndMs) - faultEndMs)
  return { lowMs: startMs, highMs: first >= 0 && last ? last.startMs + sliceMs - faultEndMs : null }
}

export interface RecoveryInput {
  readonly objectives: readonly PlannedObjective[]
  readonly measured: (objective: string) => Measurements
  readonly faultEndMs: number
  /** Where the recovery window ended, from the end of the fault. */
  readonly windowMs: number
  readonly limitMs: number | undefined
}

/**
 * The recovery of an experiment: that of the objective which came back last. Held against `recovery.within`, or else
 * against the recovery window itself: an objective that is not back when it ends did not recover.
 * Undefined when there is nothing to look at.
 */
export function judgeRecovery(
  input: RecoveryInput,
): { readonly recovery: Recovery; readonly reasons: readonly Reason[] } | undefined {
  if (input.objectives.length === 0) return undefined
  const limitMs = input.limitMs ?? null
  const single = input.objectives.map((objective) => ({ objective, ...recoveryOf(objective, input) }))
  const blind = single.find(({ problem }) => problem !== undefined)
  if (blind?.problem) {
    const recovery: Recovery = {
      lowMs: 0,
      highMs: null,
      limitMs,
      objective: blind.objective.name,
      verdict: 'inconclusive',
    }
    return { recovery, reasons: [{ ...blind.problem, objective: blind.objective.name }] }
  }
  const last = single.reduce((worst, one) => (isLater(one.interval, worst.interval) ? one : worst))
  const recovery = { ...last.interval, limitMs, objective: last.objective.name }
  const { verdict, reasons } = holdAgainst(last.interval, input.limitMs ?? input.windowMs)
  return {
    recovery: { ...recovery, verdict },
    reasons: reasons.map((one) => ({ ...one, objective: last.objective.name })),
  }
}

function holdAgainst(
  { lowMs, highMs }: RecoveryInterval,
  limitMs: number,
): { verdict: 'pass' | 'fail' | 'inconclusive'; reasons: Reason[] } {
  const limit = `at most ${milliseconds(limitMs)} are allowed`
  if (highMs !== null && highMs <= limitMs) return { verdict: 'pass', reasons: [] }
  if (highMs === null) {
    const detail = `it had not recovered ${milliseconds(lowMs)} after the fault had ended, ${limit}`
    return { verdict: 'fail', reasons: [reason('NOT_RECOVERED', detail)] }
  }
  const detail = `it recovered between ${milliseconds(lowMs)} and ${milliseconds(highMs)} after the fault had ended, ${limit}`
  if (lowMs >= limitMs) return { verdict: 'fail', reasons: [reason('NOT_RECOVERED', detail)] }
  return { verdict: 'inconclusive', reasons: [reason('UNDECIDED', detail)] }
}

function recoveryOf(
  objective: PlannedObjective,
  input: RecoveryInput,
): { interval: RecoveryInterval; problem?: Reason } {
  const measured = input.measured(objective.name)
  const [before, after] = [
    checkData(objective, 'baseline', measured.baseline),
    checkData(objective, 'recovery', measured.recovery),
  ]
  const nothing = { lowMs: 0, highMs: null }
  const [problem] = [...before.problems, ...after.problems]
  if (!before.usable || !after.usable || problem) {
    return { interval: nothing, problem: problem ?? reason('NO_DATA', 'nothing was measured after the fault') }
  }
  const { sliceMs, slices } = after.usable
  const isGood = goodSlice(objective, before.usable)
  return { interval: recoveryInterval(slices, { faultEndMs: input.faultEndMs, sliceMs, isGood }) }
}

/**
 * Whether a slice is as before. For shares: at most the baseline's upper bound, or so little above it that a slice of this
 * size is so by chance. For quantiles and values: no worse than the worst slice before, or than what is needed anyway.
 */
function goodSlice(objective: PlannedObjective, baseline: Measurement): (slice: Slice) => boolean {
  const { need, indicator } = objective
  if (unitOf(indicator) !== 'share') {
    const values = valuesOf(baseline)
    if (need.kind === 'above')
      return ({ value }) => value !== null && (value >= Math.min(...values) || isWithin(value, need))
    const limit =
      need.kind === 'below'
        ? need.value
        : need.kind === 'increase'
          ? Math.max(...values) + Math.max(0, need.atMost)
          : Number.NEGATIVE_INFINITY
    return ({ value }) => value !== null && value <= Math.max(limit, ...values)
  }
  const { most } = poolShare(baseline)
  const upper = exactUpperBound(most.k, most.n, JUDGING_ALPHA)
  return ({ n, bad }) => n > 0 && (bad <= upper * n || binomialUpperTail(bad, n, upper) > JUDGING_ALPHA)
}

function isLater(one: RecoveryInterval, other: RecoveryInterval): boolean {
  if (one.highMs === null || other.highMs === null) return one.highMs === null && other.highMs !== null
  return one.highMs > other.highMs
}
