import { seededRandom } from '../kit/random.ts'
import type { WorkloadFacts } from '../model/inventory.ts'
import type { TargetSpec } from '../model/suite.ts'

/**
 * Names of the replicas that a selector picks from one workload, in the workload's order.
 * The draw depends on the seed alone, so the same seed and the same replicas give the same targets.
 */
export function chooseReplicas(target: TargetSpec, workload: WorkloadFacts, seed: number): readonly string[] {
  const random = seededRandom(seed)
  const count = howMany(target, workload.replicas.length, random)
  return pick(workload.replicas, count, random)
}

function howMany(target: TargetSpec, available: number, random: () => number): number {
  const value = target.value ?? 0
  switch (target.mode) {
    case 'all':
      return available
    case 'one':
      return Math.min(1, available)
    case 'fixed':
      return Math.min(value, available)
    case 'fixed-percent':
      return atLeastOne((available * value) / 100, available)
    case 'random-max-percent':
      return atLeastOne(1 + Math.floor(random() * Math.floor((available * value) / 100)), available)
  }
}

/** A share of replicas is rounded down, but a fault that hits none would prove nothing. */
function atLeastOne(count: number, available: number): number {
  return Math.min(Math.max(1, Math.floor(count)), available)
}

function pick(names: readonly string[], count: number, random: () => number): readonly string[] {
  const ranked = names.map((name, place) => ({ place, name, rank: random() }))
  const chosen = ranked.sort((a, b) => a.rank - b.rank).slice(0, count)
  return chosen.sort((a, b) => a.place - b.place).map(({ name }) => name)
}

/** The workloads that a selector means: the named one, or all whose labels contain the given ones. */
export function matchWorkloads(target: TargetSpec, workloads: readonly WorkloadFacts[]): readonly WorkloadFacts[] {
  if (target.workload !== undefined) return workloads.filter(({ name }) => name === target.workload)
  const wanted = Object.entries(target.labels ?? {})
  return workloads.filter(({ labels }) => wanted.every(([key, value]) => labels[key] === value))
}
