import { describe, test } from 'vitest'
import { expectCase, titled } from './cases.ts'

describe('workloads', () => {
  test.each(
    titled([
      [
        'scale',
        'object',
        { to: 1 },
        {
          when: 'as many are ready',
          before: { running: 3 },
          under: { running: 1 },
          effective: true,
          seen: '3 ready before, 1 under the fault, 1 asked for',
        },
      ],
      [
        'scale',
        'object',
        { to: 5 },
        {
          when: 'not all are ready yet',
          before: { running: 3 },
          under: { running: 4 },
          effective: false,
          seen: '5 asked for',
        },
      ],
      [
        'scale',
        'object',
        { to: 3 },
        {
          when: 'there were as many before',
          before: { running: 3 },
          under: { running: 3 },
          effective: false,
          seen: '3 ready before',
        },
      ],
      [
        'scale',
        'object',
        { by: -2 },
        {
          when: 'so many are fewer',
          before: { running: 3 },
          under: { running: 1 },
          effective: true,
          seen: '1 asked for',
        },
      ],
      [
        'scale',
        'object',
        { by: 1 },
        {
          when: 'somebody wrote it back',
          before: { running: 3 },
          under: { running: 3 },
          effective: false,
          seen: '4 asked for',
        },
      ],
      [
        'scale',
        'object',
        { random: { min: 1, max: 5 } },
        {
          when: 'any other number is ready',
          before: { running: 3 },
          under: { running: 5 },
          effective: true,
          seen: '1 to 5 asked for',
        },
      ],
      [
        'scale',
        'object',
        { random: { min: 1, max: 5 } },
        {
          when: 'a number out of the range is',
          before: { running: 3 },
          under: { running: 6 },
          effective: false,
          seen: '6 under the fault',
        },
      ],
      [
        'scale',
        'object',
        { to: 1 },
        { when: 'nobody counted before', under: { running: 1 }, effective: false, seen: 'not counted' },
      ],
      [
        'rollout-restart',
        'object',
        {},
        {
          when: 'pods are new',
          under: { restarts: 2, running: 3 },
          effective: true,
          seen: '2 pods newer than the fault, 3 ready',
        },
      ],
      [
        'rollout-restart',
        'object',
        {},
        { when: 'none is', under: { restarts: 0, running: 3 }, effective: false, seen: '0 pods newer' },
      ],
      [
        'rollout-restart',
        'object',
        {},
        { when: 'nobody counted', under: { running: 3 }, effective: false, seen: 'not counted' },
      ],
    ]),
  )('$type: $when', ({ type, probe, given, one }) => expectCase(type, probe, given, one))
})
