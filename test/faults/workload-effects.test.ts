import { describe, expect, test } from 'vitest'
import type { Reading } from '../../src/model/recipe.ts'
import { both, type Case, expectCase, facts, GONE, OTHER_KIND, state, states } from './effect-cases.ts'
import { parse, typeOf } from './facts.ts'

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

test('of many replicas the sentence names the first few', () => {
  const replicas = Array.from({ length: 6 }, (_, at) => `web-${at + 1}`)
  const before = states(...replicas.map((replica) => state(replica)))
  const many = { ...facts, replicas }
  const { seen, injected } = typeOf('pod-kill').effect(parse('pod-kill', {}), before, before, many)
  expect(injected).toHaveLength(6)
  expect(seen).toMatch(/web-4: process 10 is still running; and 2 more$/)
})
