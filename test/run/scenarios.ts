import type { PlannedRun } from '../../src/run/make-plan.ts'
import { BLAST, planned } from '../fakes/world.ts'
import type { Behaviour } from '../fakes/world-service.ts'

const DELAY = '{type: network-delay, target: {workload: api}, latency: 100ms}'
const KILL = '{type: pod-kill, target: {workload: web, mode: one}}'
const one = (fault: string, more = '') => `  - {name: one, fault: ${fault}${more}}\n`
const GUARDED = `limits: {${BLAST}, abort-when: [{objective: availability, below: 80%}]}`
const CHECKED = 'prometheus: {url: "http://127.0.0.1:9"}'
const SEARCH =
  '  - {name: search, search: {parameter: latency, from: 0ms, to: 400ms, precision: 100ms}, fault: {type: network-delay, target: {workload: api}}}\n'
const STEPS = `  - name: steps
    steps:
      - parallel: [{fault: ${DELAY}}, {fault: {type: cpu-stress, target: {workload: web, mode: one}, workers: 1}}]
      - wait: 100ms
      - pause: 100ms
      - check: {prometheus: {query: up, above: 0}}
`

/** The first leaves something to end, and would be there under the second. */
export const TWO = `${one('{type: process-pause, target: {workload: db}}')}  - {name: two, fault: ${KILL}}\n`

/** The same plan on a platform on which nothing fits the selectors of its faults. */
function withoutTargets(run: PlannedRun): PlannedRun {
  const experiments = run.plan.experiments.map((experiment) => ({
    ...experiment,
    steps: experiment.steps.map((step) =>
      step.step === 'fault' ? { ...step, fault: { ...step.fault, replicas: [], recipe: undefined } } : step,
    ),
  }))
  return { ...run, plan: { ...run.plan, experiments } }
}

export const SCENARIOS = {
  single: planned(one(DELAY)),
  guarded: planned(one(DELAY), GUARDED),
  two: planned(TWO),
  steps: planned(STEPS, CHECKED),
  search: planned(SEARCH),
  unmatched: withoutTargets(planned(one(KILL))),
}

export const BEHAVIOURS: Readonly<Record<string, Partial<Behaviour>>> = {
  sturdy: {},
  fragile: { brokenErrorRatio: 0.7 },
  'breaks at 200 ms': { brokenErrorRatio: 0.7, breaksFromMs: 200 },
  'slow to recover': { brokenErrorRatio: 0.6, recoveryMs: 1_500 },
  doubtful: { brokenErrorRatio: 0.12 },
  unhealthy: { healthyErrorRatio: 0.5, brokenErrorRatio: 0.5 },
  'not crossed': { crosses: false },
  dead: { dead: true },
}

/** With these no run may pass, whatever else happens: the service breaks, or nothing can be shown. */
export const NEVER_PASS: ReadonlySet<string> = new Set(['fragile', 'unhealthy', 'not crossed', 'dead'])
