import type { z } from 'zod'
import type { ClusterFault } from './cluster/recipe.ts'
import type { Effect } from './effect.ts'
import type { Inventory } from './inventory.ts'
import type { Reading, Recipe } from './recipe.ts'

/** What a fault file is told about its targets when it writes its recipe. */
export interface TargetFacts {
  /** Id of the planned fault, unique in the run; rules and stressors are named after it. */
  readonly id: string
  readonly workload: string
  /** Chosen replicas, frozen in the plan. */
  readonly replicas: readonly string[]
  /** All replicas were chosen: the fault is on the workload as a whole. */
  readonly all: boolean
  readonly inventory: Inventory
  readonly seed: number
  /** Longest time that the fault may stay. */
  readonly durationMs: number
}

/** One fault type: one file in src/faults. */
export interface FaultType<Parameters extends Readonly<Record<string, unknown>> = Readonly<Record<string, unknown>>> {
  readonly type: string
  readonly group: 'workload' | 'network' | 'application' | 'resource' | 'node' | 'open'
  readonly summary: string
  readonly platforms: readonly ('process' | 'kubernetes')[]
  /** Input: as in the suite. Output: durations in ms, shares as ratios, sizes in bytes. Strict: an unknown key is an error. */
  readonly parameters: z.ZodType<Parameters>
  /** Parameters that `search` may vary, with the unit of their normalised value. */
  readonly searchable: Readonly<Record<string, 'ms' | 'ratio' | 'bytes-per-second' | 'count'>>
  /** The default when the suite names no mode. */
  readonly defaultMode: 'one' | 'all'
  /** For platform `process`. Pure. Throws SeaworthyError('PLAN') with a remedy where it cannot be done. */
  readonly recipe: (parameters: Parameters, facts: TargetFacts) => Recipe
  /** Pure. `before` is undefined where the probe could not be asked before the fault. */
  readonly effect: (parameters: Parameters, before: Reading | undefined, under: Reading, facts: TargetFacts) => Effect
  /** The half for platform `kubernetes`. */
  readonly cluster?: ClusterFault<Parameters>
  /** For people: `200 ms ± 20 ms on api`. */
  readonly describe: (parameters: Parameters) => string
}
