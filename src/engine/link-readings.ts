import type { LinkMatch, Probe, Reading, Recipe } from '../model/recipe.ts'

type LinkReading = Extract<Reading, { readonly probe: 'link-rule' }>

/**
 * Every probe that a recipe's evidence needs: a fault on links may have several rules, on the links where its target serves and
 * on those where it calls, and each is looked at by itself.
 */
export function probesOf(recipe: Recipe): readonly Probe[] {
  const { evidence } = recipe
  if (evidence.probe !== 'link-rule') return [evidence]
  const rules = recipe.apply.filter((action) => action.do === 'add-link-rule')
  return rules.length === 0 ? [evidence] : rules.map(({ id, links }) => ({ ...evidence, id, links }))
}

/** Every match of links where judged traffic can meet the fault, each once. */
export function crossingsOf(recipe: Recipe): readonly LinkMatch[] {
  const rules = recipe.apply.flatMap((action) => (action.do === 'add-link-rule' ? [action.links] : []))
  const unlike = new Map(rules.map((links) => [JSON.stringify(links), links]))
  return unlike.size > 0 ? [...unlike.values()] : [recipe.crossing]
}

export interface ReadingPair {
  readonly before: Reading | undefined
  readonly under: Reading
}

/**
 * Readings of several rules become one pair. Counts add up, the rules must all be in force, and where a single number stands for
 * many it is that of the rule whose round trip changed least, so that the whole is never believed more than its weakest part; the
 * time for which traffic was held is that of the rule which most of it met.
 * `before` may be undefined; `under` must not be empty.
 */
export function joinReadings(
  before: readonly Reading[] | undefined,
  under: readonly [Reading, ...Reading[]],
): ReadingPair {
  if (under.length === 1) return { before: before?.[0], under: under[0] }
  const later = under.filter((reading) => reading.probe === 'link-rule')
  const earlier = before?.filter((reading) => reading.probe === 'link-rule')
  const weakest = leastChanged(earlier, later)
  return {
    before: earlier && earlier.length > 0 ? sum(earlier, earlier[weakest]?.answers.medianMs) : undefined,
    under: sum(later, later[weakest]?.answers.medianMs),
  }
}

function leastChanged(before: readonly LinkReading[] | undefined, under: readonly LinkReading[]): number {
  const rises = under.map((reading, at) => {
    const [was, is] = [before?.[at]?.answers.medianMs, reading.answers.medianMs]
    return was === undefined || is === undefined ? Number.POSITIVE_INFINITY : is - was
  })
  return rises.indexOf(Math.min(...rises))
}

function sum(readings: readonly LinkReading[], medianMs: number | undefined): Reading {
  const total = (value: (reading: LinkReading) => number) => readings.reduce((all, reading) => all + value(reading), 0)
  const busiest = readings.toSorted((a, b) => b.bytesHit - a.bytesHit || b.requestsHit - a.requestsHit)[0]
  return {
    probe: 'link-rule',
    active: readings.length > 0 && readings.every(({ active }) => active),
    connections: total(({ connections }) => connections),
    connectionsHit: total(({ connectionsHit }) => connectionsHit),
    requestsMatched: total(({ requestsMatched }) => requestsMatched),
    requestsHit: total(({ requestsHit }) => requestsHit),
    bytesHit: total(({ bytesHit }) => bytesHit),
    medianHeldMs: busiest?.medianHeldMs,
    answers: {
      attempts: total(({ answers }) => answers.attempts),
      answered: total(({ answers }) => answers.answered),
      medianMs,
      statuses: statuses(readings),
    },
  }
}

function statuses(readings: readonly LinkReading[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>()
  for (const { answers } of readings) {
    for (const [status, count] of Object.entries(answers.statuses))
      counts.set(status, (counts.get(status) ?? 0) + count)
  }
  return Object.fromEntries(counts)
}
