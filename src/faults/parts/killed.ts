import type { Effect } from '../../model/effect.ts'
import type { TargetFacts } from '../../model/fault.ts'
import type { Reading, ReplicaState } from '../../model/recipe.ts'
import { readingOf, stateOf, unseen } from './readings.ts'
import { listed } from './words.ts'

/**
 * A kill is proven where the process that ran before is not there any more: it is gone, or another one has its place.
 * Where no process was seen before, there was nothing to kill, and nothing is injected.
 * No tolerance: the same process with the same start time is a kill that did not work.
 */
export function killEffect(
  before: Reading | undefined,
  under: Reading,
  facts: TargetFacts,
  process: string | undefined,
): Effect {
  const earlier = readingOf(before, 'replica-state')
  const later = readingOf(under, 'replica-state')
  if (!later) return unseen(facts, 'the replicas could not be looked at')
  if (!earlier) return unseen(facts, 'the replicas were not seen before the fault, so nothing can be compared')
  const victims = facts.replicas.map((replica) =>
    victim(replica, stateOf(earlier, replica), stateOf(later, replica), process),
  )
  return {
    injected: victims.map(({ target, ok, detail }) => ({ target, ok, detail })),
    effective: victims.length > 0 && victims.every(({ ok, killed }) => ok && killed),
    seen: listed(victims.map(({ detail }) => detail)),
  }
}

interface Victim {
  readonly target: string
  readonly ok: boolean
  readonly killed: boolean
  readonly detail: string
}

function victim(
  target: string,
  was: ReplicaState | undefined,
  is: ReplicaState | undefined,
  process: string | undefined,
): Victim {
  if (was?.pid === undefined || was.state === 'gone') {
    const missing = process === undefined ? 'no process was running' : `no process matches "${process}"`
    return { target, ok: false, killed: false, detail: `${target}: ${missing} before the fault` }
  }
  if (!is) return { target, ok: false, killed: false, detail: `${target}: not seen under the fault` }
  if (is.pid === undefined || is.state === 'gone') {
    return { target, ok: true, killed: true, detail: `${target}: process ${was.pid} is gone, none in its place yet` }
  }
  const killed = is.pid !== was.pid || is.startedAt !== was.startedAt
  if (!killed) return { target, ok: true, killed, detail: `${target}: process ${was.pid} is still running` }
  const ready = is.ready ? 'ready' : 'not ready yet'
  return { target, ok: true, killed, detail: `${target}: process ${was.pid} became ${is.pid}, ${ready}` }
}
