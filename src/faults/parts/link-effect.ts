import type { Effect } from '../../model/effect.ts'
import type { TargetFacts } from '../../model/fault.ts'
import type { Reading } from '../../model/recipe.ts'
import type { Seen } from './cluster-effect.ts'
import { type LinkAnswers, onEvery, type ReadingOf, readingOf, unseen } from './readings.ts'
import { counted, ms } from './words.ts'

/**
 * What all faults on links have in common: without the rule in force on the links, nothing was injected, whatever else was seen.
 * `look` decides on the rest from the readings.
 */
export function linkEffect(
  before: Reading | undefined,
  under: Reading,
  facts: TargetFacts,
  look: (under: ReadingOf<'link-rule'>, before: ReadingOf<'link-rule'> | undefined) => Seen,
): Effect {
  const later = readingOf(under, 'link-rule')
  if (!later) return unseen(facts, 'the links could not be looked at')
  if (!later.active) return unseen(facts, 'the rule is not in force on its links')
  const { effective, seen } = look(later, readingOf(before, 'link-rule'))
  return { injected: onEvery(facts, true, 'the rule is in force on its links'), effective, seen }
}

/** By how much the median round trip rose, in ms; undefined where one of the two was not measured. */
export function roundTripRise(under: LinkAnswers, before: LinkAnswers | undefined): number | undefined {
  if (under.medianMs === undefined || before?.medianMs === undefined) return undefined
  return under.medianMs - before.medianMs
}

/** `round trip 0.4 → 201.3 ms, median of 20`, or that nothing was answered. */
export function spokenRoundTrip(under: LinkAnswers, before: LinkAnswers | undefined): string {
  if (under.attempts === 0) return 'no round trip could be tried'
  if (under.answered === 0) return `none of ${counted(under.attempts, 'attempt')} was answered`
  return `round trip ${ms(before?.medianMs)} → ${ms(under.medianMs)} ms, median of ${under.answered}`
}

/** How many attempts got each status that was not seen before: `12 of 20 probes got a 503`. */
export function spokenStatus(under: LinkAnswers, status: number): string {
  return `${under.statuses[String(status)] ?? 0} of ${counted(under.attempts, 'probe')} got a ${status}`
}

/** The probes got this status more often than before: the effect is there, whether or not any traffic met it. */
export function probesGot(status: number, under: LinkAnswers, before: LinkAnswers | undefined): boolean {
  const key = String(status)
  return (under.statuses[key] ?? 0) > (before?.statuses[key] ?? 0)
}

/** `87 of 870 matching requests were hit`. */
export function spokenRequests(under: ReadingOf<'link-rule'>): string {
  return `${under.requestsHit} of ${counted(under.requestsMatched, 'matching request')} hit`
}
