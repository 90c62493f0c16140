import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Plan, PlannedExperiment } from '../../src/model/plan.ts'
import { experimentMs } from '../../src/plan/estimate.ts'
import { divide, shardPlan } from '../../src/plan/shard-plan.ts'
import { samplePlan } from '../report/sample-plan.ts'

const [TEMPLATE] = samplePlan().experiments
if (!TEMPLATE) throw new Error('the sample has no experiment')
const experiment = (index: number, faultMs: number): PlannedExperiment => ({
  ...TEMPLATE,
  name: `e${index}`,
  index,
  line: index,
  targets: [`web-${index}`],
  windows: { baselineMs: 1_000, faultMs, recoveryMs: 1_000 },
  search: undefined,
})
const planOf = (lengths: readonly number[]): Plan => {
  const experiments = lengths.map((ms, place) => experiment(place + 1, ms))
  return samplePlan({ experiments, touched: experiments.flatMap(({ targets }) => targets), untouched: ['api-1'] })
}
const lengths = fc.array(fc.integer({ min: 1_000, max: 600_000 }), { minLength: 1, maxLength: 40 })
const counts = fc.integer({ min: 1, max: 50 })
const shardsOf = (plan: Plan, count: number) =>
  Array.from({ length: count }, (_, place) => shardPlan(plan, { index: place + 1, count }))
const msOf = ({ experiments }: Pick<Plan, 'experiments'>) =>
  experiments.reduce((sum, one) => sum + experimentMs(one), 0)

describe('the shards of a plan', () => {
  it('do every experiment exactly once, each in the order of the suite', () => {
    fc.assert(
      fc.property(lengths, counts, (durations, count) => {
        const shards = shardsOf(planOf(durations), count)
        const indices = shards.map(({ experiments }) => experiments.map(({ index }) => index))
        expect(indices.flat().sort((a, b) => a - b)).toEqual(durations.map((_, place) => place + 1))
        for (const one of indices) expect(one).toEqual([...one].sort((a, b) => a - b))
        for (const { shard, experiments } of shards)
          expect(shard?.experiments.filter(({ shard: of }) => of === shard.index).map(({ name }) => name)).toEqual(
            experiments.map(({ name }) => name),
          )
      }),
    )
  })

  it('are the same whenever they are made, and carry the digest of the whole', () => {
    fc.assert(
      fc.property(lengths, counts, (durations, count) => {
        const plan = planOf(durations)
        expect(shardsOf(plan, count)).toEqual(shardsOf(structuredClone(plan), count))
        for (const { digest } of shardsOf(plan, count)) expect(digest).toBe(plan.digest)
      }),
    )
  })

  it('take no longer than an even share and the longest experiment that must come second', () => {
    fc.assert(
      fc.property(lengths, counts, (durations, count) => {
        const plan = planOf(durations)
        const times = plan.experiments.map(experimentMs).sort((a, b) => b - a)
        const longest = Math.max(...shardsOf(plan, count).map(msOf))
        expect(longest).toBeLessThanOrEqual(Math.max(times[0] ?? 0, msOf(plan) / count + (times[count] ?? 0)))
      }),
    )
  })

  it('leave to others what others touch', () => {
    const [first, second] = shardsOf(planOf([1_000, 2_000]), 2)
    expect(first?.touched).toEqual(['web-2'])
    expect(first?.untouched).toEqual(['api-1', 'web-1'])
    expect(second?.touched).toEqual(['web-1'])
    expect(first?.estimateMs.map(({ phase }) => phase)).toEqual(['steady state', 'e2'])
  })

  it('may be empty where there are more shards than experiments, and then touch nothing', () => {
    const empty = shardPlan(planOf([1_000]), { index: 2, count: 2 })
    expect(empty).toMatchObject({ experiments: [], touched: [], shard: { index: 2, count: 2 } })
    expect(divide([], 3)).toEqual([])
  })
})
