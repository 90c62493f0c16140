import { normalUpperTail } from './normal.ts'
import { midRanks } from './ranks.ts'

export type Alternative = 'two-sided' | 'greater' | 'less'

/** The exact distribution is used up to this many in the smaller sample, and only without ties. */
const EXACT_UP_TO = 8

/**
 * Mann and Whitney's U of the first sample and its p-value, exact for small samples without ties and by the normal
 * approximation with ties and continuity corrected elsewhere: the choices of SciPy's `mannwhitneyu`.
 * The p-value is NaN when a sample is empty.
 */
export function mannWhitney(
  first: readonly number[],
  second: readonly number[],
  alternative: Alternative = 'two-sided',
  method: 'auto' | 'exact' | 'asymptotic' = 'auto',
): { readonly u: number; readonly pValue: number } {
  if (first.length === 0 || second.length === 0) return { u: Number.NaN, pValue: Number.NaN }
  const { ranks, ties } = midRanks([...first, ...second])
  const sum = ranks.slice(0, first.length).reduce((total, rank) => total + rank, 0)
  const u = sum - (first.length * (first.length + 1)) / 2
  const small = Math.min(first.length, second.length) <= EXACT_UP_TO && ties.every((size) => size === 1)
  const tail = (method === 'auto' ? small : method === 'exact') ? exactTail : asymptoticTail
  const other = first.length * second.length - u
  const sizes = { m: first.length, n: second.length, ties }
  if (alternative === 'greater') return { u, pValue: tail(u, sizes) }
  if (alternative === 'less') return { u, pValue: tail(other, sizes) }
  return { u, pValue: Math.min(1, 2 * tail(Math.max(u, other), sizes)) }
}

interface Sizes {
  readonly m: number
  readonly n: number
  readonly ties: readonly number[]
}

/** P(U >= u) by counting arrangements. */
function exactTail(u: number, { m, n }: Sizes): number {
  const counts = arrangements(m, n)
  const total = counts.reduce((sum, count) => sum + count, 0)
  return counts.slice(Math.ceil(u)).reduce((sum, count) => sum + count, 0) / total
}

/** How many of the arrangements of m among m + n have each value of U: the Gaussian binomial's coefficients. */
function arrangements(m: number, n: number): number[] {
  const size = m * n + 1
  let counts = new Array<number>(size).fill(0)
  counts[0] = 1
  for (let step = 1; step <= m; step++) {
    const next = [...counts]
    for (let u = size - 1; u >= n + step; u--) next[u] = (next[u] ?? 0) - (next[u - n - step] ?? 0)
    for (let u = step; u < size; u++) next[u] = (next[u] ?? 0) + (next[u - step] ?? 0)
    counts = next
  }
  return counts
}

/** P(U >= u) of the normal approximation. */
function asymptoticTail(u: number, { m, n, ties }: Sizes): number {
  const total = m + n
  const tied = ties.reduce((sum, size) => sum + (size ** 3 - size), 0)
  const deviation = Math.sqrt(((m * n) / 12) * (total + 1 - tied / (total * (total - 1))))
  if (deviation === 0) return 1
  return normalUpperTail((u - (m * n) / 2 - 0.5) / deviation)
}
