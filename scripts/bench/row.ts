/** One line of the bench. */
export interface Row {
  readonly what: string
  readonly measured: number
  readonly unit: string
  /** Most, or least, that is wanted; null where the figure only informs. */
  readonly target: { readonly atMost: number } | { readonly atLeast: number } | null
  /** What it was compared with in the same run, in words and numbers. */
  readonly peer: string
}

/** Null where there is no target. */
export function isMet({ measured, target }: Row): boolean | null {
  if (!target) return null
  return 'atMost' in target ? measured <= target.atMost : measured >= target.atLeast
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const upper = sorted[Math.floor(middle)] ?? Number.NaN
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? Number.NaN) + upper) / 2 : upper
}

export function round(value: number, digits = 2): number {
  return Number(value.toFixed(digits))
}
