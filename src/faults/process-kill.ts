import * as z from 'zod'
import { durationMs } from '../kit/scalars.ts'
import { defineFault } from './define-fault.ts'
import { ONCE_ON_PODS } from './parts/cluster-kinds.ts'
import { killedEffect, WITNESSED } from './parts/identity-effect.ts'
import { killEffect } from './parts/killed.ts'
import { containerKey, processText, refuseKeys } from './parts/kubernetes-keys.ts'
import { workloadCrossing } from './parts/links.ts'
import { spokenMs } from './parts/words.ts'

const parameters = z.lazy(() =>
  z
    .strictObject({
      process: processText().describe(
        'Text that the command line of the process contains. Every process of the replica that has it is hit.',
      ),
      signal: z
        .enum(['SIGKILL', 'SIGTERM'])
        .default('SIGKILL')
        .describe('`SIGKILL` at once, or `SIGTERM` and then `SIGKILL` after the grace period. Default: SIGKILL.'),
      'grace-period': durationMs
        .prefault('30s')
        .describe('Time between SIGTERM and SIGKILL; without meaning for SIGKILL. Default: 30s.'),
      container: containerKey(),
    })
    .transform(({ 'grace-period': gracePeriod, ...given }) => ({ ...given, gracePeriod })),
)

/** Ends the processes of a replica that match, and no others. Nothing is left to undo. */
export const processKill = defineFault<z.infer<typeof parameters>>({
  type: 'process-kill',
  group: 'workload',
  summary: 'Ends those processes inside a replica whose command line contains a text.',
  notes: {
    mechanism: 'Every process of the replica whose command line contains the text gets the signal.',
    proof:
      'The matching process that ran before is gone, or another one (by pid and start time) is in its place. A text that matches nothing is a fault that was not injected. No tolerance.',
    ends: 'There is nothing to end: whoever started the process starts it again, or does not, and that is what is tested.',
    example: '{type: process-kill, target: {workload: web, mode: one}, process: worker.js, signal: SIGTERM}',
    kubernetes: {
      mechanism:
        'The daemon finds the processes of the container by its control group and signals those whose command line contains the text.',
      proof: `The matching process that ran before is gone, or another one (by pid and start time) is in its place. No tolerance. ${WITNESSED}`,
      ends: 'There is nothing to end: whoever started the process starts it again, or does not, and that is what is tested.',
    },
  },
  platforms: ['process', 'kubernetes'],
  parameters,
  searchable: {},
  defaultMode: 'one',
  recipe: ({ process, signal, gracePeriod, container }, facts) => {
    refuseKeys('process-kill', { container })
    return {
      mechanism: spokenSignal(signal, gracePeriod),
      apply: facts.replicas.map((replica) => ({
        do: 'signal',
        replica,
        signal,
        graceMs: signal === 'SIGTERM' ? gracePeriod : 0,
        process,
      })),
      undo: [],
      expires: 'nothing-to-end',
      evidence: { probe: 'replica-state', replicas: facts.replicas, process },
      crossing: workloadCrossing(facts),
    }
  },
  effect: ({ process }, before, under, facts) => killEffect(before, under, facts, process),
  cluster: {
    ...ONCE_ON_PODS,
    recipe: ({ process, signal, gracePeriod, container }) => ({
      actor: 'daemon',
      ways: [
        {
          mechanism: spokenSignal(signal, gracePeriod),
          actions: [{ do: 'kill', container, process, signal, graceMs: signal === 'SIGTERM' ? gracePeriod : 0 }],
        },
      ],
      probe: { probe: 'process', container, process },
    }),
    effect: ({ process }, targets) => killedEffect(targets, `a process that matches "${process}"`),
  },
  describe: ({ process, signal }) => `${signal} to "${process}"`,
})

function spokenSignal(signal: 'SIGKILL' | 'SIGTERM', gracePeriodMs: number): string {
  return signal === 'SIGTERM' ? `SIGTERM, SIGKILL after ${spokenMs(gracePeriodMs)}` : 'SIGKILL'
}
