import type { Decidability, Plan, PlannedExperiment, PlannedFault, PlannedObjective } from '../../src/model/plan.ts'
import type { Recipe } from '../../src/model/recipe.ts'

/** A made-up plan of three experiments; the same call gives the same plan. */
export function samplePlan(change: Partial<Plan> = {}): Plan {
  const experiments = [
    planned(1, 'one web pod dies', [fault('e1f1', 'web', ['web-6b8d9c-x2k9f'], 3, recipe('delete', 'nothing-to-end'))]),
    planned(2, 'api cannot reach the cache', [fault('e2f1', 'api', API, 2, recipe('nft set', 'kernel'))]),
    planned(3, 'a web pod dies while the api is busy', [
      fault('e3f1', 'api', API.slice(0, 1), 2, recipe('worker', 'agent')),
      fault('e3f2', 'web', ['web-6b8d9c-x2k9f'], 3, recipe('delete', 'nothing-to-end')),
    ]),
  ]
  return {
    digest: '9f2c41d07be3',
    sha256: '9f2c41d07be3a8d15e6b0c4f7a92d3e1b8c5f06417d2a9e3c0b7f4851d6e2a9c',
    approval: undefined,
    suite: { name: 'checkout', file: 'seaworthy.yaml', digest: '5b0e8d31' },
    platform: 'kubernetes',
    engine: 'builtin',
    seed: 7,
    sliceMs: 1_000,
    warmupMs: 40_000,
    objectives: OBJECTIVES,
    guards: [{ objective: 'availability', below: 0.9 }],
    experiments,
    touched: ['api-5f7c44-8kq2z', 'api-5f7c44-tn6wd', 'web-6b8d9c-x2k9f'],
    untouched: ['orders-7c9f-1', 'orders-7c9f-2', 'web-6b8d9c-m4p7r', 'web-6b8d9c-zz81q'],
    estimateMs: [
      { phase: 'steady state', ms: 40_000 },
      ...experiments.map(({ name }) => ({ phase: name, ms: 180_000 })),
    ],
    warnings: [],
    ...change,
  }
}

/** The same where the suite says what its deploy command brings. */
export function broughtPlan(): Plan {
  return samplePlan({
    brought: [
      { workload: 'Deployment/api', replicas: 2 },
      { workload: 'Deployment/web', replicas: 3 },
    ],
    warnings: [
      'Deployment/web: without the deploy command its pods would be 1; the plan counts the 3 of system.deploy.brings',
    ],
  })
}

const API = ['api-5f7c44-8kq2z', 'api-5f7c44-tn6wd']
const OBJECTIVES: readonly PlannedObjective[] = [
  {
    name: 'availability',
    indicator: { source: 'traffic', kind: 'success' },
    need: { kind: 'share', target: 0.995 },
    line: 12,
  },
  {
    name: 'fast',
    indicator: { source: 'traffic', kind: 'latency-under', ms: 300 },
    need: { kind: 'share', target: 0.99 },
    line: 13,
  },
  {
    name: 'p99 rise',
    indicator: { source: 'traffic', kind: 'latency-quantile', quantile: 0.99 },
    need: { kind: 'increase', atMost: 200 },
    line: 14,
  },
  {
    name: 'queue lag',
    indicator: { source: 'prometheus', kind: 'value', query: 'max(lag)' },
    need: { kind: 'below', value: 30 },
    line: 15,
  },
]
const DECIDABILITY: readonly Decidability[] = [
  { objective: 'availability', expected: 3_000, atLeast: 598, passesWithUpTo: 8, enough: true },
  { objective: 'fast', expected: 3_000, atLeast: 299, passesWithUpTo: 20, enough: true },
  { objective: 'p99 rise', expected: 3_000, atLeast: 299, passesWithUpTo: undefined, enough: true },
  { objective: 'queue lag', expected: undefined, atLeast: 8, passesWithUpTo: undefined, enough: undefined },
]

/** The same plan with far too little traffic, an objective that hardly passes, and a fault that matches nothing. */
export function doubtfulPlan(): Plan {
  const plan = samplePlan()
  const [first, second, ...rest] = plan.experiments
  if (!first || !second) throw new Error('the sample has three experiments')
  const few = DECIDABILITY.map((one) => ({
    ...one,
    expected: 300,
    passesWithUpTo: 0,
    enough: one.objective !== 'availability',
  }))
  const nothing = { ...fault('e2f1', 'cache', [], 0, recipe('none', 'kernel')), recipe: undefined }
  return {
    ...plan,
    experiments: [
      { ...first, decidability: few },
      {
        ...second,
        targets: [],
        steps: [{ step: 'parallel', steps: [{ step: 'fault', fault: nothing }] }],
        blastRadius: { ...second.blastRadius, targets: 0, of: 0 },
      },
      ...rest,
    ],
    warnings: [
      'one web pod dies: availability needs at least 598 requests, and 300 are expected. Lengthen windows.fault, or raise traffic.http.rate.',
    ],
  }
}

function planned(index: number, name: string, faults: readonly PlannedFault[]): PlannedExperiment {
  const targets = [...new Set(faults.flatMap(({ replicas }) => replicas))].sort()
  return {
    name,
    index,
    line: 30 + index * 4,
    windows: { baselineMs: 60_000, faultMs: 60_000, recoveryMs: 60_000 },
    objectives: OBJECTIVES,
    steps: faults.map((one) => ({ step: 'fault', fault: one })),
    rules: [],
    search: undefined,
    recoveryWithinMs: 20_000,
    targets,
    blastRadius: {
      targets: targets.length,
      of: faults.reduce((sum, one) => sum + one.of, 0),
      allowedTargets: 3,
      allowedRatio: 0.5,
    },
    decidability: DECIDABILITY,
  }
}

function fault(id: string, workload: string, replicas: readonly string[], of: number, made: Recipe): PlannedFault {
  const target = { workload, labels: undefined, mode: 'all' as const, value: undefined }
  return {
    id,
    type: 'network-delay',
    spec: { type: 'network-delay', target, parameters: {}, written: {}, line: 31 },
    workload,
    mode: 'all',
    replicas,
    of,
    seed: 1,
    durationMs: 75_000,
    description: `network-delay 200 ms on ${workload} (${replicas.length} of ${of})`,
    recipe: made,
    order: undefined,
  }
}

function recipe(mechanism: string, expires: Recipe['expires']): Recipe {
  return { mechanism, apply: [], undo: [], expires, evidence: { probe: 'nothing' } as never, crossing: {} }
}
