/** What was decided about an objective, an experiment or a run. */
export const VERDICTS = ['pass', 'inconclusive', 'aborted', 'error', 'fail'] as const
export type Verdict = (typeof VERDICTS)[number]

/**
 * The worst of many, in the order of VERDICTS: a proven failure stays one whatever else went wrong,
 * and nothing that is not a pass can become one. An empty list is an error: nothing was judged.
 */
export function worstVerdict(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.length === 0) return 'error'
  return verdicts.reduce((worst, verdict) => (VERDICTS.indexOf(verdict) > VERDICTS.indexOf(worst) ? verdict : worst))
}

/** Why a verdict is not a plain pass. A closed list; docs/verdicts.md explains each. */
export const REASONS = [
  // inconclusive: we cannot tell
  'NO_DATA',
  'TOO_FEW_SLICES',
  'LOW_TRAFFIC',
  'UNDECIDED',
  'BASELINE_UNHEALTHY',
  'NOT_INJECTED',
  'NOT_EFFECTIVE',
  'NOT_OBSERVED',
  'BUCKET_TOO_COARSE',
  'CENSORED_QUANTILE',
  'PARTIAL_DATA',
  'CLOCK_SKEW',
  'COUNTER_RESET',
  'LOAD_NOT_DELIVERED',
  'ABORTED_EXTERNALLY',
  'CLEANUP_UNPROVEN',
  // fail: the system under test did not hold
  'OBJECTIVE_MISSED',
  'ABORT_LIMIT',
  'NOT_RECOVERED',
  'THRESHOLD_TOO_LOW',
  'CHECK_FAILED',
  'GATE_LOOSENED',
  // error: we could not do our job
  'PLATFORM_FAILED',
  'TRAFFIC_FAILED',
  'ENGINE_FAILED',
  'SHARD_MISSING',
  'INTERNAL',
  // aborted
  'CANCELLED',
] as const
export type ReasonCode = (typeof REASONS)[number]

const FAIL: ReadonlySet<ReasonCode> = new Set([
  'OBJECTIVE_MISSED',
  'ABORT_LIMIT',
  'NOT_RECOVERED',
  'THRESHOLD_TOO_LOW',
  'CHECK_FAILED',
  'GATE_LOOSENED',
])
const ERROR: ReadonlySet<ReasonCode> = new Set([
  'PLATFORM_FAILED',
  'TRAFFIC_FAILED',
  'ENGINE_FAILED',
  'SHARD_MISSING',
  'INTERNAL',
])

/** The verdict that a reason leads to by itself. */
export function verdictOfReason(code: ReasonCode): Exclude<Verdict, 'pass'> {
  if (FAIL.has(code)) return 'fail'
  if (ERROR.has(code)) return 'error'
  return code === 'CANCELLED' ? 'aborted' : 'inconclusive'
}
