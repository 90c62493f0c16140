import { type Journal, type JournalExperiment, journalSchema } from '../../src/model/journal.ts'
import { worstVerdict } from '../../src/model/verdict.ts'
import { notRun, recovered, STARTED_MS } from './samples/experiments.ts'
import { hostileExperiments, hostileFrame } from './samples/hostile.ts'
import { howSlow } from './samples/search.ts'
import {
  apiAborts,
  apiSlow,
  busyAndKilled,
  cacheCutOff,
  guardAborted,
  OTHER_PODS,
  PODS,
  webPodDies,
} from './samples/shop.ts'
import { cancelled, engineLost, lowTraffic, nothingSeen, unproven } from './samples/unjudged.ts'

/** Complete, valid, made-up journals. The same call gives the same journal; nothing in them was measured. */
type Over = Partial<Journal> & Pick<Journal, 'summary' | 'experiments'>

function journal(over: Over): Journal {
  const tookMs = 94_000 + over.experiments.filter(({ ran }) => ran).length * 186_000
  return journalSchema.parse({
    version: 1,
    tool: { name: 'seaworthy', version: '0.4.0' },
    run: {
      id: 'r-7k2m9q',
      mode: 'enforce',
      seed: 7,
      startedAtMs: STARTED_MS - 63_000,
      endedAtMs: STARTED_MS - 63_000 + tookMs,
      onInconclusive: 'fail',
      shard: null,
      machine: 'linux 6.1.0, node 24.21.0',
    },
    suite: {
      name: 'checkout',
      file: 'seaworthy.yaml',
      digest: '5b0e8d31a7c4f2906e1b88d0c9a35d7712f04c6aa9e8b1d45c3f70e26b9d8a14',
    },
    change: {
      repository: 'acme/shop',
      pullRequest: 482,
      head: '7d3e1b0c5a2f48e9b6d1',
      base: 'a41f2c97d03be8516fc2',
      branch: 'main',
      runUrl: 'https://github.com/acme/shop/actions/runs/1',
    },
    platform: { name: 'kubernetes', detail: 'Kubernetes 1.34.4, namespace preview-pr-482' },
    engine: 'builtin 0.4.0',
    plan: {
      digest: '9f2c41d07be3',
      touched: [...new Set(over.experiments.flatMap(({ targets }) => targets))].sort(),
      untouched: [...OTHER_PODS, ...PODS].filter(
        (pod) => !over.experiments.some(({ targets }) => targets.includes(pod)),
      ),
      warnings: [],
      estimateMs: tookMs - 4_000,
    },
    verdict: worstVerdict(over.experiments.map(({ verdict }) => verdict)),
    reasons: [],
    outside: [],
    leftovers: [],
    traffic: {
      kind: 'http',
      requests: over.experiments.filter(({ ran }) => ran).length * 9_000,
      lateP99Ms: 1.2,
      description: 'http, 50/s, open loop, limit 2 s',
    },
    timings: [
      { phase: 'preflight', ms: 14_000 },
      { phase: 'engine up', ms: 9_000 },
      { phase: 'steady state', ms: 40_000 },
      ...over.experiments.filter(({ ran }) => ran).map(({ name }) => ({ phase: name, ms: 186_000 })),
      { phase: 'clean up', ms: 31_000 },
    ],
    ...over,
  })
}

const good = (): JournalExperiment[] => [webPodDies(1), apiAborts(2), apiSlow(3), howSlow(4, true), busyAndKilled(5)]

export function passJournal(): Journal {
  return journal({ summary: '5 of 5 experiments held', experiments: good() })
}

/** Three failures: an objective missed with its reason and a hint, a search below its threshold, a guard that fired and no recovery. */
export function failJournal(): Journal {
  return journal({
    summary: '3 of 7 experiments did not hold',
    experiments: [
      webPodDies(1),
      cacheCutOff(2),
      apiSlow(3),
      howSlow(4, false),
      apiAborts(5),
      busyAndKilled(6),
      guardAborted(7),
    ],
    plan: {
      digest: '9f2c41d07be3',
      touched: PODS.filter((pod) => pod !== 'web-6b8d9c-zz81q'),
      untouched: ['web-6b8d9c-zz81q', ...OTHER_PODS],
      warnings: ['p99 rise: one slice in 20 may be empty at this rate.'],
      estimateMs: 1_380_000,
    },
  })
}

/** Too little traffic, an objective without data, and two faults that prove nothing. */
export function inconclusiveJournal(): Journal {
  return journal({
    summary: '3 of 4 experiments could not be judged',
    experiments: [
      lowTraffic(1),
      unproven(
        apiSlow(2),
        'not-effective',
        'The delay was not seen: round trip 0.4 ms before and 0.4 ms under the fault.',
      ),
      unproven(apiAborts(3), 'not-observed', 'None of 3000 requests crossed the fault.'),
      busyAndKilled(4),
    ],
  })
}

/** A node went away in the middle: two things stay behind, and the rest was not judged. */
export function errorJournal(): Journal {
  const later = [
    ['one api answer in ten is a 503', 'http-abort'],
    ['how slow may the api get', 'network-delay'],
  ] as const
  return journal({
    summary: 'engine failed, 1 of 4 experiments could not be judged',
    verdict: 'error',
    reasons: [{ code: 'ENGINE_FAILED', detail: 'Node worker-2 was not reachable for 30 s.' }],
    experiments: [
      webPodDies(1),
      engineLost(2),
      ...later.map(([name, type], position) => notRun(3 + position, name, type, 'api', PODS.slice(3))),
    ],
    outside: ['orders-7c9f-2: restarted once'],
    leftovers: [
      {
        what: 'Fault/r-7k2m9q-2 in preview-pr-482',
        why: 'Its node did not answer. Its rules ended by themselves at 09:27:40 UTC; the object remains.',
        remedy: 'npx seaworthy cleanup --run r-7k2m9q',
      },
      {
        what: 'Lease/seaworthy-r-7k2m9q',
        why: 'The API server refused the deletion: 403.',
        remedy: 'kubectl delete lease seaworthy-r-7k2m9q -n preview-pr-482',
      },
    ],
  })
}

/** Somebody cancelled the run in its second experiment. */
export function abortedJournal(): Journal {
  return journal({
    summary: 'the run was cancelled, 1 of 3 experiments judged',
    verdict: 'aborted',
    reasons: [{ code: 'CANCELLED', detail: 'Cancelled by SIGTERM.' }],
    experiments: [
      webPodDies(1),
      cancelled(2),
      notRun(3, 'one api answer in ten is a 503', 'http-abort', 'api', PODS.slice(3)),
    ],
  })
}

/** One experiment on a laptop: no pull request, no cluster, nothing to compare with. */
export function firstRunJournal(): Journal {
  const one = webPodDies(1)
  return journal({
    summary: '1 of 1 experiment held',
    experiments: [
      {
        ...one,
        name: 'one web process dies',
        targets: ['web-2'],
        mechanism: 'SIGKILL',
        recovery: recovered(0, 20_000),
        impact: one.impact.slice(0, 2),
      },
    ],
    change: null,
    platform: { name: 'process', detail: 'linux' },
    plan: {
      digest: '0c77a1f25e9b',
      touched: ['web-2'],
      untouched: ['web-1', 'web-3', 'api-1'],
      warnings: [],
      estimateMs: 200_000,
    },
  })
}

/** Forty experiments from four shards, two of which did not hold. */
export function manyJournal(count = 40): Journal {
  const makers = [webPodDies, apiAborts, apiSlow, busyAndKilled]
  const experiments = Array.from({ length: count }, (_, position) => {
    const made =
      position === 17
        ? cacheCutOff(position + 1)
        : position === 23
          ? guardAborted(position + 1)
          : (makers[position % makers.length] ?? webPodDies)(position + 1)
    return { ...made, name: `${made.name}, variant ${position + 1}` }
  })
  return journal({
    summary: `2 of ${count} experiments did not hold`,
    experiments,
    run: { ...passJournal().run, shard: '1/4' },
  })
}

/** Windows without an end, slices without requests, estimates without numbers. */
export function emptyJournal(): Journal {
  return journal({
    summary: 'no data to judge 1 of 1 experiment',
    experiments: [nothingSeen(1)],
    plan: { digest: '', touched: [], untouched: [], warnings: [], estimateMs: 0 },
    traffic: { kind: 'none', requests: 0, lateP99Ms: null, description: '' },
    timings: [],
  })
}

/** Held, but something is left behind. */
export function leftoversJournal(): Journal {
  return journal({
    summary: '5 of 5 experiments held',
    experiments: good(),
    leftovers: errorJournal().leftovers.slice(0, 1),
  })
}

/** Every text tries to be more than text. */
export function hostileJournal(): Journal {
  return journal({
    ...hostileFrame(),
    experiments: hostileExperiments(cacheCutOff(1), howSlow(2, false)),
  })
}

/** Every sample by name, for golden files. */
export const SAMPLE_JOURNALS: Readonly<Record<string, () => Journal>> = {
  pass: passJournal,
  fail: failJournal,
  inconclusive: inconclusiveJournal,
  error: errorJournal,
  aborted: abortedJournal,
  'first-run': firstRunJournal,
  'forty-experiments': manyJournal,
  empty: emptyJournal,
  leftovers: leftoversJournal,
  hostile: hostileJournal,
}
