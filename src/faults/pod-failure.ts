import * as z from 'zod'
import type { Effect, TargetFacts } from '../model/fault.ts'
import type { Reading } from '../model/recipe.ts'
import { defineFault } from './define-fault.ts'
import { workloadCrossing } from './parts/links.ts'
import { replicaAnswersProbe } from './parts/probes.ts'
import { onEvery, readingOf, unseen } from './parts/readings.ts'

const parameters = z.strictObject({})

/** Keeps replicas down for the whole fault, where pod-kill lets them come back. */
export const podFailure = defineFault<z.infer<typeof parameters>>({
  type: 'pod-failure',
  group: 'workload',
  summary: 'Takes replicas down and keeps them down until the fault ends.',
  notes: {
    mechanism: 'The replica is killed and the supervisor is told not to start it again.',
    proof: 'The replica answered its readiness check before, and answers none of 20 attempts under the fault.',
    ends: "The agent lets the supervisor start the replica again, at the latest at the fault's deadline.",
    example: '{type: pod-failure, target: {workload: web, mode: one}}',
  },
  platforms: ['process'],
  parameters,
  searchable: {},
  defaultMode: 'one',
  recipe: (_, facts) => ({
    mechanism: 'SIGKILL, restart held back',
    apply: facts.replicas.map((replica) => ({ do: 'hold', replica })),
    undo: facts.replicas.map((replica) => ({ do: 'release', replica })),
    expires: 'agent',
    evidence: replicaAnswersProbe(facts.replicas),
    crossing: workloadCrossing(facts),
  }),
  effect: (_, before, under, facts) => failureEffect(before, under, facts),
  describe: () => '',
})

/** Proven where the replicas answered before and not one attempt is answered under the fault. */
function failureEffect(before: Reading | undefined, under: Reading, facts: TargetFacts): Effect {
  const later = readingOf(under, 'replica-answers')
  if (!later) return unseen(facts, 'the replicas could not be asked')
  const earlier = readingOf(before, 'replica-answers')
  const was = earlier ? `${earlier.answered} of ${earlier.attempts} before` : 'not asked before'
  const seen = `${facts.replicas.join(', ')} answered ${was}, ${later.answered} of ${later.attempts} under the fault`
  const effective = (earlier?.answered ?? 0) > 0 && later.attempts > 0 && later.answered === 0
  return { injected: onEvery(facts, true, 'taken down'), effective, seen }
}
