import type { Clock } from '../kit/clock.ts'
import type { RunContext } from '../model/ports.ts'
import type { KindSearch } from '../platform/kubernetes/kind/find-kind.ts'
import type { PlannedRun } from './make-plan.ts'
import type { Session } from './session.ts'

/** What a session is made of: the plan, and what this process has been given. */
export interface SessionInput {
  readonly context: RunContext
  readonly planned: PlannedRun
  readonly clock: Clock
  readonly cancelled: AbortSignal
  readonly tokens: Readonly<Record<string, string | undefined>>
  readonly readiness: Session['readiness']
  readonly listen: Session['listen']
  /** How long to wait for another run that has the environment; not at all when undefined. */
  readonly lockWaitMs?: number | undefined
  /** Where people can follow this run. */
  readonly link?: string | undefined
  /** How kind is found, for suites that have a cluster of their own. */
  readonly kindSearch: KindSearch
}
