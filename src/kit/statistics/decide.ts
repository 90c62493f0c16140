import { LEAST_SLICES, mostBadToPass, quantileMinimum, zeroFailureMinimum } from './sample-size.ts'

/** What is asked of a number: a share of bad within a limit, a quantile, or a series of values. */
export type Question =
  /** `limitRatio`: the share of bad that is allowed; for a rise against a baseline, the margin. */
  | { readonly ask: 'share'; readonly limitRatio: number }
  | { readonly ask: 'rise'; readonly limitRatio: number }
  | { readonly ask: 'quantile'; readonly quantile: number }
  | { readonly ask: 'series' }

/** Whether a question can be answered at all with what is expected to be measured. */
export interface Decidable {
  readonly atLeast: number
  readonly passesWithUpTo: number | undefined
  /** Undefined where it is not known how much there will be. */
  readonly enough: boolean | undefined
}

/** `expected`: events, or slices for a series; undefined where the source is not ours. No design effect is assumed. */
export function decide(question: Question, expected: number | undefined): Decidable {
  const atLeast = leastFor(question)
  const passesWithUpTo =
    question.ask === 'share' && expected !== undefined ? mostBadToPass(expected, question.limitRatio) : undefined
  return { atLeast, passesWithUpTo, enough: expected === undefined ? undefined : expected >= atLeast }
}

function leastFor(question: Question): number {
  switch (question.ask) {
    case 'share':
      return zeroFailureMinimum(question.limitRatio)
    // Both sides have their own uncertainty, so a rise needs at least what its margin would need as a limit.
    case 'rise':
      return zeroFailureMinimum(question.limitRatio)
    case 'quantile':
      return quantileMinimum(question.quantile)
    case 'series':
      return LEAST_SLICES
  }
}
