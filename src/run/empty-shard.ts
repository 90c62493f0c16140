import type { Emit } from '../model/events.ts'
import type { Journal } from '../model/journal.ts'
import type { Plan } from '../model/plan.ts'
import { aboutRun, type JournalInput, shardOf } from './journal.ts'

interface Input extends Pick<JournalInput, 'request' | 'change' | 'run' | 'startedAtMs' | 'policy'> {
  readonly plan: Plan
  readonly clock: JournalInput['session']['clock']
  readonly emit: Emit
}

/**
 * The journal of a shard to which no experiment falls: nothing was started. It is inconclusive and not a pass, since
 * nothing was shown; the exit code knows it as nothing to do.
 */
export function emptyShard({ plan, clock, emit, ...input }: Input): Journal {
  const { index = 1, count = 1 } = plan.shard ?? {}
  const summary = `no experiment falls to shard ${index} of ${count}`
  emit({ event: 'verdict', verdict: 'inconclusive', summary })
  return {
    ...aboutRun({ ...input, plan, endedAtMs: clock.now() }),
    verdict: 'inconclusive',
    summary,
    reasons: [{ code: 'NO_DATA', detail: summary }],
    experiments: [],
    outside: [],
    leftovers: [],
    traffic: { kind: 'none', requests: 0, lateP99Ms: null, description: 'nothing was sent' },
    timings: [],
    ...(plan.shard ? { shard: shardOf(plan.shard, []) } : {}),
  }
}
