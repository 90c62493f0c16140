import { describe, expect, test } from 'vitest'
import { RULES } from '../../src/judge/explain/rules.ts'
import type { ExperimentFacts } from '../../src/judge/facts.ts'
import { judgeExperiment } from '../../src/judge/judge-experiment.ts'
import type { PlannedFault } from '../../src/model/plan.ts'
import {
  facts,
  HEALTHY,
  latencies,
  plannedExperiment,
  plannedFault,
  proof,
  repeat,
  START,
  shares,
  spread,
} from './setting.ts'

interface Story {
  readonly fault: Partial<PlannedFault> & { parameters?: Record<string, unknown> }
  readonly under?: readonly number[]
  readonly after?: readonly number[]
  readonly failures?: readonly { what: string; count: number }[]
  readonly failuresAfter?: readonly { what: string; count: number }[]
  readonly latency?: { before: number; under: number }
  readonly context?: Partial<ExperimentFacts['context']>
  readonly withinMs?: number
}

function story({
  fault,
  under = spread(600),
  after = HEALTHY,
  failures = [],
  failuresAfter = [],
  latency,
  context = {},
  withinMs,
}: Story): ExperimentFacts {
  const planned = plannedExperiment({
    steps: [{ step: 'fault', fault: plannedFault(fault) }],
    recoveryWithinMs: withinMs,
  })
  const measurements = [shares('baseline', HEALTHY), shares('fault', under), shares('recovery', after)]
  const histogram = (ms: number) => ({ ...latencies({ [ms]: 3_000 }), buckets: [[ms, 3_000] as [number, number]] })
  return facts(
    { planned, measurements, evidence: [proof({ type: fault.type ?? '' })] },
    {
      failures: { baseline: [], fault: [...failures], recovery: [...failuresAfter] },
      latency: { baseline: histogram(latency?.before ?? 40), fault: histogram(latency?.under ?? 40), recovery: null },
      ...context,
    },
  )
}

const TIMEOUTS = [{ what: 'timeout', count: 600 }]
const ERRORS = [{ what: 'status 503', count: 600 }]
const KILL = { type: 'pod-kill', workload: 'web', replicas: ['web-1'], of: 3 }
const RESETS = [{ what: 'connection reset', count: 120 }]
const SHORT = [50, 50, 20, ...repeat(57, 0)]
const OUTAGE = [...repeat(20, 50), ...repeat(40, 0)]

interface Weakness {
  readonly code: string
  readonly shown: Story
  readonly why: RegExp
  readonly text: string
  /** The same fault on a service that is not weak in this way, and fails in another. */
  readonly otherwise: Story
}

const WEAKNESSES: readonly Weakness[] = [
  {
    code: 'NO_TIMEOUT',
    shown: { fault: { type: 'network-partition', parameters: { to: { workload: 'cache' } } }, failures: TIMEOUTS },
    why: /^600 of 3000 requests failed, all at exactly 2 s, the traffic's own limit: something waits for cache without a limit of its own$/,
    text: 'give calls from api to cache a timeout well under 2 s',
    otherwise: {
      fault: { type: 'network-partition', parameters: { to: { workload: 'cache' } } },
      failures: [
        { what: 'timeout', count: 300 },
        { what: 'status 500', count: 300 },
      ],
    },
  },
  {
    code: 'NO_FALLBACK',
    shown: {
      fault: { type: 'network-partition', parameters: { to: { workload: 'cache' } } },
      under: repeat(60, 40),
      failures: [{ what: 'status 502', count: 2_400 }],
    },
    why: /^2400 of 3000 requests were answered with an error while cache could not be used$/,
    text: 'let those who call cache answer without it when it does not answer',
    otherwise: { fault: { type: 'network-partition', parameters: { to: { workload: 'cache' } } }, failures: ERRORS },
  },
  {
    code: 'NO_RETRY',
    shown: { fault: { type: 'http-abort', parameters: { share: 0.2, status: 503 } }, failures: ERRORS },
    why: /^20 % of requests failed, as many as api was made to refuse \(20 %\): what failed was not tried again$/,
    text: 'make calls to api once more when they fail, after a short wait',
    otherwise: { fault: { type: 'http-abort', parameters: { share: 0.6, status: 503 } }, failures: ERRORS },
  },
  {
    code: 'NO_RETRY',
    shown: { fault: KILL, under: SHORT, failures: RESETS },
    why: /^120 of 3000 requests lost their connection while web-1 was gone$/,
    text: 'make calls to web once more when their connection is reset',
    otherwise: { fault: KILL, under: spread(600), failures: ERRORS },
  },
  {
    code: 'NO_DRAIN',
    shown: { fault: { ...KILL, parameters: { gracePeriod: 5_000 } }, under: SHORT, failures: RESETS },
    why: /^120 of 3000 requests lost their connection while web-1 was gone, though it had 5 s to finish$/,
    text: 'let web finish the requests that it has when it is told to stop',
    otherwise: {
      fault: { ...KILL, parameters: { gracePeriod: 5_000 } },
      under: spread(600),
      failures: [{ what: 'connection reset', count: 600 }],
    },
  },
  {
    code: 'SINGLE_REPLICA',
    shown: { fault: { ...KILL, of: 1 }, under: OUTAGE, failures: [{ what: 'connection refused', count: 1_000 }] },
    why: /^web has one replica, and requests failed for 20 s while it was gone$/,
    text: 'run at least two replicas of web',
    otherwise: { fault: { ...KILL, of: 1 }, under: spread(600), failures: ERRORS },
  },
  {
    code: 'NOT_READY_YET',
    shown: {
      fault: KILL,
      under: OUTAGE,
      failures: [{ what: 'status 500', count: 1_000 }],
      context: { readyAgain: [{ replica: 'web-1', atMs: START.fault + 4_000 }] },
    },
    why: /^web-1 was ready again after 4 s, and requests went on failing for 16 s more$/,
    text: 'let web report ready only when it can answer requests',
    otherwise: {
      fault: KILL,
      under: OUTAGE,
      failures: [{ what: 'status 500', count: 1_000 }],
      context: { readyAgain: [{ replica: 'web-1', atMs: START.fault + 20_000 }] },
    },
  },
  {
    code: 'UNBOUNDED_QUEUE',
    shown: {
      fault: { type: 'network-delay', parameters: { latency: 500 } },
      after: [...repeat(12, 30), ...repeat(48, 0)],
      failuresAfter: [{ what: 'timeout', count: 360 }],
      withinMs: 5_000,
    },
    why: /^requests went on timing out for 12 s after the fault had ended, while 240 were answered: work had piled up$/,
    text: 'limit how many requests api holds at a time, and turn the rest away at once',
    otherwise: {
      fault: { type: 'network-delay', parameters: { latency: 500 } },
      after: [...repeat(12, 50), ...repeat(48, 0)],
      failuresAfter: [{ what: 'connection refused', count: 600 }],
      withinMs: 5_000,
    },
  },
  {
    // Nothing was answered while the window lasted, and a call that waits 80 ms cannot use up the users' own limit.
    code: 'UNBOUNDED_QUEUE',
    shown: {
      fault: { type: 'network-delay', parameters: { latency: 80 } },
      after: repeat(60, 50),
      failuresAfter: [{ what: 'timeout', count: 3_000 }],
      withinMs: 5_000,
    },
    why: /though each call had only been slowed down: work had piled up$/,
    text: 'limit how many requests api holds at a time, and turn the rest away at once',
    otherwise: {
      fault: { type: 'network-delay', parameters: { latency: 1_900 } },
      after: repeat(60, 50),
      failuresAfter: [{ what: 'timeout', count: 3_000 }],
      withinMs: 5_000,
    },
  },
  {
    // Worked off in the time that is allowed; but a call that waits 80 ms leaves no backlog where there is a limit.
    code: 'UNBOUNDED_QUEUE',
    shown: {
      fault: { type: 'network-delay', parameters: { latency: 80 } },
      after: [...repeat(4, 30), ...repeat(56, 0)],
      failuresAfter: [{ what: 'timeout', count: 120 }],
      withinMs: 9_000,
    },
    why: /^requests went on timing out for 4 s after the fault had ended, while 80 were answered: work had piled up$/,
    text: 'limit how many requests api holds at a time, and turn the rest away at once',
    otherwise: {
      fault: { type: 'network-delay', parameters: { latency: 900 } },
      after: [...repeat(4, 30), ...repeat(56, 0)],
      failuresAfter: [{ what: 'timeout', count: 120 }],
      withinMs: 9_000,
    },
  },
  {
    code: 'RETRY_STORM',
    shown: {
      fault: { type: 'network-delay', parameters: { latency: 500 } },
      context: {
        impact: [{ service: 'api', target: true, baseline: { n: 3_000, bad: 0 }, fault: { n: 9_300, bad: 6_000 } }],
      },
    },
    why: /^api was called 3\.1 times as often under the fault as before: calls that failed were made again and again$/,
    text: 'limit how often calls to api are made again, and wait longer each time',
    otherwise: {
      fault: { type: 'network-delay', parameters: { latency: 500 } },
      context: {
        impact: [{ service: 'api', target: true, baseline: { n: 3_000, bad: 0 }, fault: { n: 3_300, bad: 600 } }],
      },
    },
  },
  {
    code: 'SEQUENTIAL_CALLS',
    shown: { fault: { type: 'network-delay', parameters: { latency: 200 } }, latency: { before: 40, under: 442 } },
    why: /^a delay of 200 ms made the median request 402 ms slower: 2 calls to api wait for each other$/,
    text: 'send calls to api at the same time, or make one do',
    otherwise: { fault: { type: 'network-delay', parameters: { latency: 200 } }, latency: { before: 40, under: 245 } },
  },
]

describe('what explains a failure', () => {
  test('every rule has its story', () => {
    const told = new Set(WEAKNESSES.map(({ code }) => code))
    expect(told).toEqual(new Set(RULES.map(({ code }) => code)))
    expect(WEAKNESSES.length).toBeGreaterThanOrEqual(RULES.length)
  })

  test.each(WEAKNESSES)('$code is seen in what was measured', ({ code, shown, why, text }) => {
    const judged = judgeExperiment(story(shown))
    expect(judged.verdict).not.toBe('pass')
    expect(judged.why).toMatch(why)
    expect(judged.hint).toEqual({ code, text })
  })

  test.each(WEAKNESSES)('$code is not said of a service that fails in another way', ({ otherwise }) => {
    const judged = judgeExperiment(story(otherwise))
    expect(judged.verdict).toBe('fail')
    expect([judged.why, judged.hint]).toEqual([null, null])
  })

  test.each(WEAKNESSES)('$code is not said of a service that held', ({ shown }) => {
    const { withinMs, after, ...rest } = shown
    const judged = judgeExperiment(story({ ...rest, under: HEALTHY }))
    expect([judged.verdict, judged.why, judged.hint]).toEqual(['pass', null, null])
  })

  test('users who call the hurt part themselves have nobody between who could wait, retry or do without', () => {
    const entry = { context: { entries: ['api'] } }
    expect(
      judgeExperiment(story({ fault: { type: 'network-partition' }, failures: TIMEOUTS, ...entry })).hint,
    ).toBeNull()
    expect(
      judgeExperiment(story({ fault: { type: 'http-abort', parameters: { share: 0.2 } }, failures: ERRORS, ...entry }))
        .hint,
    ).toBeNull()
  })

  test('the users as the other side are no workload to be named', () => {
    const judged = judgeExperiment(
      story({ fault: { type: 'network-partition', parameters: { to: { workload: 'traffic' } } }, failures: TIMEOUTS }),
    )
    expect(judged.hint?.text).toBe('give calls to api a timeout well under 2 s')
  })

  test('one burst of failures is too little to be sure, and worth explaining', () => {
    const judged = judgeExperiment(story({ fault: KILL, under: SHORT, failures: RESETS }))
    expect([judged.verdict, judged.hint?.code]).toEqual(['inconclusive', 'NO_RETRY'])
  })

  test('several faults at once, or a search, are not explained', () => {
    const given = story({ fault: { type: 'network-partition' }, failures: TIMEOUTS })
    const second = { step: 'fault', fault: plannedFault({ id: 'e1f2' }) } as const
    const two = {
      ...given,
      planned: { ...given.planned, steps: [...given.planned.steps, second] },
      evidence: [proof(), proof({ fault: 'e1f2' })],
    }
    expect(judgeExperiment(two)).toMatchObject({ verdict: 'fail', hint: null })
  })

  test('nothing a service said reaches the words', () => {
    const hostile = '`@everyone` <script>'
    const judged = judgeExperiment(
      story({ fault: { type: 'network-partition' }, failures: [...TIMEOUTS, { what: hostile, count: 1 }] }),
    )
    expect(`${judged.why} ${judged.hint?.text}`).not.toContain(hostile)
  })
})
