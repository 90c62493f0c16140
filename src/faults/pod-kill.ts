import * as z from 'zod'
import { durationMs } from '../kit/scalars.ts'
import { defineFault } from './define-fault.ts'
import { PODS_BY_API } from './parts/cluster-kinds.ts'
import { goneEffect, WITNESSED } from './parts/identity-effect.ts'
import { killEffect } from './parts/killed.ts'
import { workloadCrossing } from './parts/links.ts'
import { spokenMs } from './parts/words.ts'

const parameters = z.lazy(() =>
  z
    .strictObject({
      'grace-period': durationMs
        .prefault('0ms')
        .describe('Time between SIGTERM and SIGKILL. Default: 0ms, killed at once, as a machine that fails does.'),
    })
    .transform((given) => ({ gracePeriod: given['grace-period'] })),
)

/** Ends replicas; the supervisor starts them again. Nothing is left to undo. */
export const podKill = defineFault<z.infer<typeof parameters>>({
  type: 'pod-kill',
  group: 'workload',
  summary: 'Ends whole replicas, at once or after a period of grace; the platform starts them again.',
  notes: {
    mechanism: 'The whole process group of the replica gets SIGKILL, or SIGTERM and after the grace period SIGKILL.',
    proof: 'The process that ran before is gone, or another one (by pid and start time) is in its place. No tolerance.',
    ends: 'There is nothing to end: the supervisor starts the replica again.',
    example: '{type: pod-kill, target: {workload: web, mode: one}, grace-period: 5s}',
    kubernetes: {
      mechanism:
        'The controller deletes the pod through the API, on the condition that it still has the UID that was frozen; the grace period is in whole seconds.',
      proof: `The pod of that UID is gone: its name is free, or held by another UID. No tolerance. ${WITNESSED}`,
      ends: 'There is nothing to end: the workload controller makes another pod.',
    },
  },
  platforms: ['process', 'kubernetes'],
  parameters,
  searchable: {},
  defaultMode: 'one',
  recipe: ({ gracePeriod }, facts) => ({
    mechanism: gracePeriod > 0 ? `SIGTERM, SIGKILL after ${spokenMs(gracePeriod)}` : 'SIGKILL',
    apply: facts.replicas.map((replica) => ({
      do: 'signal',
      replica,
      signal: gracePeriod > 0 ? 'SIGTERM' : 'SIGKILL',
      graceMs: gracePeriod,
      process: undefined,
    })),
    undo: [],
    expires: 'nothing-to-end',
    evidence: { probe: 'replica-state', replicas: facts.replicas, process: undefined },
    crossing: workloadCrossing(facts),
  }),
  effect: (_, before, under, facts) => killEffect(before, under, facts, undefined),
  cluster: {
    ...PODS_BY_API,
    recipe: ({ gracePeriod }) => {
      const graceSeconds = Math.ceil(gracePeriod / 1_000)
      return {
        actor: 'controller',
        mechanism: `pod deleted${graceSeconds > 0 ? ` with ${graceSeconds} s of grace` : ' without grace'}`,
        actions: [{ do: 'delete-pod', graceSeconds }],
      }
    },
    effect: (_, targets) => goneEffect(targets),
  },
  describe: ({ gracePeriod }) => (gracePeriod > 0 ? `after ${spokenMs(gracePeriod)} of grace` : ''),
})
