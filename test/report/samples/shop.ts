import type { JournalExperiment } from '../../../src/model/journal.ts'
import { experiment, impact, recovered } from './experiments.ts'
import { missed, p99Rise, queueLag, share } from './objectives.ts'
import { HEALTHY, type Lengths, mixtureHistogram } from './series.ts'

/** The experiments of a made-up shop, which samples put together. */
export const AVAILABLE = { kind: 'share', target: 0.995 } as const
const FAST = { kind: 'share', target: 0.99 } as const
const WEB = ['web-6b8d9c-m4p7r', 'web-6b8d9c-x2k9f', 'web-6b8d9c-zz81q'] as const
export const API = ['api-5f7c44-8kq2z', 'api-5f7c44-tn6wd']
export const PODS = [...WEB, ...API]
export const OTHER_PODS = ['orders-7c9f-1', 'orders-7c9f-2', 'cache-0', 'payments-58d-1', 'payments-58d-2', 'mailer-1']

export const webPodDies = (index: number): JournalExperiment =>
  experiment({
    index,
    name: 'one web pod dies',
    fault: { type: 'pod-kill', description: 'pod-kill on web (1 of 3)', workload: 'web' },
    targets: [WEB[1]],
    of: 3,
    mechanism: 'delete, grace period 0 s',
    seen: 'UID 8c1f… became e07a…, ready again after 2.6 s',
    endedBy: 'nothing-to-end',
    objectives: [
      share('availability', 'requests answered', AVAILABLE, [1, 5, 1], ['flat', 'early', 'flat'], { seed: 'kill' }),
      share('fast', 'answered within 300 ms', FAST, [4, 14, 4], ['flat', 'early', 'flat'], { seed: 'kill', line: 13 }),
      p99Rise([82, 129, 84], [47, 31, 66], { seed: 'kill' }),
      queueLag([2, 3.4, 2.1], 3.9, { seed: 'kill' }),
    ],
    impact: impact({ web: [1, 5], api: [0, 0], orders: [0, 0], cache: [0, 0], payments: [0, 0] }, ['web']),
    also: { failures: [{ what: 'connection refused', count: 5 }] },
  })

export const cacheCutOff = (index: number): JournalExperiment =>
  experiment({
    index,
    name: 'api cannot reach the cache',
    fault: {
      type: 'network-partition',
      description: 'network-partition from api to cache (2 of 2)',
      workload: 'api',
      parameters: { to: 'cache' },
    },
    targets: API,
    of: 2,
    mechanism: 'nft set with a timeout',
    seen: 'the cache answered 40 of 40 before and 0 of 40 under the fault',
    endedBy: 'kernel',
    objectives: [
      share('availability', 'requests answered', AVAILABLE, [1, 87, 3], ['flat', 'warm', 'early'], { seed: 'cache' }),
      share('fast', 'answered within 300 ms', FAST, [5, 354, 9], ['flat', 'warm', 'early'], {
        seed: 'cache',
        line: 13,
      }),
      p99Rise([82, 2_000, 86], [null, 1_903, null], { seed: 'cache' }),
      queueLag([2, 3.1, 2], 3.6, { seed: 'cache' }),
    ],
    recovery: recovered(3_000, 30_000),
    impact: impact({ web: [1, 88], api: [0, 78], orders: [0, 12], cache: [0, 0, 0], payments: [0, 0] }, ['api']),
    latency: {
      baseline: mixtureHistogram(3_000, HEALTHY),
      fault: mixtureHistogram(
        3_000,
        [
          [0.908, 43, 0.36],
          [0.092, 640, 0.42],
        ],
        87,
      ),
      recovery: mixtureHistogram(3_000, [[1, 39, 0.34]]),
    },
    also: {
      failures: [
        { what: 'timeout', count: 84 },
        { what: 'status 503', count: 3 },
      ],
      why: '87 of 3000 requests failed, 84 of them at exactly 2 s, the limit of the traffic itself. Something waits for the cache without a limit of its own.',
      hint: {
        code: 'NO_TIMEOUT',
        text: 'Give the call from api to cache a timeout well under 300 ms, and answer without it when it is reached.',
      },
    },
  })

export const apiSlow = (index: number): JournalExperiment =>
  experiment({
    index,
    name: 'api slows down by 200 ms',
    fault: {
      type: 'network-delay',
      description: 'network-delay 200 ms ± 20 ms on api (2 of 2)',
      workload: 'api',
      parameters: { latency: 200, jitter: 20 },
    },
    targets: API,
    of: 2,
    mechanism: 'nfqueue behind an nft set with a timeout',
    seen: 'round trip 0.4 ms before and 201.3 ms under the fault, median of 40',
    endedBy: 'kernel',
    objectives: [
      share('availability', 'requests answered', FAST, [0, 3, 1], ['flat', 'flat', 'flat'], { seed: 'slow' }),
      p99Rise([81, 493, 83], [412, 398, 431], { seed: 'slow', atMost: 600 }),
      queueLag([2.1, 4.4, 2], 5.1, { seed: 'slow' }),
    ],
    impact: impact({ web: [0, 3], api: [0, 0], orders: [0, 0], cache: [0, 0], payments: [0, 0] }, ['api']),
    latency: {
      baseline: mixtureHistogram(3_000, HEALTHY),
      fault: mixtureHistogram(3_000, [[1, 268, 0.26]], 3),
      recovery: mixtureHistogram(3_000, HEALTHY),
    },
  })

export const apiAborts = (index: number): JournalExperiment =>
  experiment({
    index,
    name: 'one api answer in ten is a 503',
    fault: {
      type: 'http-abort',
      description: 'http-abort 503 for 10 % on api (2 of 2)',
      workload: 'api',
      parameters: { status: 503, percent: 0.1 },
    },
    targets: API,
    of: 2,
    mechanism: 'redirect to a proxy behind an nft set with a timeout',
    seen: '39 of 400 probes were answered with 503',
    endedBy: 'kernel',
    objectives: [
      share('availability', 'requests answered', AVAILABLE, [1, 7, 0], ['flat', 'flat', 'flat'], { seed: 'abort' }),
      share('fast', 'answered within 300 ms', FAST, [5, 17, 4], ['flat', 'flat', 'flat'], { seed: 'abort', line: 13 }),
      p99Rise([83, 171, 82], [88, 69, 112], { seed: 'abort' }),
      queueLag([2, 2.8, 2.1], 3.2, { seed: 'abort' }),
    ],
    impact: impact({ web: [1, 7], api: [0, 601, 6_014], orders: [0, 3], cache: [0, 0], payments: [0, 0] }, ['api']),
  })

export const busyAndKilled = (index: number): JournalExperiment =>
  experiment({
    index,
    name: 'a web pod dies while the api is busy',
    fault: {
      type: 'cpu-stress',
      description: 'cpu-stress 1 worker on api (1 of 2)',
      workload: 'api',
      parameters: { workers: 1 },
    },
    targets: [API[1] ?? '', WEB[0]],
    of: 5,
    mechanism: 'one worker in the pod; delete, grace period 0 s',
    seen: '0.98 cores used by the worker; UID 41d2… became 9b30…',
    objectives: [
      share('availability', 'requests answered', AVAILABLE, [1, 6, 1], ['flat', 'early', 'flat'], { seed: 'busy' }),
      share('fast', 'answered within 300 ms', FAST, [4, 18, 5], ['flat', 'warm', 'flat'], { seed: 'busy', line: 13 }),
      p99Rise([82, 221, 88], [139, 112, 171], { seed: 'busy' }),
      queueLag([2.1, 9.8, 2.2], 11.2, { seed: 'busy' }),
    ],
    recovery: recovered(6_000, 30_000, 'p99 rise'),
    second: { type: 'pod-kill', description: 'pod-kill on web (1 of 3)', workload: 'web' },
    impact: impact({ web: [1, 6], api: [0, 3], orders: [0, 0], cache: [0, 0], payments: [0, 0] }, ['api', 'web']),
  })

const CUT_SHORT: Lengths = [20, 5, 20]

/** A guard ended the fault after five slices, and the service did not come back. */
export const guardAborted = (index: number): JournalExperiment =>
  experiment({
    index,
    name: 'payments do not answer',
    fault: {
      type: 'network-partition',
      description: 'network-partition from api to payments (2 of 2)',
      workload: 'api',
      parameters: { to: 'payments' },
    },
    targets: API,
    of: 2,
    mechanism: 'nft set with a timeout',
    seen: 'payments answered 40 of 40 before and 0 of 40 under the fault',
    endedBy: 'kernel',
    lengths: CUT_SHORT,
    objectives: [
      share('availability', 'requests answered', AVAILABLE, [2, 318, 240], ['flat', 'flat', 'early'], {
        seed: 'pay',
        lengths: CUT_SHORT,
      }),
      share('fast', 'answered within 300 ms', FAST, [6, 402, 301], ['flat', 'flat', 'early'], {
        seed: 'pay',
        lengths: CUT_SHORT,
        line: 13,
      }),
    ],
    recovery: { lowMs: 60_000, highMs: null, limitMs: 30_000, objective: 'availability', verdict: 'fail' },
    impact: impact(
      { web: [2, 318, 750], api: [0, 310, 750], orders: [0, 290, 700], cache: [0, 0, 750], payments: [0, 0, 0] },
      ['api'],
    ),
    latency: {
      baseline: mixtureHistogram(3_000, HEALTHY),
      fault: mixtureHistogram(
        750,
        [
          [0.8, 44, 0.36],
          [0.2, 900, 0.4],
        ],
        318,
      ),
      recovery: mixtureHistogram(
        3_000,
        [
          [0.97, 41, 0.36],
          [0.03, 700, 0.5],
        ],
        240,
      ),
    },
    also: {
      verdict: 'fail',
      aborted: { objective: 'availability', below: 0.9, afterMs: 14_200 },
      failures: [
        { what: 'status 502', count: 301 },
        { what: 'timeout', count: 17 },
      ],
      reasons: [
        {
          code: 'ABORT_LIMIT',
          detail: 'Availability fell below 90 %, so the fault was ended after 14.2 s.',
          objective: 'availability',
        },
        missed('availability', '318 of 750 requests were bad.'),
        {
          code: 'NOT_RECOVERED',
          detail: 'Not as before within 60 s after the fault had ended; the limit is 30 s.',
          objective: 'availability',
        },
      ],
      why: '301 of 318 failed requests were a 502 from web itself, and they went on after payments answered again.',
    },
  })
