import { seededRandom } from '../../../src/kit/random.ts'
import { type Journal, type JournalExperiment, journalSchema } from '../../../src/model/journal.ts'
import type { Need } from '../../../src/model/suite.ts'
import { worstVerdict } from '../../../src/model/verdict.ts'
import { passJournal } from '../sample-journals.ts'
import { experiment } from './experiments.ts'
import { p99Rise, queueLag, share } from './objectives.ts'
import { howSlow } from './search.ts'
import { NO_LATENCY } from './series.ts'

/** Half a year of two made-up suites: one that gets slower and has an unsteady experiment, one that holds. */
const AVAILABLE: Need = { kind: 'share', target: 0.995 }
const FIRST = Date.UTC(2026, 5, 3, 9, 15)
const DAY_MS = 86_400_000
const RUNS = 44
const LATE = 38

type Random = () => number
const SMALL = [4, 4, 4] as const

function availability(bad: number, seed: string) {
  return share('availability', 'requests answered', AVAILABLE, [0, bad, 0], ['flat', 'flat', 'flat'], {
    seed,
    lengths: SMALL,
    perSlice: 750,
  })
}

const of = (workload: string, type: string, description: string, parameters = {}) => ({
  fault: { type, description, workload, parameters },
  targets: [`${workload}-1`],
  of: 2,
  mechanism: 'link proxy',
  seen: 'seen in all probes',
  lengths: SMALL,
  latency: NO_LATENCY,
})

function podDies(run: number, random: Random): JournalExperiment {
  const rise = (run < LATE ? 44 : 118) + Math.round(random() * 18)
  const backMs = 2_000 + Math.round(random() * 2_500) + (run < LATE ? 0 : 4_000)
  return experiment({
    ...of('web', 'pod-kill', 'pod-kill on web (1 of 2)'),
    index: 1,
    name: 'one web pod dies',
    objectives: [
      availability(Math.floor(random() * 4), `a${run}`),
      p99Rise([62, 62 + rise, 66], [rise, rise - 9, rise + 12], { seed: `p${run}`, lengths: SMALL }),
    ],
    recovery: { lowMs: backMs - 1_000, highMs: backMs, limitMs: 20_000, objective: 'availability', verdict: 'pass' },
  })
}

function slowApi(run: number, random: Random): JournalExperiment {
  const bad = Math.floor(random() * 40)
  const latency = run < 12 ? '100ms' : '200ms'
  return experiment({
    ...of('api', 'network-delay', `network-delay ${latency.replace('ms', ' ms')} on api (1 of 2)`, { latency }),
    index: 2,
    name: 'api slows down',
    objectives: [
      availability(run < 12 ? 0 : bad, `s${run}`),
      queueLag([2, 9, 2], 8 + random() * 6, { seed: `q${run}`, lengths: SMALL }),
    ],
  })
}

function threshold(run: number, random: Random): JournalExperiment {
  const made = howSlow(3, true)
  const holds = (run < 30 ? 450 : 390) + Math.floor(random() * 3) * 30
  return { ...made, search: made.search && { ...made.search, holds, breaks: holds + 30, steps: [] } }
}

function storeGone(run: number): JournalExperiment {
  return experiment({
    ...of('store', 'network-partition', 'network-partition on store (1 of 2)'),
    index: 4,
    name: 'store cannot be reached',
    objectives: [availability(run < 41 ? 2 : 260, `g${run}`)],
    recovery:
      run < 41 ? null : { lowMs: 20_000, highMs: null, limitMs: 20_000, objective: 'availability', verdict: 'fail' },
  })
}

function journalOf(run: number, name: string, atMs: number, experiments: readonly JournalExperiment[]): Journal {
  const base = passJournal()
  const verdict = worstVerdict(experiments.map((one) => one.verdict))
  const held = experiments.filter((one) => one.verdict === 'pass').length
  return journalSchema.parse({
    ...base,
    run: {
      ...base.run,
      id: `r-${name.slice(0, 4)}${String(run).padStart(5, '0')}`,
      startedAtMs: atMs,
      endedAtMs: atMs + 1_000_000,
    },
    suite: { ...base.suite, name },
    change: base.change && {
      ...base.change,
      pullRequest: 440 + run,
      head: `${(run - (run % 3 === 0 ? 1 : 0)).toString(16).padStart(4, '0')}b0c5a2f48e9b`,
    },
    verdict,
    summary: `${held} of ${experiments.length} experiments held`,
    experiments,
    leftovers: run === 40 ? [{ what: 'Fault/r-1', why: 'its node did not answer', remedy: 'seaworthy cleanup' }] : [],
  })
}

/** 44 runs of `checkout` and 14 of `payments`, from June to November 2026. */
export function monthsOfJournals(): Journal[] {
  const random = seededRandom(11)
  const checkout = Array.from({ length: RUNS }, (_, run) =>
    journalOf(run, 'checkout', FIRST + run * 3.9 * DAY_MS + Math.floor(random() * 5) * 3_600_000, [
      podDies(run, random),
      slowApi(run, random),
      threshold(run, random),
      ...(run >= 37 ? [storeGone(run)] : []),
    ]),
  )
  const payments = Array.from({ length: 14 }, (_, run) =>
    journalOf(run, 'payments', FIRST + run * 12 * DAY_MS, [podDies(0, random)]),
  )
  return [...checkout, ...payments]
}
