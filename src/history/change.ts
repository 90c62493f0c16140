import { holm } from '../kit/statistics/holm.ts'
import { mannWhitney } from '../kit/statistics/mann-whitney.ts'
import { median } from '../kit/statistics/median.ts'
import type { Change, Series } from '../model/history.ts'

/** The latest so many runs are compared with at most so many before them, and not at all with fewer. */
export const LATELY = 5
const BEFORE = { least: 5, most: 30 } as const
const ALPHA = 0.05
/** What is significant may still be too little to act on. */
const MARGIN = { sharePoints: 0.1, ratio: 0.1 } as const

export type Uncompared = Omit<Series, 'change'>

interface Compared {
  readonly is: 'worse' | 'better'
  readonly pValue: number
  readonly before: readonly number[]
  readonly lately: readonly number[]
}

/**
 * Says of each series whether its last five numbers are worse or better than up to thirty before them: Mann and
 * Whitney's rank test, one-sided towards the side to which the median moved (so at half of the level each), corrected
 * after Holm over all series given, at 5 % together; and the median must have moved by at least a tenth of itself, or by
 * 0.1 points for a share. Only numbers of the same fault are compared. Fewer than five on either side: too few.
 */
export function withChanges(series: readonly Uncompared[]): readonly Series[] {
  const compared = series.map(compare)
  const adjusted = holm(compared.flatMap((one) => (one ? [Math.min(1, 2 * one.pValue)] : [])))
  let next = 0
  return series.map((one, place) => {
    const comparison = compared[place]
    const change = comparison ? decided(one, comparison, adjusted[next++] ?? 1) : tooFew(one)
    return { ...one, change }
  })
}

function decided(series: Uncompared, { is, before, lately }: Compared, pValue: number): Change {
  const [then, now] = [median(before), median(lately)]
  const moved = then !== undefined && now !== undefined && Math.abs(now - then) >= leastMove(series, then)
  return {
    is: moved && pValue <= ALPHA ? is : 'same',
    before: { n: before.length, median: then ?? null },
    lately: { n: lately.length, median: now ?? null },
    pValue,
  }
}

function tooFew(series: Uncompared): Change {
  const values = valuesOf(series)
  return {
    is: 'too-few',
    before: { n: Math.max(0, values.length - LATELY), median: null },
    lately: { n: Math.min(LATELY, values.length), median: median(values.slice(-LATELY)) ?? null },
    pValue: null,
  }
}

function leastMove({ unit }: Uncompared, then: number): number {
  return unit === 'share' ? MARGIN.sharePoints / 100 : Math.abs(then) * MARGIN.ratio
}

function compare(series: Uncompared): Compared | undefined {
  const values = valuesOf(series)
  const lately = values.slice(-LATELY)
  const before = values.slice(0, -LATELY).slice(-BEFORE.most)
  if (before.length < BEFORE.least) return undefined
  const lower = mannWhitney(lately, before, 'less').pValue
  const higher = mannWhitney(lately, before, 'greater').pValue
  const fell = lower < higher
  return {
    is: fell === (series.goodSide === 'high') ? 'worse' : 'better',
    pValue: Math.min(lower, higher),
    before,
    lately,
  }
}

/** A number beyond what could be measured ranks as its nearest bound: what never recovered is no faster for it. */
function valuesOf({ points, goodSide }: Uncompared): number[] {
  return points.flatMap(({ value, low, high, comparable }) => {
    const rank = value ?? (goodSide === 'low' ? low : high)
    return comparable && rank !== null ? [rank] : []
  })
}
