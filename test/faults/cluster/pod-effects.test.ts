import { describe, test } from 'vitest'
import { expectCase, titled } from './cases.ts'

const UID = '0d4f3c1e-aaaa'

describe('pods', () => {
  test.each(
    titled([
      [
        'pod-kill',
        'object',
        {},
        {
          when: 'another is in its place',
          under: { identity: '9a-other-uid' },
          effective: true,
          seen: 'UID 0d4f3c1e became UID 9a-other in its place',
        },
      ],
      [
        'pod-kill',
        'object',
        {},
        { when: 'it is gone', under: { identity: '' }, effective: true, seen: 'gone, none in its place yet' },
      ],
      [
        'pod-kill',
        'object',
        {},
        {
          when: 'it is still there',
          under: { identity: UID, fact: 'terminating' },
          effective: false,
          seen: 'still there with UID 0d4f3c1e',
        },
      ],
      [
        'pod-kill',
        'object',
        {},
        { when: 'its UID is not known', under: { ready: false }, effective: false, seen: 'not seen' },
      ],
      ['evict', 'object', {}, { when: 'it is gone', under: { identity: '' }, effective: true, seen: 'gone' }],
      [
        'evict',
        'object',
        {},
        { when: 'it is still there', under: { identity: UID }, effective: false, seen: 'still there' },
      ],
      [
        'pod-failure',
        'object',
        {},
        {
          when: 'it is not ready any more',
          before: { ready: true },
          under: { ready: false },
          effective: true,
          seen: 'ready before, not ready under the fault',
        },
      ],
      [
        'pod-failure',
        'object',
        {},
        {
          when: 'it waits, and has nothing that would say so',
          before: { ready: true },
          under: { ready: true, state: 'stopped' },
          effective: true,
          seen: 'all containers wait',
        },
      ],
      [
        'pod-failure',
        'object',
        {},
        {
          when: 'it is still ready',
          before: { ready: true },
          under: { ready: true, state: 'running' },
          effective: false,
          seen: 'ready under the fault',
        },
      ],
      [
        'pod-failure',
        'object',
        {},
        {
          when: 'it was not ready before',
          before: { ready: false },
          under: { ready: false },
          effective: false,
          seen: 'not ready before',
        },
      ],
      [
        'pod-failure',
        'object',
        {},
        { when: 'nobody looked before', under: { ready: false }, effective: false, seen: 'not looked at before' },
      ],
    ]),
  )('$type: $when', ({ type, probe, given, one }) => expectCase(type, probe, given, one))
})
