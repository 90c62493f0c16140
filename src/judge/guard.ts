import { SeaworthyError } from '../kit/errors.ts'
import { createEProcess } from '../kit/statistics/e-process.ts'

/** How often all guards of a run together may abort a service that keeps its limit. */
export const FALSE_ABORT_ALPHA = 0.01

export interface Guard {
  /** Takes the next complete slice and says whether the breach is proven. Once fired, a guard stays so. */
  readonly feed: (slice: { readonly n: number; readonly bad: number }) => boolean
}

/** The alpha of one of several guards. */
export function guardAlpha(guards: number): number {
  return FALSE_ABORT_ALPHA / Math.max(1, guards)
}

/**
 * Watches a share of good slice by slice and fires when it is proven to be below a ratio. A service that keeps
 * the ratio is aborted with a chance of at most alpha, however long one watches (kit/statistics/e-process.ts).
 * Throws SeaworthyError('INTERNAL') for a ratio or alpha that cannot be.
 */
export function createGuard({ below, alpha }: { readonly below: number; readonly alpha: number }): Guard {
  if (!(below > 0 && below <= 1) || !(alpha > 0 && alpha < 1)) {
    throw new SeaworthyError('INTERNAL', `a guard cannot be made of below ${below}, alpha ${alpha}`)
  }
  const limit = 1 - below
  const process = limit > 0 ? createEProcess(limit) : undefined
  let fired = false
  return {
    feed: ({ n, bad }) => {
      if (!(n > 0) || !(bad >= 0)) return fired
      // Where nothing at all may fail, one failure is the proof.
      const proven = process ? process.add(Math.min(bad, n), n) >= 1 / alpha : bad > 0
      fired ||= proven
      return fired
    },
  }
}
