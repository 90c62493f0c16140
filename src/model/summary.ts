import type { JournalExperiment, Reason } from './journal.ts'
import { type ReasonCode, type Verdict, verdictOfReason } from './verdict.ts'

/** What the sentence of a verdict is made from. */
export interface SummaryFacts {
  readonly verdict: Verdict
  /** Of the run as a whole first, then those of its experiments. */
  readonly reasons: readonly Pick<Reason, 'code'>[]
  readonly experiments: readonly Pick<JournalExperiment, 'ran' | 'verdict' | 'reasons'>[]
  readonly leftovers: number
}

/** The verdict as a sentence of counts and fixed words: nothing that a suite or a service said can reach it. */
export function summarize(facts: SummaryFacts): string {
  return `${statement(facts)}${leftBehind(facts.leftovers, facts.verdict === 'pass' ? ', but ' : ', and ')}`
}

/** `2 of 6 experiments did not hold`, and its likes for the other verdicts. */
export function statement(facts: Omit<SummaryFacts, 'leftovers'>): string {
  const { experiments, verdict, reasons } = facts
  const held = experiments.filter((one) => one.ran && one.verdict === 'pass').length
  const broken = experiments.filter((one) => one.verdict === 'fail').length
  switch (verdict) {
    case 'pass':
      return `${outOf(held, experiments)} held`
    case 'fail':
      return broken === 0 && reasons.some(({ code }) => code === 'GATE_LOOSENED')
        ? 'this change loosens its own gate'
        : `${outOf(broken, experiments)} did not hold`
    case 'inconclusive':
      return unsure(facts)
    case 'aborted':
      return `the run was cancelled, ${outOf(held + broken, experiments)} judged`
    case 'error':
      return errored(facts)
  }
}

/** `, and 2 things are left behind`; nothing where nothing is. */
export function leftBehind(leftovers: number, link: ', but ' | ', and '): string {
  if (leftovers === 0) return ''
  return `${link}${leftovers} ${leftovers === 1 ? 'thing is' : 'things are'} left behind`
}

/** `2 of 6 experiments` */
export function outOf(count: number, { length }: readonly unknown[]): string {
  return `${count} of ${length} ${length === 1 ? 'experiment' : 'experiments'}`
}

function unsure({ experiments, reasons }: Pick<SummaryFacts, 'experiments' | 'reasons'>): string {
  const doubtful = experiments.filter(({ verdict }) => verdict === 'inconclusive')
  if (doubtful.length === 0 && reasons.some(({ code }) => code === 'CLEANUP_UNPROVEN'))
    return `${outOf(experiments.length, experiments)} held, but something outside the plan changed`
  const codes = new Set(doubtful.flatMap((one) => one.reasons.map(({ code }) => code)))
  const [only] = codes
  const phrase = codes.size === 1 && only !== undefined ? DOUBTS[only] : undefined
  const counted = outOf(doubtful.length, experiments)
  return phrase === undefined ? `${counted} could not be judged` : `${phrase} ${counted}`
}
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

function errored({ experiments, reasons }: Pick<SummaryFacts, 'experiments' | 'reasons'>): string {
  const failed = experiments.filter(({ ran, verdict }) => !ran || verdict === 'error').length
  const code = reasons.map((one) => one.code).find((one) => verdictOfReason(one) === 'error')
  const what = code === undefined ? undefined : ERRORS[code]
  const prefix = what === undefined ? '' : `${what}, `
  return failed === 0 ? `${prefix}nothing was judged` : `${prefix}${outOf(failed, experiments)} could not be judged`
}
const ERRORS: Partial<Record<ReasonCode, string>> = {
  PLATFORM_FAILED: 'platform failed',
  TRAFFIC_FAILED: 'traffic failed',
  ENGINE_FAILED: 'engine failed',
  SHARD_MISSING: 'shard missing',
  INTERNAL: 'internal error',
}
