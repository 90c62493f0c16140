import { createGuard } from '../../src/judge/guard.ts'
import { judgeExperiment } from '../../src/judge/judge-experiment.ts'
import { judgeSuite } from '../../src/judge/judge-suite.ts'
import {
  FAST,
  facts,
  HEALTHY,
  latencies,
  objective,
  P99,
  plannedExperiment,
  quantiles,
  shares,
} from '../../test/judge/setting.ts'
import { alternate } from './alternate.ts'
import { median, type Row, round } from './row.ts'

const TURNS = 11
const EXPERIMENTS = 10
const SLICES = 1_000_000
const SHARES = ['availability', 'fast', 'checkout', 'search'] as const
const WINDOWS = ['baseline', 'fault', 'recovery'] as const

/** How long the verdict of ten experiments with five objectives takes, and how fast a guard takes in slices. */
export async function judging(): Promise<readonly Row[]> {
  return [await verdict(), await guard()]
}

/** Four shares and a quantile, in three windows of sixty slices each. */
function experiment(index: number) {
  const objectives = [
    ...SHARES.map((name) => objective(name === 'availability' ? undefined : FAST, undefined, name)),
    objective(P99, { kind: 'below', value: 500 }, 'p99'),
  ]
  const histogram = latencies(Object.fromEntries(Array.from({ length: 300 }, (_, ms) => [ms + 1, 10])))
  return facts({
    planned: plannedExperiment({ name: `experiment ${index}`, index, objectives }),
    measurements: WINDOWS.flatMap((window) => [
      ...SHARES.map((name) => shares(window, HEALTHY, 50, name)),
      quantiles(window, histogram, 10, 'p99'),
    ]),
  })
}

async function verdict(): Promise<Row> {
  const experiments = Array.from({ length: EXPERIMENTS }, (_, index) => experiment(index + 1))
  const judge = () =>
    judgeSuite(experiments.map(judgeExperiment), {
      leftovers: [],
      outsideChanges: [],
      cancelled: false,
      onInconclusive: 'fail',
    })
  const pairs = await alternate(
    TURNS,
    () => msOf(judge),
    () => msOf(() => JSON.parse(JSON.stringify(experiments))),
  )
  const peer = median(pairs.map(({ other }) => other))
  return {
    what: `judging ${EXPERIMENTS} experiments x ${SHARES.length + 1} objectives`,
    measured: round(median(pairs.map(({ one }) => one))),
    unit: 'ms',
    target: null,
    peer: `copying the same facts as JSON takes ${round(peer)} ms; verdict ${judge().verdict}`,
  }
}

async function guard(): Promise<Row> {
  const slices = Array.from({ length: SLICES }, (_, place) => ({ n: 50, bad: place % 10 === 0 ? 1 : 0 }))
  const watch = () => {
    const { feed } = createGuard({ below: 0.9, alpha: 0.01 })
    for (const slice of slices) feed(slice)
  }
  const sum = () => slices.reduce((bad, slice) => bad + slice.bad, 0)
  const pairs = await alternate(
    TURNS,
    () => msOf(watch),
    () => msOf(sum),
  )
  const millions = (ms: number) => SLICES / 1e6 / (ms / 1_000)
  return {
    what: 'slices that a guard takes in',
    measured: round(millions(median(pairs.map(({ one }) => one)))),
    unit: 'million a second',
    target: null,
    peer: `adding up the same slices: ${round(millions(median(pairs.map(({ other }) => other))))} million a second`,
  }
}

async function msOf(work: () => unknown): Promise<number> {
  const startedAt = performance.now()
  work()
  return performance.now() - startedAt
}
