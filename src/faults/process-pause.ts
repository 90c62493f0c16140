import * as z from 'zod'
import type { Effect } from '../model/effect.ts'
import type { TargetFacts } from '../model/fault.ts'
import type { Reading } from '../model/recipe.ts'
import { defineFault } from './define-fault.ts'
import { clusterEffect } from './parts/cluster-effect.ts'
import { BY_WATCHDOG } from './parts/cluster-kinds.ts'
import { WITNESSED } from './parts/identity-effect.ts'
import { containerKey, processText, refuseKeys } from './parts/kubernetes-keys.ts'
import { workloadCrossing } from './parts/links.ts'
import { readingOf, stateOf, unseen } from './parts/readings.ts'
import { listed } from './parts/words.ts'

const parameters = z.lazy(() =>
  z.strictObject({
    process: processText()
      .optional()
      .describe('Only processes of the replica whose command line contains this text. Default: all of them.'),
    container: containerKey(),
  }),
)

/** Stops replicas in the middle of what they do, with their connections open: a long garbage collection, a frozen machine. */
export const processPause = defineFault<z.infer<typeof parameters>>({
  type: 'process-pause',
  group: 'workload',
  summary: 'Stops the processes of a replica without ending them; their connections stay open and nobody answers.',
  notes: {
    mechanism: 'SIGSTOP: the processes keep their memory, their connections and their ports, and do nothing.',
    proof: 'The operating system says that the process is stopped, and it was not before. No tolerance.',
    ends: "The agent sends SIGCONT, at the latest at the fault's deadline.",
    example: '{type: process-pause, target: {workload: api, mode: one}}',
    kubernetes: {
      mechanism:
        'The daemon sends SIGSTOP to every process of the container, or to those that match; its connections are still accepted by the kernel.',
      proof: `The operating system says that the process is stopped, and it was running before. No tolerance. ${WITNESSED}`,
      ends: "A watchdog in a control group of its own sends SIGCONT at the fault's deadline, whether or not the daemon lives.",
    },
  },
  platforms: ['process', 'kubernetes'],
  parameters,
  searchable: {},
  defaultMode: 'one',
  recipe: ({ process, container }, facts) => {
    refuseKeys('process-pause', { container })
    return {
      mechanism: 'SIGSTOP, SIGCONT',
      apply: facts.replicas.map((replica) => ({ do: 'signal', replica, signal: 'SIGSTOP', graceMs: 0, process })),
      undo: facts.replicas.map((replica) => ({ do: 'signal', replica, signal: 'SIGCONT', graceMs: 0, process })),
      expires: 'agent',
      evidence: { probe: 'replica-state', replicas: facts.replicas, process },
      crossing: workloadCrossing(facts),
    }
  },
  effect: ({ process }, before, under, facts) => pauseEffect(before, under, facts, process),
  cluster: {
    ...BY_WATCHDOG,
    recipe: ({ process, container }) => ({
      actor: 'daemon',
      ways: [{ mechanism: 'SIGSTOP, SIGCONT', actions: [{ do: 'pause', container, process }] }],
      probe: { probe: 'process', container, process },
    }),
    effect: (_, targets) =>
      clusterEffect(targets, 'process', ({ before, under }) => ({
        effective: before?.state === 'running' && under.state === 'stopped',
        seen: `process ${before?.state ?? 'not seen'} before, ${under.state ?? 'not seen'} under the fault`,
      })),
  },
  describe: ({ process }) => (process === undefined ? '' : `"${process}"`),
})

/** Proven where a process that was running before is stopped now. No tolerance. */
function pauseEffect(
  before: Reading | undefined,
  under: Reading,
  facts: TargetFacts,
  process: string | undefined,
): Effect {
  const later = readingOf(under, 'replica-state')
  if (!later) return unseen(facts, 'the replicas could not be looked at')
  const earlier = readingOf(before, 'replica-state')
  const targets = facts.replicas.map((target) => {
    const is = stateOf(later, target)
    if (is?.pid === undefined || is.state === 'gone') {
      return {
        target,
        ok: false,
        stopped: false,
        detail: `${target}: ${process === undefined ? 'no process' : `no process matches "${process}"`}`,
      }
    }
    if (stateOf(earlier, target)?.state === 'stopped') {
      return {
        target,
        ok: true,
        stopped: false,
        detail: `${target}: process ${is.pid} was stopped before the fault as well`,
      }
    }
    return { target, ok: true, stopped: is.state === 'stopped', detail: `${target}: process ${is.pid} is ${is.state}` }
  })
  return {
    injected: targets.map(({ target, ok, detail }) => ({ target, ok, detail })),
    effective: targets.length > 0 && targets.every(({ ok, stopped }) => ok && stopped),
    seen: listed(targets.map(({ detail }) => detail)),
  }
}
