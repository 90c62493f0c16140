import { describe, expect, test } from 'vitest'
import type { Effect } from '../../src/model/fault.ts'
import type { Reading, ReplicaState } from '../../src/model/recipe.ts'
import { factsFor, parse, typeOf } from './facts.ts'

interface Case {
  readonly when: string
  readonly given?: Readonly<Record<string, unknown>>
  readonly before?: Reading
  readonly under: Reading
  /** `injected` is true when it is on every target. */
  readonly injected: boolean
  readonly effective: boolean
  readonly seen: string | RegExp
}

const facts = factsFor('web')

function effectOf(type: string, { given = {}, before, under }: Pick<Case, 'given' | 'before' | 'under'>): Effect {
  return typeOf(type).effect(parse(type, given), before, under, facts)
}

function expectCase(type: string, given: Readonly<Record<string, unknown>>, one: Case): void {
  const effect = effectOf(type, { ...one, given: { ...given, ...one.given } })
  expect(effect.injected.length).toBeGreaterThan(0)
  expect({ injected: effect.injected.every(({ ok }) => ok), effective: effect.effective }).toEqual({
    injected: one.injected,
    effective: one.effective,
  })
  expect(effect.seen).toMatch(one.seen)
}

function state(replica: string, more: Partial<ReplicaState> = {}): ReplicaState {
  return { replica, pid: 10, startedAt: 1, state: 'running', ready: true, restarts: 0, ...more }
}

function states(...replicas: readonly ReplicaState[]): Reading {
  return { probe: 'replica-state', replicas }
}

const GONE = { pid: undefined, startedAt: undefined, state: 'gone', ready: false } as const
const OTHER_KIND: Reading = { probe: 'stress', running: 9, cores: 9, bytes: 9e9 }
const both = states(state('web-1'), state('web-2', { pid: 11 }))

describe.each([
  ['pod-kill', {}],
  ['process-kill', { process: 'worker' }],
] as const)('%s', (type, given) => {
  const cases: readonly Case[] = [
    {
      when: 'other processes are in place',
      before: both,
      under: states(state('web-1', { pid: 20, startedAt: 2 }), state('web-2', { pid: 21, startedAt: 2, ready: false })),
      injected: true,
      effective: true,
      seen: 'web-1: process 10 became 20, ready; web-2: process 11 became 21, not ready yet',
    },
    {
      when: 'none is in place yet',
      before: both,
      under: states(state('web-1', GONE), state('web-2', GONE)),
      injected: true,
      effective: true,
      seen: 'process 10 is gone',
    },
    {
      when: 'the number came round again, with another start',
      before: both,
      under: states(state('web-1', { startedAt: 5 }), state('web-2', GONE)),
      injected: true,
      effective: true,
      seen: 'process 10 became 10',
    },
    {
      when: 'the processes survived',
      before: both,
      under: both,
      injected: true,
      effective: false,
      seen: 'process 10 is still running',
    },
    {
      when: 'one of two survived',
      before: both,
      under: states(state('web-1', { pid: 20 }), state('web-2', { pid: 11 })),
      injected: true,
      effective: false,
      seen: 'process 11 is still running',
    },
    {
      when: 'there was nothing to kill',
      before: states(state('web-1'), state('web-2', GONE)),
      under: states(state('web-1', GONE), state('web-2', GONE)),
      injected: false,
      effective: false,
      seen: /web-2: no process (was running|matches "worker") before/,
    },
    {
      when: 'nobody looked before',
      under: states(state('web-1', GONE), state('web-2', GONE)),
      injected: false,
      effective: false,
      seen: 'not seen before',
    },
    {
      when: 'a replica is not in the reading',
      before: both,
      under: states(state('web-1', GONE)),
      injected: false,
      effective: false,
      seen: 'not seen under',
    },
    {
      when: 'the reading is of another kind',
      before: both,
      under: OTHER_KIND,
      injected: false,
      effective: false,
      seen: 'could not be looked at',
    },
  ]
  test.each(cases)('$when', (one) => expectCase(type, given, one))
})

describe('process-pause', () => {
  const stopped = states(state('web-1', { state: 'stopped' }), state('web-2', { pid: 11, state: 'stopped' }))
  const cases: readonly Case[] = [
    {
      when: 'all are stopped',
      before: both,
      under: stopped,
      injected: true,
      effective: true,
      seen: 'web-1: process 10 is stopped; web-2: process 11 is stopped',
    },
    {
      when: 'one goes on',
      before: both,
      under: states(state('web-1', { state: 'stopped' }), state('web-2')),
      injected: true,
      effective: false,
      seen: 'web-2: process 10 is running',
    },
    {
      when: 'they were stopped before',
      before: stopped,
      under: stopped,
      injected: true,
      effective: false,
      seen: 'before the fault as well',
    },
    {
      when: 'no process matches',
      given: { process: 'x' },
      before: both,
      under: states(state('web-1', GONE), state('web-2', GONE)),
      injected: false,
      effective: false,
      seen: 'no process matches "x"',
    },
    {
      when: 'the reading is of another kind',
      before: both,
      under: OTHER_KIND,
      injected: false,
      effective: false,
      seen: 'could not be looked at',
    },
  ]
  test.each(cases)('$when', (one) => expectCase('process-pause', {}, one))
})

describe('pod-failure', () => {
  const answers = (answered: number, attempts = 20): Reading => ({
    probe: 'replica-answers',
    attempts,
    answered,
    medianMs: undefined,
  })
  const cases: readonly Case[] = [
    {
      when: 'nobody answers any more',
      before: answers(20),
      under: answers(0),
      injected: true,
      effective: true,
      seen: 'answered 20 of 20 before, 0 of 20 under the fault',
    },
    {
      when: 'one attempt is answered',
      before: answers(20),
      under: answers(1),
      injected: true,
      effective: false,
      seen: '1 of 20 under',
    },
    {
      when: 'nobody answered before',
      before: answers(0),
      under: answers(0),
      injected: true,
      effective: false,
      seen: '0 of 20 before',
    },
    {
      when: 'nobody could be asked',
      before: answers(0, 0),
      under: answers(0, 0),
      injected: true,
      effective: false,
      seen: '0 of 0',
    },
    { when: 'nobody asked before', under: answers(0), injected: true, effective: false, seen: 'not asked before' },
    {
      when: 'the reading is of another kind',
      before: answers(20),
      under: OTHER_KIND,
      injected: false,
      effective: false,
      seen: 'could not be asked',
    },
  ]
  test.each(cases)('$when', (one) => expectCase('pod-failure', {}, one))
})

describe('scale', () => {
  const count = (running: number, ready = running): Reading => ({ probe: 'replica-count', running, ready })
  const cases: readonly Case[] = [
    {
      when: 'down',
      given: { to: 1 },
      before: count(2),
      under: count(1),
      injected: true,
      effective: true,
      seen: 'web: 2 replicas before, 1 under the fault (1 ready), 1 asked for',
    },
    {
      when: 'up and ready',
      given: { by: 2 },
      before: count(2),
      under: count(4),
      injected: true,
      effective: true,
      seen: '4 asked for',
    },
    {
      when: 'down to what is not ready',
      given: { to: 1 },
      before: count(2),
      under: count(1, 0),
      injected: true,
      effective: true,
      seen: '(0 ready)',
    },
    {
      when: 'up and not ready',
      given: { by: 2 },
      before: count(2),
      under: count(4, 3),
      injected: true,
      effective: false,
      seen: '(3 ready)',
    },
    {
      when: 'not yet there',
      given: { to: 1 },
      before: count(2),
      under: count(2),
      injected: false,
      effective: false,
      seen: '2 under the fault',
    },
    {
      when: 'to what it is',
      given: { to: 2 },
      before: count(2),
      under: count(2),
      injected: true,
      effective: false,
      seen: '2 replicas before',
    },
    {
      when: 'nobody counted before',
      given: { to: 1 },
      under: count(1),
      injected: true,
      effective: false,
      seen: 'unknown number',
    },
    {
      when: 'the reading is of another kind',
      given: { to: 1 },
      before: count(2),
      under: OTHER_KIND,
      injected: false,
      effective: false,
      seen: 'could not be counted',
    },
  ]
  test.each(cases)('$when', (one) => expectCase('scale', {}, one))
})

type LinkReading = Extract<Reading, { readonly probe: 'link-rule' }>
interface LinkSeen extends Partial<Omit<LinkReading, 'probe' | 'answers'>> {
  readonly answers?: Partial<LinkReading['answers']>
}

function link({ answers, ...more }: LinkSeen = {}): Reading {
  return {
    probe: 'link-rule',
    active: true,
    connections: 12,
    connectionsHit: 0,
    requestsMatched: 0,
    requestsHit: 0,
    bytesHit: 0,
    medianHeldMs: undefined,
    ...more,
    answers: { attempts: 20, answered: 20, medianMs: 0.4, statuses: { '200': 20 }, ...answers },
  }
}

const quiet = link({ active: false, connections: 0 })
const never: readonly Case[] = [
  {
    when: 'the rule is not in force',
    before: quiet,
    under: link({
      active: false,
      connectionsHit: 12,
      requestsHit: 9,
      bytesHit: 9,
      medianHeldMs: 999,
      answers: { answered: 0, medianMs: undefined },
    }),
    injected: false,
    effective: false,
    seen: 'not in force',
  },
  {
    when: 'the reading is of another kind',
    before: quiet,
    under: OTHER_KIND,
    injected: false,
    effective: false,
    seen: 'could not be looked at',
  },
]

describe('network-partition', () => {
  const silence = { answered: 0, medianMs: undefined, statuses: {} }
  const cases: readonly Case[] = [
    ...never,
    {
      when: 'nothing is answered',
      before: quiet,
      under: link({ connectionsHit: 12, bytesHit: 2048, answers: silence }),
      injected: true,
      effective: true,
      seen: 'answered 20 of 20 before, 0 of 20 under the fault; 12 of 12 connections hit, 2 KiB held',
    },
    {
      when: 'one attempt is answered',
      before: quiet,
      under: link({ connectionsHit: 12, answers: { answered: 1 } }),
      injected: true,
      effective: false,
      seen: '1 of 20 under',
    },
    {
      when: 'nothing was answered before',
      before: link({ answers: silence }),
      under: link({ connectionsHit: 12, answers: silence }),
      injected: true,
      effective: false,
      seen: '0 of 20 before',
    },
    {
      when: 'nobody asked before',
      under: link({ answers: silence }),
      injected: true,
      effective: false,
      seen: 'not asked before',
    },
    {
      when: 'nothing can be asked, and all traffic was hit',
      before: quiet,
      under: link({ connectionsHit: 12, answers: { ...silence, attempts: 0 } }),
      injected: true,
      effective: true,
      seen: '12 of 12 connections hit',
    },
    {
      when: 'nothing can be asked, and some traffic passed',
      before: quiet,
      under: link({ connectionsHit: 11, answers: { ...silence, attempts: 0 } }),
      injected: true,
      effective: false,
      seen: '11 of 12',
    },
    {
      when: 'nothing can be asked, and there was no traffic',
      before: quiet,
      under: link({ connections: 0, answers: { ...silence, attempts: 0 } }),
      injected: true,
      effective: false,
      seen: '0 of 0',
    },
  ]
  test.each(cases)('$when', (one) => expectCase('network-partition', {}, one))
})

describe('network-delay', () => {
  const cases: readonly Case[] = [
    ...never,
    {
      when: 'the round trip rose',
      before: quiet,
      under: link({ answers: { medianMs: 201.3 } }),
      injected: true,
      effective: true,
      seen: 'round trip 0.4 → 201.3 ms, median of 20; no traffic held; 200 ms asked for',
    },
    {
      when: 'it rose by half',
      before: quiet,
      under: link({ answers: { medianMs: 100.4 } }),
      injected: true,
      effective: true,
      seen: '100.4 ms',
    },
    {
      when: 'it rose by less than half',
      before: quiet,
      under: link({ answers: { medianMs: 100.3 } }),
      injected: true,
      effective: false,
      seen: '100.3 ms',
    },
    {
      when: 'it was as slow before',
      before: link({ answers: { medianMs: 200 } }),
      under: link({ answers: { medianMs: 201 } }),
      injected: true,
      effective: false,
      seen: '200.0 → 201.0',
    },
    {
      when: 'real traffic was held for half of it on each way',
      before: quiet,
      under: link({ connectionsHit: 3, medianHeldMs: 100, answers: { attempts: 0, answered: 0, medianMs: undefined } }),
      injected: true,
      effective: true,
      seen: 'no round trip could be tried; traffic held for 100.0 ms a way',
    },
    {
      when: 'one way alone must hold for more',
      given: { direction: 'to' },
      before: quiet,
      under: link({ connectionsHit: 3, medianHeldMs: 99 }),
      injected: true,
      effective: false,
      seen: '99.0 ms a way',
    },
    {
      when: 'a held time without traffic',
      before: quiet,
      under: link({ connectionsHit: 0, medianHeldMs: 100 }),
      injected: true,
      effective: false,
      seen: 'no traffic held',
    },
    {
      when: 'nothing was asked for',
      given: { latency: '0ms' },
      before: quiet,
      under: link({ connectionsHit: 3, medianHeldMs: 100, answers: { medianMs: 300 } }),
      injected: true,
      effective: false,
      seen: '0 ms asked for',
    },
    {
      when: 'nobody asked before',
      under: link({ answers: { medianMs: 201.3 } }),
      injected: true,
      effective: false,
      seen: 'round trip none → 201.3 ms',
    },
    {
      when: 'nothing is answered at all',
      before: quiet,
      under: link({ answers: { answered: 0, medianMs: undefined } }),
      injected: true,
      effective: false,
      seen: 'none of 20 attempts',
    },
  ]
  test.each(cases)('$when', (one) => expectCase('network-delay', { latency: '200ms' }, one))
})

describe('network-bandwidth', () => {
  const cases: readonly Case[] = [
    ...never,
    {
      when: 'bytes had to wait',
      before: quiet,
      under: link({ connectionsHit: 4, bytesHit: 12_595, medianHeldMs: 45 }),
      injected: true,
      effective: true,
      seen: '12.3 KiB went through at 12.2 KiB/s, held for 45.0 ms at the median; round trip 0.4 → 0.4 ms',
    },
    { when: 'nothing flows', before: quiet, under: link(), injected: true, effective: false, seen: '0 B went through' },
    {
      when: 'the limit is above what flows',
      before: quiet,
      under: link({ connectionsHit: 4, bytesHit: 900, medianHeldMs: 4.9 }),
      injected: true,
      effective: false,
      seen: '4.9 ms',
    },
    {
      when: 'no wait was measured',
      before: quiet,
      under: link({ connectionsHit: 4, bytesHit: 900 }),
      injected: true,
      effective: false,
      seen: 'none ms',
    },
  ]
  test.each(cases)('$when', (one) => expectCase('network-bandwidth', { rate: '100kbit' }, one))

  test('a late machine is not a narrow line', () => {
    const slow = link({ connectionsHit: 40, bytesHit: 20_000, medianHeldMs: 30 })
    const effective = (rate: string) =>
      effectOf('network-bandwidth', { given: { rate }, before: quiet, under: slow }).effective
    expect([effective('1gbit'), effective('1mbit')]).toEqual([false, true])
  })
})

test('a partition of one of two replicas loses at least half of that one part of the answers', () => {
  const one = factsFor('web', ['web-1'])
  const cut = (answered: number) =>
    typeOf('network-partition').effect(parse('network-partition', {}), quiet, link({ answers: { answered } }), one)
      .effective
  expect([0, 10, 15].map(cut)).toEqual([true, true, true])
  expect([16, 20].map(cut)).toEqual([false, false])
})

describe('http-abort', () => {
  const cases: readonly Case[] = [
    ...never,
    {
      when: 'requests were hit',
      before: quiet,
      under: link({ requestsMatched: 870, requestsHit: 87, answers: { statuses: { '200': 18, '503': 2 } } }),
      injected: true,
      effective: true,
      seen: '87 of 870 matching requests hit; 2 of 20 probes got a 503',
    },
    {
      when: 'they were reset',
      given: { reset: true },
      before: quiet,
      under: link({ requestsMatched: 9, requestsHit: 9, answers: { answered: 0, medianMs: undefined } }),
      injected: true,
      effective: true,
      seen: '9 of 9 matching requests hit; 20 of 20 probes not answered',
    },
    {
      when: 'the share hit nothing',
      before: quiet,
      under: link({ requestsMatched: 870 }),
      injected: true,
      effective: false,
      seen: '0 of 870',
    },
    {
      when: 'nothing matched',
      before: quiet,
      under: link(),
      injected: true,
      effective: false,
      seen: '0 of 0 matching requests',
    },
  ]
  test.each(cases)('$when', (one) => expectCase('http-abort', {}, one))
})

describe('http-delay', () => {
  const cases: readonly Case[] = [
    ...never,
    {
      when: 'requests waited',
      before: quiet,
      under: link({ requestsMatched: 10, requestsHit: 10, medianHeldMs: 1_001 }),
      injected: true,
      effective: true,
      seen: '10 of 10 matching requests hit, held for 1001.0 ms at the median, 1 s asked for',
    },
    {
      when: 'they waited for less than half',
      before: quiet,
      under: link({ requestsMatched: 10, requestsHit: 10, medianHeldMs: 499 }),
      injected: true,
      effective: false,
      seen: '499.0 ms',
    },
    {
      when: 'nothing matched',
      before: quiet,
      under: link({ medianHeldMs: 1_001 }),
      injected: true,
      effective: false,
      seen: '0 of 0',
    },
    {
      when: 'nothing was asked for',
      given: { latency: '0ms' },
      before: quiet,
      under: link({ requestsMatched: 10, requestsHit: 10, medianHeldMs: 0 }),
      injected: true,
      effective: false,
      seen: '0 ms asked for',
    },
  ]
  test.each(cases)('$when', (one) => expectCase('http-delay', { latency: '1s' }, one))
})

describe('http-replace', () => {
  const cases: readonly Case[] = [
    ...never,
    {
      when: 'answers were changed',
      before: quiet,
      under: link({ requestsMatched: 10, requestsHit: 10, answers: { statuses: { '404': 20 } } }),
      injected: true,
      effective: true,
      seen: '10 of 10 matching requests hit; 20 of 20 probes got a 404',
    },
    {
      when: 'the share hit nothing',
      before: quiet,
      under: link({ requestsMatched: 10 }),
      injected: true,
      effective: false,
      seen: '0 of 10',
    },
    { when: 'nothing matched', before: quiet, under: link(), injected: true, effective: false, seen: '0 of 0' },
  ]
  test.each(cases)('$when', (one) => expectCase('http-replace', { status: 404 }, one))
})

describe('cpu-stress', () => {
  const stress = (running: number, cores: number): Reading => ({ probe: 'stress', running, cores, bytes: 0 })
  const cases: readonly Case[] = [
    {
      when: 'they use their cores',
      under: stress(2, 0.98),
      injected: true,
      effective: true,
      seen: '0.98 cores used by 2 of 2 workers, 1.00 asked for',
    },
    {
      when: 'a busy machine gives them a tenth',
      under: stress(2, 0.1),
      injected: true,
      effective: true,
      seen: '0.10 cores',
    },
    { when: 'they use nothing', under: stress(2, 0), injected: true, effective: false, seen: '0.00 cores' },
    {
      when: 'they use less than a tenth',
      under: stress(2, 0.09),
      injected: true,
      effective: false,
      seen: '0.09 cores',
    },
    { when: 'one is missing', under: stress(1, 1), injected: false, effective: false, seen: '1 of 2 workers' },
    {
      when: 'the reading is of another kind',
      under: both,
      injected: false,
      effective: false,
      seen: 'could not be looked at',
    },
  ]
  test.each(cases)('$when', (one) => expectCase('cpu-stress', { workers: 2, load: '50%' }, one))
})

describe('memory-stress', () => {
  const MIB = 1_048_576
  const stress = (running: number, bytes: number): Reading => ({ probe: 'stress', running, cores: 1, bytes })
  const cases: readonly Case[] = [
    {
      when: 'they hold it',
      under: stress(2, 128 * MIB),
      injected: true,
      effective: true,
      seen: '128 MiB held by 2 of 2 workers, 128 MiB asked for',
    },
    { when: 'half was swapped out', under: stress(2, 64 * MIB), injected: true, effective: true, seen: '64 MiB' },
    {
      when: 'they hold less than half',
      under: stress(2, 64 * MIB - 1),
      injected: true,
      effective: false,
      seen: '64 MiB held',
    },
    { when: 'one is missing', under: stress(1, 128 * MIB), injected: false, effective: false, seen: '1 of 2 workers' },
    {
      when: 'the reading is of another kind',
      under: both,
      injected: false,
      effective: false,
      seen: 'could not be looked at',
    },
  ]
  test.each(cases)('$when', (one) => expectCase('memory-stress', { size: '64MiB', workers: 2 }, one))
})

describe('connection-exhaust', () => {
  const held = (open: number, refused: number): Reading => ({ probe: 'connections', open, refused })
  const cases: readonly Case[] = [
    {
      when: 'all are open',
      under: held(100, 0),
      injected: true,
      effective: true,
      seen: '100 of 100 idle connections open, 0 refused',
    },
    {
      when: 'the limit of the target is reached',
      under: held(40, 60),
      injected: true,
      effective: true,
      seen: 'the limit is reached',
    },
    { when: 'too few are open', under: held(89, 0), injected: true, effective: false, seen: '89 of 100' },
    { when: 'the target is down', under: held(0, 100), injected: false, effective: false, seen: '0 of 100' },
    {
      when: 'the reading is of another kind',
      under: both,
      injected: false,
      effective: false,
      seen: 'could not be counted',
    },
  ]
  test.each(cases)('$when', (one) => expectCase('connection-exhaust', { connections: 100 }, one))
})

test('of many replicas the sentence names the first few', () => {
  const replicas = Array.from({ length: 6 }, (_, at) => `web-${at + 1}`)
  const before = states(...replicas.map((replica) => state(replica)))
  const many = { ...facts, replicas }
  const { seen, injected } = typeOf('pod-kill').effect(parse('pod-kill', {}), before, before, many)
  expect(injected).toHaveLength(6)
  expect(seen).toMatch(/web-4: process 10 is still running; and 2 more$/)
})
