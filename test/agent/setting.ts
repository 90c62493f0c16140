import { type Agent, createAgent } from '../../src/agent/agent.ts'
import type { FaultEnd, FaultOrder } from '../../src/agent/fault.ts'
import type { LedgerEntry } from '../../src/model/ledger.ts'
import type { Recipe } from '../../src/model/recipe.ts'
import { ModelExecutor } from './model-executor.ts'
import { SimulatedClock } from './simulated-clock.ts'

export const WORKLOADS = { web: 2, api: 2, db: 1 } as const

export interface Setting {
  readonly executor: ModelExecutor
  readonly clock: SimulatedClock
  readonly entries: LedgerEntry[]
  readonly deadlines: { readonly id: string; readonly end: FaultEnd | Error }[]
  readonly agent: Agent
}

/** An agent on a platform in memory, with a clock that the test drives. */
export function setting(): Setting {
  const executor = new ModelExecutor(WORKLOADS)
  const clock = new SimulatedClock()
  const entries: LedgerEntry[] = []
  const deadlines: { readonly id: string; readonly end: FaultEnd | Error }[] = []
  const agent = createAgent({
    executor,
    clock,
    ledger: { write: (entry) => entries.push(structuredClone(entry)) },
    replicasOf: (workload) => (WORKLOADS as Readonly<Record<string, number>>)[workload],
    onDeadline: (id, end) => deadlines.push({ id, end }),
  })
  return { executor, clock, entries, deadlines, agent }
}

export function order(id: string, recipe: Recipe, durationMs = 60_000): FaultOrder {
  return { id, what: `fault ${id}`, recipe, durationMs }
}
