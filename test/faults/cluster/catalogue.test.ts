import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { listFaults } from '../../../src/faults/reference.ts'
import { FAULT_TYPES } from '../../../src/faults/registry.ts'
import { isSeaworthyError } from '../../../src/kit/errors.ts'
import { writeParameter } from '../../../src/kit/scalars.ts'
import type { TargetStatus } from '../../../src/model/cluster/fault-object.ts'
import type { ClusterFault } from '../../../src/model/cluster/recipe.ts'
import { factsFor } from '../facts.ts'
import { actionsOf, CLUSTER_FACTS, clusterOf, status } from './cases.ts'

/** Who ends each kind of action when nobody asks. */
const ENDED_BY: Readonly<Record<string, ClusterFault<unknown>['expires']>> = {
  drop: 'kernel',
  queue: 'kernel',
  netem: 'kernel',
  duplicate: 'kernel',
  shape: 'kernel',
  'redirect-http': 'kernel',
  'redirect-dns': 'kernel',
  'stress-cpu': 'process',
  'stress-memory': 'process',
  'stress-switches': 'process',
  'open-connections': 'process',
  kill: 'nothing-to-end',
  pause: 'watchdog',
  'throttle-io': 'watchdog',
  'fill-disk': 'watchdog',
  script: 'watchdog',
  'node-link-down': 'watchdog',
  'node-power': 'nothing-to-end',
  'node-service-stop': 'watchdog',
  'node-service-config': 'watchdog',
  'delete-pod': 'nothing-to-end',
  'evict-pod': 'nothing-to-end',
  'swap-images': 'controller',
  scale: 'controller',
  restart: 'nothing-to-end',
  cordon: 'controller',
  drain: 'controller',
  taint: 'controller',
  objects: 'controller',
  patch: 'controller',
  job: 'controller',
}
const OPEN = ['apply', 'job', 'node-script', 'node-shutdown', 'patch', 'script', 'service-config']
const NODE = /^(?:node-|service-)/

const KEYS = Object.fromEntries(listFaults().map(({ type, parameters }) => [type, parameters.map((one) => one.name)]))

const types = FAULT_TYPES.filter(({ cluster }) => cluster !== undefined)
const named = types.map((type) => [type.type, type] as const)

function example(type: (typeof FAULT_TYPES)[number]): Readonly<Record<string, unknown>> {
  const { type: _type, target: _target, ...given } = parseYaml(type.notes.example)
  return given
}

test('every type of the catalogue is there, and all have a half for Kubernetes', () => {
  expect(types).toHaveLength(FAULT_TYPES.length)
  expect(FAULT_TYPES.map(({ type }) => type).toSorted()).toEqual(
    [
      ...['pod-kill', 'pod-failure', 'container-kill', 'process-kill', 'process-pause', 'scale', 'rollout-restart'],
      ...['evict', 'network-partition', 'network-delay', 'network-loss', 'network-bandwidth', 'network-duplicate'],
      ...['network-corrupt', 'network-reorder', 'network-policy', 'connection-exhaust', 'http-abort', 'http-delay'],
      ...['http-replace', 'dns-error', 'dns-random', 'dns-static', 'grpc-abort', 'cpu-stress', 'memory-stress'],
      ...['context-switch-stress', 'io-throttle', 'disk-fill', 'node-cordon', 'node-drain', 'node-taint'],
      ...['node-network-down', 'node-reboot', 'node-shutdown', 'service-stop', 'service-config', 'patch', 'apply'],
      ...['script', 'node-script', 'job'],
    ].toSorted(),
  )
})

test('what does open-ended harm says so, and nothing else does', () => {
  expect(
    types
      .filter(({ cluster }) => cluster?.open)
      .map(({ type }) => type)
      .toSorted(),
  ).toEqual(OPEN)
})

describe.each(named)('%s', (name, type) => {
  const cluster = clusterOf(name)
  const parameters = type.parameters.parse(example(type))
  const recipe = cluster.recipe(parameters, CLUSTER_FACTS)

  test('says who acts, on what, and who ends it, as its actions have it', () => {
    expect(recipe.actor).toBe(cluster.actor)
    expect(cluster.scope === 'node').toBe(NODE.test(name))
    expect(cluster.targets === 'node').toBe(cluster.scope === 'node')
    const ways = recipe.actor === 'daemon' ? recipe.ways : [recipe]
    for (const { mechanism, actions } of ways) {
      expect(mechanism).not.toBe('')
      expect(actions.length).toBeGreaterThan(0)
      for (const action of actions) expect([action.do, ENDED_BY[action.do]]).toEqual([action.do, cluster.expires])
    }
  })

  test('says how users meet it, and whether a replaced pod is hurt', () => {
    const isRule = recipe.actor === 'daemon' && ['packets', 'http', 'dns'].includes(recipe.probe.probe)
    const expected = isRule ? 'rule' : cluster.targets === 'pods' ? 'witness' : 'none'
    expect(cluster.crossing).toBe(expected)
    const lasts = cluster.targets === 'pods' && cluster.expires !== 'nothing-to-end'
    expect(cluster.onReplaced).toBe(lasts ? 're-apply' : 'report')
  })

  test('is data that survives JSON, and the same for the same facts', () => {
    expect(JSON.parse(JSON.stringify(recipe))).toEqual(
      JSON.parse(JSON.stringify(cluster.recipe(parameters, CLUSTER_FACTS))),
    )
    expect(actionsOf(recipe).length).toBeGreaterThan(0)
  })

  test('has one platform or both, notes for Kubernetes, and is refused where it cannot be', () => {
    expect(type.platforms).toContain('kubernetes')
    expect(type.notes.kubernetes).toBeDefined()
    if (type.platforms.includes('process')) return
    const refusal = [
      () => type.recipe(parameters, factsFor('web')),
      () => type.effect(parameters, undefined, { probe: 'replica-count', running: 1, ready: 1 }, factsFor('web')),
    ]
    for (const work of refusal) expect(codeOf(work)).toBe('PLAN')
  })

  test('believes nothing that was not looked at', () => {
    const probe = recipe.actor === 'daemon' ? recipe.probe.probe : 'object'
    const other = probe === 'disk' ? 'group' : 'disk'
    const without: readonly (readonly TargetStatus[])[] = [
      [],
      [status(probe, undefined, undefined)],
      [status(probe, {}, {})],
      [status(probe, {}, undefined)],
      [status(other, FULL, FULL)],
      [status(probe, FULL, FULL, { phase: 'Refused', message: 'not allowed' })],
      [status(probe, FULL, FULL, { phase: 'Gone' })],
    ]
    for (const targets of without) expect(cluster.effect(parameters, targets).effective).toBe(false)
  })

  test('is on a target where its actor says so', () => {
    const phases = ['Prepared', 'Injected', 'Recovered', 'Refused', 'Failed', 'Gone', undefined] as const
    const targets = phases.map((phase) => ({ uid: `uid-${phase}`, ...(phase && { phase }) }))
    const { injected } = cluster.effect(parameters, targets)
    expect(injected.map(({ ok }) => ok)).toEqual([false, true, true, false, false, false, false])
    expect(injected.map(({ target }) => target)).toEqual(targets.map(({ uid }) => uid))
  })

  test('takes what a search computes, as it is written', () => {
    const least = { ms: 1, ratio: 0.01, 'bytes-per-second': 1_000, count: 1 } as const
    for (const [parameter, unit] of Object.entries(type.searchable)) {
      expect(KEYS[name]).toContain(parameter)
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 50 }), (times) => {
          const value = Number((times * least[unit]).toFixed(2))
          const given = { ...alone(name, parameter, example(type)), [parameter]: writeParameter(unit, value) }
          expect(type.parameters.parse(given)[parameter]).toBe(value)
        }),
        { numRuns: 20 },
      )
    }
  })
})

/** Members of every probe, so that a reading of the wrong kind is not refused for want of numbers. */
const FULL = {
  matched: 1_000,
  hit: 1_000,
  bytes: 1e6,
  medianHeldMs: 1_000,
  cores: 8,
  memoryBytes: 1e12,
  running: 99,
  ready: true,
  restarts: 9,
  state: 'stopped',
  identity: 'another',
  open: 1e6,
  refused: 0,
  filledBytes: 1e12,
  freeBytes: 1,
} as const

/** Of keys that exclude each other only the searched one is left. */
function alone(type: string, parameter: string, given: Readonly<Record<string, unknown>>) {
  const excluded: Readonly<Record<string, readonly string[]>> = {
    scale: ['to', 'by', 'random'],
    'disk-fill': ['size', 'share'],
  }
  const others = (excluded[type] ?? []).filter((key) => key !== parameter)
  return Object.fromEntries(Object.entries(given).filter(([key]) => !others.includes(key)))
}

function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    return isSeaworthyError(error) && error.remedy !== undefined ? error.code : String(error)
  }
  return 'not refused'
}
