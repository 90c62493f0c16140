import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FAULT_TYPES } from '../../src/faults/registry.ts'
import { isSeaworthyError } from '../../src/kit/errors.ts'
import { faultsOf } from '../../src/model/faults-of.ts'
import type { Plan } from '../../src/model/plan.ts'
import { chooseReplicas } from '../../src/plan/choose-targets.ts'
import { withParameter } from '../../src/plan/plan-fault.ts'
import { planSuite } from '../../src/plan/plan-suite.ts'
import { processInventory } from '../../src/platform/process/inventory.ts'
import { parseSuite } from '../../src/suite/parse-suite.ts'

const suiteText = (experiments: string, more = '') => `
apiVersion: seaworthy.dev/v1
kind: Suite
metadata: {name: shop}
system:
  services:
    web: {command: node web.js, replicas: 4, uses: [api]}
    api: {command: node api.js, replicas: 2, labels: {tier: back}}
    store: {command: node store.js, replicas: 1, labels: {tier: back}}
traffic: {http: {url: http://web/, rate: 50/s}}
objectives:
  - {name: availability, indicator: {traffic: success}, target: 99%}
  - {name: p99, indicator: {traffic: latency, quantile: 99%}, below: 300ms}
windows: {baseline: 10s, fault: 20s, recovery: 10s}
${more}
experiments:
${experiments}`
const KILL = '  - {name: a, fault: {type: pod-kill, target: {workload: web, mode: one}}}'

function plan(experiments: string, more = '', seed = 1, only: readonly string[] = []): Plan {
  const suite = parseSuite({ text: suiteText(experiments, more), file: 'suite.yaml', environment: {} })
  return planSuite({
    suite,
    inventory: processInventory(suite),
    faultTypes: FAULT_TYPES,
    engine: 'builtin',
    seed,
    only,
  })
}
const message = (make: () => unknown): string => {
  try {
    make()
  } catch (error) {
    if (isSeaworthyError(error)) return `${error.message} ${error.remedy ?? ''}`
    throw error
  }
  return 'planned'
}

describe('a plan', () => {
  it('names every target, and everything that is left alone', () => {
    const made = plan(KILL)
    expect(made.touched).toHaveLength(1)
    expect([...made.touched, ...made.untouched].sort()).toEqual([
      'api-1',
      'api-2',
      'store-1',
      'web-1',
      'web-2',
      'web-3',
      'web-4',
    ])
  })

  it('is the same for the same seed, has another digest for another, and survives JSON', () => {
    expect(plan(KILL)).toEqual(plan(KILL))
    expect(JSON.parse(JSON.stringify(plan(KILL)))).toEqual(JSON.parse(JSON.stringify(plan(KILL))))
    expect(plan(KILL, '', 2).digest).not.toBe(plan(KILL).digest)
  })

  it('keeps its digest wherever the file lies', () => {
    const suite = parseSuite({ text: suiteText(KILL), file: 'suite.yaml', environment: {} })
    const at = (file: string) =>
      planSuite({
        suite: { ...suite, file },
        inventory: processInventory(suite),
        faultTypes: FAULT_TYPES,
        engine: 'builtin',
        seed: 1,
        only: [],
      }).digest
    expect(at('/elsewhere/suite.yaml')).toBe(at('suite.yaml'))
  })

  it('cuts the shortest window into ten slices', () => {
    expect(plan(KILL).sliceMs).toBe(1_000)
    expect(
      plan('  - {name: a, windows: {baseline: 3s}, fault: {type: pod-kill, target: {workload: web}}}').sliceMs,
    ).toBe(300)
  })

  it('says before it starts that the traffic is not enough', () => {
    const made = plan('  - {name: a, windows: {fault: 2s}, fault: {type: pod-kill, target: {workload: web}}}')
    expect(made.warnings.join()).toMatch(/availability cannot be decided: 100 expected .* at least 299 needed/)
    expect(plan(KILL).experiments[0]?.decidability[0]).toMatchObject({ expected: 1_000, atLeast: 299, enough: true })
  })

  it('runs only what was asked for, and refuses a name that is not there', () => {
    const two = `${KILL}\n  - {name: b, fault: {type: pod-kill, target: {workload: api}}}`
    expect(plan(two, '', 1, ['b']).experiments.map(({ name, index }) => [name, index])).toEqual([['b', 2]])
    expect(message(() => plan(two, '', 1, ['c']))).toContain('there is no experiment "c"')
  })

  it('turns labels that mean two workloads into two faults at the same time', () => {
    const made = plan('  - {name: a, fault: {type: pod-kill, target: {labels: {tier: back}, mode: one}}}')
    const [step] = made.experiments[0]?.steps ?? []
    expect(step?.step).toBe('parallel')
    expect(faultsOf(made.experiments[0]?.steps ?? []).map(({ id, workload }) => [id, workload])).toEqual([
      ['e1f1', 'api'],
      ['e1f2', 'store'],
    ])
  })
})

describe('the blast radius', () => {
  it('refuses more of a workload than it allows, and says what to write', () => {
    expect(message(() => plan('  - {name: a, fault: {type: pod-kill, target: {workload: api, mode: all}}}'))).toMatch(
      /2 of 2 replicas of api.*allows 1.*percent: 100%/,
    )
  })
  it('refuses more targets than it allows', () => {
    const all =
      '  - {name: a, blast-radius: {percent: 100%}, fault: {type: pod-kill, target: {workload: web, mode: all}}}'
    expect(message(() => plan(all))).toMatch(/4 targets.*allows 3/)
    expect(message(() => plan(all, 'limits: {blast-radius: {targets: 4}}'))).toBe('planned')
  })
  it('always allows one replica', () => {
    expect(message(() => plan('  - {name: a, fault: {type: pod-kill, target: {workload: store, mode: one}}}'))).toBe(
      'planned',
    )
  })
  it('counts a replica that two faults hit once', () => {
    const steps =
      '  - {name: a, steps: [{fault: {type: pod-kill, target: {workload: store}}}, {fault: {type: process-pause, target: {workload: store}}}]}'
    expect(plan(steps).experiments[0]?.blastRadius).toMatchObject({ targets: 1, of: 1 })
  })
})

describe('modes', () => {
  const workload = (count: number) => ({
    name: 'web',
    labels: {},
    mayBeHurt: true,
    replicas: Array.from({ length: count }, (_, place) => `web-${place + 1}`),
  })
  const target = (mode: 'one' | 'all' | 'fixed' | 'fixed-percent' | 'random-max-percent', value?: number) => ({
    workload: 'web',
    labels: undefined,
    mode,
    value,
  })

  it.each([
    [target('one'), 4, 1],
    [target('all'), 4, 4],
    [target('fixed', 3), 4, 3],
    [target('fixed', 9), 4, 4],
    [target('fixed-percent', 50), 4, 2],
    [target('fixed-percent', 50), 5, 2],
    [target('fixed-percent', 1), 4, 1],
    [target('all'), 0, 0],
  ])('%j of %i replicas picks %i', (spec, count, picked) => {
    expect(chooseReplicas(spec, workload(count), 3)).toHaveLength(picked)
  })

  it('of any kind pick existing replicas once, in order, the same for the same seed, and never more than the percentage', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 100 }),
        fc.nat(),
        (count, percent, seed) => {
          const { replicas } = workload(count)
          const picked = chooseReplicas(target('random-max-percent', percent), workload(count), seed)
          expect(picked).toEqual(replicas.filter((name) => picked.includes(name)))
          expect(picked).toEqual(chooseReplicas(target('random-max-percent', percent), workload(count), seed))
          expect(picked.length).toBeGreaterThan(0)
          expect(picked.length).toBeLessThanOrEqual(Math.max(1, Math.floor((count * percent) / 100)))
        },
      ),
    )
  })

  it('random-max-percent reaches both of its ends', () => {
    const sizes = new Set(
      Array.from(
        { length: 200 },
        (_, seed) => chooseReplicas(target('random-max-percent', 50), workload(8), seed).length,
      ),
    )
    expect([...sizes].sort()).toEqual([1, 2, 3, 4])
  })
})

describe('a search', () => {
  it('changes one parameter and keeps the targets', () => {
    const text =
      '  - {name: a, blast-radius: {percent: 100%}, search: {parameter: latency, from: 0ms, to: 1s, precision: 100ms}, fault: {type: network-delay, target: {workload: api, mode: all}}}'
    const suite = parseSuite({ text: suiteText(text), file: 'suite.yaml', environment: {} })
    const inventory = processInventory(suite)
    const [fault] = faultsOf(plan(text).experiments[0]?.steps ?? [])
    if (!fault) throw new Error('there is no fault')
    const changed = withParameter(
      fault,
      'latency',
      250,
      { inventory, faultTypes: FAULT_TYPES, seed: 1, durationMs: 0 },
      'e1f1s1',
    )
    expect(changed.replicas).toEqual(fault.replicas)
    expect(JSON.stringify(changed.recipe)).toContain('"latencyMs":125')
    expect(JSON.stringify(changed.recipe)).toContain('e1f1s1')
  })
})
