import type { Plan, PlannedExperiment, PlannedShard } from '../model/plan.ts'
import { estimate, experimentMs } from './estimate.ts'
import { warningsOf } from './plan-suite.ts'

/**
 * The part of a plan that falls to one shard (`index` is 1-based): its experiments in the suite's order, and everything
 * else untouched. The digest stays that of the whole, so that all shards are shown to be parts of the same plan and an
 * approval of the whole is one of each part. A part may have no experiment, where there are more shards than experiments.
 */
export function shardPlan(whole: Plan, { index, count }: Pick<PlannedShard, 'index' | 'count'>): Plan {
  const shards = divide(whole.experiments, count)
  const experiments = whole.experiments.filter((_, place) => shards[place] === index)
  const ofExperiments = new Set(whole.experiments.flatMap(warningsOf))
  const touched = [...new Set(experiments.flatMap(({ targets }) => targets))].sort()
  return {
    ...whole,
    experiments,
    touched,
    untouched: [...whole.untouched, ...whole.touched.filter((target) => !touched.includes(target))],
    estimateMs: estimate(whole.warmupMs, experiments),
    warnings: [...whole.warnings.filter((one) => !ofExperiments.has(one)), ...experiments.flatMap(warningsOf)],
    shard: {
      index,
      count,
      experiments: whole.experiments.map(({ name, index: place, line }, at) => ({
        name,
        index: place,
        line,
        shard: shards[at] ?? 0,
      })),
    },
  }
}

/**
 * For each experiment the 1-based shard that does it. The longest is given away first, each to the shard that has least
 * to do so far, the lower number where two have the same: Graham's rule, whose longest shard takes at most 4/3 of what
 * the best division would (SIAM J. Appl. Math. 17, 1969). The same experiments always give the same answer.
 */
export function divide(experiments: readonly PlannedExperiment[], count: number): readonly number[] {
  const loads = Array.from({ length: count }, () => 0)
  const shards: number[] = experiments.map(() => 0)
  const longestFirst = experiments
    .map((experiment, place) => ({ ms: experimentMs(experiment), place }))
    .sort((a, b) => b.ms - a.ms || a.place - b.place)
  for (const { ms, place } of longestFirst) {
    const least = loads.indexOf(Math.min(...loads))
    loads[least] = (loads[least] ?? 0) + ms
    shards[place] = least + 1
  }
  return shards
}
