import { describe, expect, test } from 'vitest'
import type { Reading } from '../../src/model/recipe.ts'
import { both, type Case, effectOf, expectCase, link, never, quiet } from './effect-cases.ts'
import { factsFor, parse, typeOf } from './facts.ts'

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
