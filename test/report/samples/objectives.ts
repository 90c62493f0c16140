import { deriveSeed, seededRandom } from '../../../src/kit/random.ts'
import type { Estimate, JudgedObjective, Reason } from '../../../src/model/journal.ts'
import type { Need } from '../../../src/model/suite.ts'
import type { Verdict } from '../../../src/model/verdict.ts'
import { countSlices, type Lengths, type Profile, valueSlices } from './series.ts'
import { shareEstimate } from './statistics.ts'

type Triple = readonly [number, number, number]
export const STANDARD: Lengths = [20, 20, 20]
const PER_SLICE = 150

interface Shared {
  readonly seed: string
  readonly lengths?: Lengths
  readonly verdict?: Verdict
  readonly reasons?: Reason[]
}

/** The verdict that the bounds give, so that a sample cannot say what its numbers do not. */
export function judge(estimate: Estimate | null, need: Need): Verdict {
  if (estimate === null) return 'inconclusive'
  const low = estimate.low ?? Number.NEGATIVE_INFINITY
  const high = estimate.high ?? Number.POSITIVE_INFINITY
  if (need.kind === 'share') return low >= need.target ? 'pass' : high < need.target ? 'fail' : 'inconclusive'
  if (need.kind === 'above') return low > need.value ? 'pass' : high <= need.value ? 'fail' : 'inconclusive'
  if (need.kind === 'below') return high < need.value ? 'pass' : low >= need.value ? 'fail' : 'inconclusive'
  return high <= need.atMost ? 'pass' : low > need.atMost ? 'fail' : 'inconclusive'
}

const BLANK = {
  baseline: null,
  fault: null,
  recovery: null,
  increase: null,
  pValue: null,
  pHolm: null,
  queries: [] as string[],
}

/** A share of requests, against its target, or (with `need`) against the baseline. */
export function share(
  name: string,
  means: string,
  need: Need,
  bad: Triple,
  profiles: readonly [Profile, Profile, Profile],
  {
    seed,
    lengths = STANDARD,
    perSlice = PER_SLICE,
    line = 12,
    queries = [],
    ...over
  }: Shared & { perSlice?: number; line?: number; queries?: string[] },
): JudgedObjective {
  const [baseline, fault, recovery] = bad.map((count, which) => shareEstimate(count, (lengths[which] ?? 0) * perSlice))
  const verdict = over.verdict ?? judge(fault ?? null, need)
  const failed = verdict === 'fail'
  return {
    ...BLANK,
    name,
    line,
    means,
    need,
    unit: 'share',
    verdict,
    reasons: over.reasons ?? (failed ? [missed(name, `${bad[1]} of ${fault?.n} requests were bad.`)] : []),
    baseline: lengths[0] === 0 ? null : (baseline ?? null),
    fault: lengths[1] === 0 ? null : (fault ?? null),
    recovery: lengths[2] === 0 ? null : (recovery ?? null),
    pValue: verdict === 'inconclusive' ? 0.21 : failed ? 0.000_02 : 0.999,
    pHolm: verdict === 'inconclusive' ? 0.84 : failed ? 0.000_3 : 1,
    slices: countSlices(seededRandom(deriveSeed(1, `${seed}/${name}`)), lengths, perSlice, bad, profiles),
    queries,
  }
}

/** The rise of p99 against the baseline. `rise` is value, low, high; a null high is beyond what could be measured. */
export function p99Rise(
  levels: Triple,
  rise: readonly [number | null, number, number | null],
  { seed, lengths = STANDARD, atMost = 200, ...over }: Shared & { atMost?: number },
): JudgedObjective {
  const need: Need = { kind: 'increase', atMost }
  const n = (lengths[1] ?? 0) * PER_SLICE
  const increase: Estimate = { value: rise[0], low: rise[1], high: rise[2], n, bad: 0, designEffect: 1 }
  const verdict = over.verdict ?? judge(increase, need)
  const [baseline, fault, recovery] = levels.map((value, which) => {
    const beyond = which === 1 && rise[2] === null
    const ends = {
      value: beyond ? null : value,
      low: beyond ? value : value * 0.93,
      high: beyond ? null : value * 1.08,
    }
    return { ...ends, n: (lengths[which] ?? 0) * PER_SLICE, bad: 0, designEffect: 1 }
  })
  return {
    ...BLANK,
    name: 'p99 rise',
    line: 14,
    means: 'p99',
    need,
    unit: 'ms',
    verdict,
    reasons: over.reasons ?? (verdict === 'fail' ? [missed('p99 rise', `p99 rose by more than ${rise[1]} ms.`)] : []),
    baseline: baseline ?? null,
    fault: fault ?? null,
    recovery: recovery ?? null,
    increase,
    slices: valueSlices(seededRandom(deriveSeed(2, seed)), lengths, levels, { noise: 0.3, most: 2_000, n: PER_SLICE }),
  }
}

const LAG_QUERY = 'max(queue_lag_seconds{namespace="preview-pr-482"})'

/** A value from Prometheus that must stay below 30. */
export function queueLag(levels: Triple, top: number, { seed, lengths = STANDARD, ...over }: Shared): JudgedObjective {
  const need: Need = { kind: 'below', value: 30 }
  const at = (value: number, which: number): Estimate => ({
    value,
    low: value * 0.94,
    high: value * 1.07,
    n: lengths[which] ?? 0,
    bad: 0,
    designEffect: 1,
  })
  const fault = at(top, 1)
  return {
    ...BLANK,
    name: 'queue lag',
    line: 16,
    means: 'orders waiting, seconds',
    need,
    unit: 'value',
    verdict: over.verdict ?? judge(fault, need),
    reasons: over.reasons ?? [],
    baseline: at(levels[0], 0),
    fault,
    recovery: at(levels[2], 2),
    slices: valueSlices(seededRandom(deriveSeed(3, seed)), lengths, levels, { noise: 0.12, ramp: 5 }),
    queries: [LAG_QUERY],
  }
}

/** An objective that no number reached. */
export function blind(
  name: string,
  means: string,
  need: Need,
  reason: Reason,
  slices: JudgedObjective['slices'] = [],
): JudgedObjective {
  return {
    ...BLANK,
    name,
    line: 15,
    means,
    need,
    unit: 'share',
    verdict: 'inconclusive',
    reasons: [reason],
    slices,
    queries: ['sum(increase(http_requests_total{namespace="preview-pr-482"}[3s]))'],
  }
}

export function missed(objective: string, detail: string): Reason {
  return { code: 'OBJECTIVE_MISSED', detail, objective }
}
