import { describe, expect, it } from 'vitest'
import { FAULT_TYPES } from '../../src/faults/registry.ts'
import type { Inventory, WorkloadFacts } from '../../src/model/inventory.ts'
import type { Plan } from '../../src/model/plan.ts'
import { planSuite } from '../../src/plan/plan-suite.ts'
import { shardPlan } from '../../src/plan/shard-plan.ts'
import { parseSuite } from '../../src/suite/parse-suite.ts'

const facts = (name: string, replicas: number, more: Partial<WorkloadFacts> = {}): WorkloadFacts => ({
  name: `Deployment/${name}`,
  labels: { app: name },
  replicas: Array.from({ length: replicas }, (_, place) => `${name}-${place + 1}`),
  mayBeHurt: true,
  ...more,
})
const unseen = (name: string, replicas: number) =>
  facts(name, replicas, { labels: {}, brought: { without: undefined } })

function plan(workloads: readonly WorkloadFacts[], target = '{workload: Deployment/web, mode: all}'): Plan {
  const inventory: Inventory = { platform: 'kubernetes', workloads, links: [] }
  const suite = parseSuite({
    text: `apiVersion: seaworthy.dev/v1
kind: Suite
metadata: {name: shop}
system: {namespace: shop, workloads: [Deployment/web, Deployment/api]}
traffic: {http: {url: http://web/, rate: 500/s}}
objectives: [{name: availability, indicator: {traffic: success}, target: 99%}]
windows: {baseline: 10s, fault: 20s, recovery: 10s}
experiments:
  - {name: one, blast-radius: {percent: 50%}, fault: {type: pod-kill, target: {workload: Deployment/api, mode: one}}}
  - {name: all, blast-radius: {percent: 100%}, fault: {type: pod-kill, target: ${target}}}
`,
    file: 'seaworthy.yaml',
    environment: {},
  })
  return planSuite({ suite, inventory, faultTypes: FAULT_TYPES, engine: 'builtin', seed: 1, only: [] })
}

describe('a plan of workloads that only a command brings', () => {
  it('has their slots as targets and tells whose word it counts by', () => {
    const made = plan([unseen('web', 3), facts('api', 2)])
    expect(made.experiments[1]?.targets).toEqual(['web-1', 'web-2', 'web-3'])
    expect(made.experiments[1]?.blastRadius).toMatchObject({ targets: 3, of: 3 })
    expect(made.brought).toEqual([{ workload: 'Deployment/web', replicas: 3 }])
    expect(made.warnings).toEqual([])
  })

  it('keeps to the limits with the numbers that were said', () => {
    expect(() => plan([unseen('web', 4), facts('api', 2)])).toThrow('4 targets; the blast radius allows 3')
  })

  it('is the same before and after the first deployment, and another for another number', () => {
    const before = plan([unseen('web', 2), facts('api', 2)])
    const after = plan([facts('web', 2, { brought: { without: 2 } }), facts('api', 2)])
    expect(after).toEqual(before)
    expect(plan([unseen('web', 3), facts('api', 2)]).digest).not.toBe(before.digest)
    expect(plan([facts('web', 2), facts('api', 2)]).digest).not.toBe(before.digest)
  })

  it('warns where the cluster has another number than the suite says, also in each shard', () => {
    const made = plan([facts('web', 2, { brought: { without: 4 } }), facts('api', 2)])
    const warning =
      'Deployment/web: without the deploy command its pods would be 4; the plan counts the 2 of system.deploy.brings'
    expect(made.warnings).toEqual([warning])
    for (const index of [1, 2]) expect(shardPlan(made, { index, count: 2 })).toMatchObject({ warnings: [warning] })
    expect(made.experiments[1]?.targets).toEqual(['web-1', 'web-2'])
  })

  it('is refused where a fault chooses by labels that nobody knows', () => {
    const byLabels = '{labels: {app: web}, mode: one}'
    expect(() => plan([unseen('web', 2), facts('api', 2)], byLabels)).toThrow(
      'chooses by labels, and nobody knows those of Deployment/web before the deploy command has run',
    )
    const known = plan([facts('web', 2, { brought: { without: 2 } }), facts('api', 2)], byLabels)
    expect(known.experiments[1]?.targets).toHaveLength(1)
  })

  it('says nothing of it where nothing is brought', () => {
    expect(plan([facts('web', 2), facts('api', 2)]).brought).toBeUndefined()
  })
})
