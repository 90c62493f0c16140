import { describe, expect, test } from 'vitest'
import { type Case, clusterEffectOf, expectCase, status } from './cases.ts'

const five = (answered: number, medianMs?: number) => ({
  attempts: 5,
  answered,
  ...(medianMs !== undefined && { medianMs }),
})

describe('network-partition', () => {
  test.each<Case>([
    {
      when: 'no way is answered any more',
      before: { outbound: five(5, 0.3), inbound: five(5, 0.2) },
      under: { outbound: five(0), inbound: five(0), hit: 9, matched: 9 },
      effective: true,
      seen: /outbound connects answered 5 of 5 before, 0 of 5 under the fault, inbound .*; 9 of 9 packets dropped/,
    },
    {
      when: 'one way is still answered',
      before: { outbound: five(5), inbound: five(5) },
      under: { outbound: five(0), inbound: five(1), hit: 9, matched: 9 },
      effective: false,
      seen: 'inbound connects answered 5 of 5 before, 1 of 5',
    },
    {
      when: 'only one way had an answer before',
      before: { outbound: five(0), inbound: five(5) },
      under: { outbound: five(0), inbound: five(0) },
      effective: true,
      seen: /^api-1: inbound/,
    },
    {
      when: 'nothing had an answer before and nothing flows',
      before: { outbound: five(0) },
      under: { outbound: five(0), hit: 0, matched: 0 },
      effective: false,
      seen: 'no connection of our own could be compared; 0 of 0 packets dropped',
    },
    {
      when: 'nothing could be tried and all of the traffic was dropped',
      before: {},
      under: { hit: 12, matched: 12 },
      effective: true,
      seen: '12 of 12 packets dropped',
    },
    {
      when: 'nothing could be tried and some of the traffic passed',
      before: {},
      under: { hit: 11, matched: 12 },
      effective: false,
      seen: '11 of 12',
    },
    {
      when: 'nobody looked before',
      under: { outbound: five(0), hit: 0, matched: 0 },
      effective: false,
      seen: 'could be compared',
    },
    {
      when: 'the other side is cut off and the node is not',
      given: { to: { address: '10.0.0.7' } },
      before: { outbound: five(5), inbound: five(5) },
      under: { outbound: five(0), inbound: five(5) },
      effective: true,
      seen: /^api-1: outbound/,
    },
    {
      when: 'the other side still answers',
      given: { to: { address: '10.0.0.7' } },
      before: { outbound: five(5), inbound: five(5) },
      under: { outbound: five(5), inbound: five(0) },
      effective: false,
      seen: '5 of 5 under the fault',
    },
  ])('$when', (one) => expectCase('network-partition', 'packets', {}, one))
})

describe('network-delay', () => {
  test.each<Case>([
    {
      when: 'a connect takes longer',
      before: { outbound: five(5, 0.3) },
      under: { outbound: five(5, 100.4) },
      effective: true,
      seen: /outbound connect 0\.3 → 100\.4 ms; no traffic held; 200 ms asked for/,
    },
    {
      when: 'it takes longer by less than half',
      before: { outbound: five(5, 0.3) },
      under: { outbound: five(5, 100.2) },
      effective: false,
      seen: '100.2',
    },
    {
      when: 'traffic was held',
      before: {},
      under: { hit: 3, matched: 3, medianHeldMs: 199 },
      effective: true,
      seen: 'traffic held for 199.0 ms',
    },
    {
      when: 'a time is told and nothing was held',
      before: {},
      under: { hit: 0, medianHeldMs: 199 },
      effective: false,
      seen: 'no traffic held',
    },
    {
      when: 'it was slow before as well',
      before: { inbound: five(5, 200) },
      under: { inbound: five(5, 200) },
      effective: false,
      seen: '200.0 → 200.0',
    },
    {
      when: 'connects are not answered at all',
      before: { inbound: five(5, 1) },
      under: { inbound: five(0) },
      effective: false,
      seen: 'none ms',
    },
    {
      when: 'nothing was asked for',
      given: { latency: '0ms' },
      before: { inbound: five(5, 1) },
      under: { inbound: five(5, 9) },
      effective: false,
      seen: '0 ms asked for',
    },
  ])('$when', (one) => expectCase('network-delay', 'packets', { latency: '200ms' }, one))
})

describe('shares of packets', () => {
  const share = (hit: number, matched: number): Case['under'] => ({ hit, matched })
  test.each<[string, string, Record<string, unknown>, Case['under'], boolean]>([
    ['as many as asked for', 'network-loss', { loss: '10%' }, share(435, 4_000), true],
    ['as measured on a real kernel', 'network-loss', { loss: '1%' }, share(43, 5_000), true],
    ['far more', 'network-loss', { loss: '10%' }, share(600, 4_000), false],
    ['far fewer', 'network-loss', { loss: '10%' }, share(200, 4_000), false],
    ['none', 'network-loss', { loss: '10%' }, share(0, 4_000), false],
    ['too few packets to tell', 'network-loss', { loss: '10%' }, share(4, 40), false],
    ['just enough packets', 'network-loss', { loss: '10%' }, share(5, 50), true],
    [
      'a run of them, which a correlation explains',
      'network-loss',
      { loss: '10%', correlation: '90%' },
      share(40, 1_000),
      true,
    ],
    ['the same without a correlation', 'network-loss', { loss: '10%' }, share(40, 1_000), false],
    ['all', 'network-loss', { loss: '100%' }, share(40, 40), true],
    ['as many copies', 'network-duplicate', { duplicate: '20%' }, share(210, 1_000), true],
    ['no copies', 'network-duplicate', { duplicate: '20%' }, share(0, 1_000), false],
    ['as many changes', 'network-corrupt', { corrupt: '5%' }, share(58, 1_000), true],
    ['all changed', 'network-corrupt', { corrupt: '5%' }, share(1_000, 1_000), false],
    ['as many that overtake', 'network-reorder', { reorder: '25%' }, { ...share(260, 1_000), medianHeldMs: 10 }, true],
    [
      'overtaking what did not wait',
      'network-reorder',
      { reorder: '25%' },
      { ...share(260, 1_000), medianHeldMs: 1 },
      false,
    ],
    ['waits alone', 'network-reorder', { reorder: '25%' }, { ...share(1_000, 1_000), medianHeldMs: 10 }, false],
  ])('%s: %s %o', (_, type, given, under, effective) => {
    expect(clusterEffectOf(type, given, [status('packets', {}, under)]).effective).toBe(effective)
  })

  test('our own connections prove a loss that is large', () => {
    const lossy = (before: number, under: number) =>
      clusterEffectOf('network-loss', { loss: '80%' }, [
        status(
          'packets',
          { outbound: { attempts: 12, answered: before } },
          { outbound: { attempts: 12, answered: under }, hit: 0, matched: 0 },
        ),
      ])
    expect(lossy(12, 2).effective).toBe(true)
    expect(lossy(12, 9).effective).toBe(false)
    expect(lossy(11, 2).effective).toBe(false)
  })
})

describe('network-bandwidth', () => {
  test.each<Case>([
    {
      when: 'packets met the limit',
      under: { hit: 40, matched: 900, bytes: 9e6 },
      effective: true,
      seen: /8\.6 MiB met the rule in 10\.0 s, 976\.6 KiB\/s each way may pass; 40 of 900 packets met the limit/,
    },
    {
      when: 'what was dropped is not known',
      under: { matched: 900, bytes: 9e6 },
      effective: false,
      seen: 'packets were not counted',
    },
    { when: 'nothing met the limit', under: { hit: 0, matched: 900, bytes: 9e6 }, effective: false, seen: '0 of 900' },
    {
      when: 'what arrived too fast was dropped',
      given: { direction: 'from' },
      under: { hit: 3, matched: 900, bytes: 5e6 },
      effective: true,
      seen: '3 of 900',
    },
    { when: 'the bytes are not known', under: { hit: 3, matched: 900 }, effective: false, seen: 'not measured' },
  ])('$when', (one) => expectCase('network-bandwidth', 'packets', { rate: '1MB/s' }, one))

  test('without a time of injection nothing is known', () => {
    const { injectedAt: _, ...target } = status('packets', {}, { hit: 9, matched: 9, bytes: 9e6 })
    expect(clusterEffectOf('network-bandwidth', { rate: '1MB/s' }, [target]).effective).toBe(false)
  })
})

describe('network-policy', () => {
  test.each<Case>([
    {
      when: 'it is there and enforced',
      before: { inbound: five(5) },
      under: { running: 1, inbound: five(0) },
      effective: true,
      seen: 'the policy is there; inbound connects answered 5 of 5 before, 0 of 5',
    },
    {
      when: 'it is there and nobody enforces it',
      before: { inbound: five(5) },
      under: { running: 1, inbound: five(5) },
      effective: false,
      seen: '5 of 5 under the fault',
    },
    {
      when: 'it is there and nobody tried',
      before: {},
      under: { running: 1 },
      effective: false,
      seen: 'that it is enforced was not measured',
    },
    {
      when: 'it is not there',
      before: { inbound: five(5) },
      under: { running: 0, inbound: five(0) },
      effective: false,
      seen: 'was not seen',
    },
  ])('$when', (one) => expectCase('network-policy', 'object', {}, one))
})

describe('connection-exhaust', () => {
  test.each<Case>([
    {
      when: 'nine tenths are open',
      under: { open: 90, refused: 0 },
      effective: true,
      seen: '90 of 100 idle connections open, 0 refused',
    },
    { when: 'the limit is reached', under: { open: 5, refused: 95 }, effective: true, seen: 'the limit is reached' },
    { when: 'all are refused', under: { open: 0, refused: 100 }, effective: false, seen: '0 of 100' },
    { when: 'too few are open', under: { open: 89 }, effective: false, seen: '89 of 100' },
    { when: 'nobody counted', under: { ready: true }, effective: false, seen: 'could not be counted' },
  ])('$when', (one) => expectCase('connection-exhaust', 'connections', { connections: 100 }, one))
})
