import type { Estimate, Reason } from '../model/journal.ts'
import type { ReasonCode, Verdict } from '../model/verdict.ts'

/** What the numbers alone say about one objective, before anything that makes them worth less. */
export interface Finding {
  readonly verdict: Extract<Verdict, 'pass' | 'fail' | 'inconclusive'>
  readonly reasons: readonly Reason[]
  /** One-sided, of `it does not hold`. */
  readonly pValue: number | null
  /** Fault minus baseline, where that is what is limited. */
  readonly increase: Estimate | null
}

export function found(verdict: Finding['verdict'], facts: Partial<Omit<Finding, 'verdict'>> = {}): Finding {
  return { verdict, reasons: [], pValue: null, increase: null, ...facts }
}

export function reason(code: ReasonCode, detail: string): Reason {
  return { code, detail }
}
