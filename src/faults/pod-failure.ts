import * as z from 'zod'
import type { TargetStatus } from '../model/cluster/fault-object.ts'
import type { Effect } from '../model/effect.ts'
import type { TargetFacts } from '../model/fault.ts'
import type { Reading } from '../model/recipe.ts'
import { defineFault } from './define-fault.ts'
import { clusterEffect } from './parts/cluster-effect.ts'
import { WITNESSED } from './parts/identity-effect.ts'
import { imageKey } from './parts/image-key.ts'
import { refuseKeys } from './parts/kubernetes-keys.ts'
import { workloadCrossing } from './parts/links.ts'
import { replicaAnswersProbe } from './parts/probes.ts'
import { onEvery, readingOf, unseen } from './parts/readings.ts'

const WAITING_IMAGE = 'registry.k8s.io/pause:3.10'

const parameters = z.lazy(() =>
  z.strictObject({
    image: imageKey().optional().describe(`On Kubernetes: the image that only waits. Default: ${WAITING_IMAGE}.`),
  }),
)

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
    kubernetes: {
      mechanism:
        'The controller gives every container of the pod an image that only waits; the pod keeps its name, node and address.',
      proof: `The pod was ready before; under the fault it is not, or all of its containers run the waiting image. ${WITNESSED}`,
      ends: 'The controller puts the images back where they still are the ones it wrote, from a record made before.',
    },
  },
  platforms: ['process', 'kubernetes'],
  parameters,
  searchable: {},
  defaultMode: 'one',
  recipe: ({ image }, facts) => {
    refuseKeys('pod-failure', { image })
    return {
      mechanism: 'SIGKILL, restart held back',
      apply: facts.replicas.map((replica) => ({ do: 'hold', replica })),
      undo: facts.replicas.map((replica) => ({ do: 'release', replica })),
      expires: 'agent',
      evidence: replicaAnswersProbe(facts.replicas),
      crossing: workloadCrossing(facts),
    }
  },
  effect: (_, before, under, facts) => failureEffect(before, under, facts),
  cluster: {
    scope: 'namespace',
    actor: 'controller',
    targets: 'pods',
    open: false,
    expires: 'controller',
    onReplaced: 're-apply',
    crossing: 'witness',
    recipe: ({ image = WAITING_IMAGE }) => ({
      actor: 'controller',
      mechanism: `images swapped for ${image}`,
      actions: [{ do: 'swap-images', image }],
    }),
    effect: (_, targets) => swappedEffect(targets),
  },
  describe: () => '',
})

/** Proven where a pod that was ready is not ready, or works on nothing: all its containers run the image that waits. */
function swappedEffect(targets: readonly TargetStatus[]): Effect {
  return clusterEffect(targets, 'object', ({ before, under }) => ({
    effective: before?.ready === true && (under.ready === false || under.state === 'stopped'),
    seen: `${spokenReady(before?.ready)} before, ${spokenReady(under.ready)} under the fault${under.state === 'stopped' ? ', all containers wait' : ''}`,
  }))
}

function spokenReady(ready: boolean | undefined): string {
  if (ready === undefined) return 'not looked at'
  return ready ? 'ready' : 'not ready'
}

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
