import type { LinkMatch, Probe } from '../../model/recipe.ts'

/** Enough for a median that one late answer does not move. */
const MOST_ATTEMPTS = 20
const LEAST_ATTEMPTS = 5
/** All attempts of one reading together, if they were sent one after the other. */
const READING_MS = 4_000
const ANSWER_MS = 500

/** Looks at a rule, and asks through its links; `expectedMs` is what the rule adds to each answer. */
export function linkRuleProbe(id: string, links: LinkMatch, expectedMs = 0): Probe {
  const attempts = Math.floor(READING_MS / (expectedMs + 100))
  return {
    probe: 'link-rule',
    id,
    links,
    attempts: Math.min(MOST_ATTEMPTS, Math.max(LEAST_ATTEMPTS, attempts)),
    timeoutMs: Math.ceil(expectedMs * 2 + ANSWER_MS),
  }
}

/** Asks the replicas themselves, past every link. */
export function replicaAnswersProbe(replicas: readonly string[]): Probe {
  return { probe: 'replica-answers', replicas, attempts: MOST_ATTEMPTS, timeoutMs: ANSWER_MS }
}
