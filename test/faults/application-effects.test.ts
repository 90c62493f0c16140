import { describe, test } from 'vitest'
import { type Case, expectCase, link, never, quiet } from './effect-cases.ts'

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
