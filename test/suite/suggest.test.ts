import { expect, test } from 'vitest'
import { nearest, suggestion } from '../../src/suite/issues/suggest.ts'

test.each([
  ['latencey', ['latency', 'jitter'], 'latency'],
  ['maxBackoff', ['backoff', 'max-backoff'], 'max-backoff'],
  ['keep_alive', ['keep-alive'], 'keep-alive'],
  ['wbe', ['web', 'api'], 'web'],
  ['avail', ['availability', 'fast'], 'availability'],
  ['queue', ['latency', 'jitter'], undefined],
  ['x'.repeat(10_000), ['x'], undefined],
])('the nearest to %s', (word, candidates, expected) => {
  expect(nearest(word, candidates)).toBe(expected)
})

test('without a near one all are listed', () => {
  expect(suggestion('zzz', ['one', 'two'], 'keys')).toBe('Known keys: one, two.')
  expect(suggestion('zzz', [], 'keys')).toBe('There are no keys.')
  expect(
    suggestion(
      'zzz',
      Array.from({ length: 45 }, (_, place) => `key${place}`),
      'keys',
    ),
  ).toContain('key39 and 5 more.')
})
