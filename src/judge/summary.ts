import type { Reason } from '../model/journal.ts'
import type { ReasonCode, Verdict } from '../model/verdict.ts'
import type { ExperimentVerdict } from './facts.ts'
import { verdictOfReason } from './fold.ts'
import { plural } from './words.ts'

/** Why experiments could not be judged, when it is the same for all of them. */
const DOUBTS: Partial<Record<ReasonCode, string>> = {
  LOW_TRAFFIC: 'too little traffic to judge',
  UNDECIDED: 'too close to call in',
  NO_DATA: 'no data to judge',
  NOT_INJECTED: 'the fault did not reach every target in',
  NOT_EFFECTIVE: 'the fault had no measured effect in',
  NOT_OBSERVED: 'no judged traffic met the fault in',
  BASELINE_UNHEALTHY: 'unhealthy before the fault in',
}

const ERRORS: Partial<Record<ReasonCode, string>> = {
  PLATFORM_FAILED: 'platform failed',
  TRAFFIC_FAILED: 'traffic failed',
  ENGINE_FAILED: 'engine failed',
  INTERNAL: 'internal error',
}

export interface SummaryFacts {
  readonly verdict: Verdict
  readonly reasons: readonly Reason[]
  readonly experiments: readonly ExperimentVerdict[]
  readonly leftovers: number
}

/** The verdict as a sentence of counts and fixed words: nothing that a suite or a service said can reach it. */
export function summarize(facts: SummaryFacts): string {
  const { leftovers, verdict } = facts
  if (leftovers === 0) return statement(facts)
  const link = verdict === 'pass' ? ', but ' : ', and '
  return `${statement(facts)}${link}${plural(leftovers, 'thing is', 'things are')} left behind`
}

function statement(facts: SummaryFacts): string {
  const { experiments, verdict } = facts
  const held = experiments.filter((one) => one.ran && one.verdict === 'pass').length
  const broken = experiments.filter((one) => one.verdict === 'fail').length
  const of = (some: number) => `${some} of ${plural(experiments.length, 'experiment')}`
  switch (verdict) {
    case 'pass':
      return `${of(held)} held`
    case 'fail':
      return `${of(broken)} did not hold`
    case 'inconclusive':
      return unsure(facts, of)
    case 'aborted':
      return `the run was cancelled, ${of(held + broken)} judged`
    case 'error':
      return errored(facts, of)
  }
}

function unsure({ experiments, reasons }: SummaryFacts, of: (some: number) => string): string {
  const doubtful = experiments.filter(({ verdict }) => verdict === 'inconclusive')
  if (doubtful.length === 0 && reasons.some(({ code }) => code === 'CLEANUP_UNPROVEN')) {
    return `${of(experiments.length)} held, but something outside the plan changed`
  }
  const codes = new Set(doubtful.flatMap((one) => one.reasons.map(({ code }) => code)))
  const [only] = codes
  const phrase = codes.size === 1 && only !== undefined ? DOUBTS[only] : undefined
  return phrase === undefined ? `${of(doubtful.length)} could not be judged` : `${phrase} ${of(doubtful.length)}`
}

function errored({ experiments, reasons }: SummaryFacts, of: (some: number) => string): string {
  const failed = experiments.filter(({ verdict }) => verdict === 'error').length
  const code = reasons.map((one) => one.code).find((one) => verdictOfReason(one) === 'error')
  const what = code === undefined ? undefined : ERRORS[code]
  const prefix = what === undefined ? '' : `${what}, `
  return failed === 0 ? `${prefix}nothing was judged` : `${prefix}${of(failed)} could not be judged`
}
