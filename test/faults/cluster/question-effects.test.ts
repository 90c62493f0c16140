import { describe, test } from 'vitest'
import { expectCase, titled } from './cases.ts'

describe('questions', () => {
  test.each(
    titled([
      [
        'dns-error',
        'dns',
        {},
        {
          when: 'our own got the error',
          before: { answers: { '10.0.0.7': 1 } },
          under: { hit: 0, answers: { SERVFAIL: 1 } },
          effective: true,
          seen: 'our own got servfail',
        },
      ],
      [
        'dns-error',
        'dns',
        { error: 'nxdomain' },
        {
          when: 'there was no such name before',
          before: { answers: { nxdomain: 1 } },
          under: { hit: 0, matched: 0, answers: { nxdomain: 1 } },
          effective: false,
          seen: '0 of 0 matching questions answered',
        },
      ],
      [
        'dns-error',
        'dns',
        { error: 'nxdomain' },
        {
          when: 'a question of the traffic got it',
          before: { answers: { nxdomain: 1 } },
          under: { hit: 2, matched: 2, answers: { nxdomain: 1 } },
          effective: true,
          seen: '2 of 2',
        },
      ],
      [
        'dns-error',
        'dns',
        {},
        {
          when: 'our own got the other error',
          before: { answers: { '10.0.0.7': 1 } },
          under: { hit: 0, answers: { nxdomain: 1 } },
          effective: false,
          seen: 'nxdomain',
        },
      ],
      [
        'dns-random',
        'dns',
        {},
        {
          when: 'our own leads nowhere',
          before: { answers: { '10.0.0.7': 1 } },
          under: { answers: { '243.1.2.3': 1 } },
          effective: true,
          seen: '243.1.2.3',
        },
      ],
      [
        'dns-random',
        'dns',
        {},
        {
          when: 'our own is as before',
          before: { answers: { '10.0.0.7': 1 } },
          under: { hit: 0, answers: { '10.0.0.7': 1 } },
          effective: false,
          seen: '10.0.0.7',
        },
      ],
      [
        'dns-random',
        'dns',
        {},
        {
          when: 'our own is merely another',
          before: { answers: { '10.0.0.7': 1 } },
          under: { hit: 0, answers: { '24.0.0.8': 1 } },
          effective: false,
          seen: '24.0.0.8',
        },
      ],
      [
        'dns-static',
        'dns',
        { addresses: ['10.0.0.9'] },
        {
          when: 'our own got one of the addresses',
          before: { answers: { nodata: 1 } },
          under: { answers: { '10.0.0.9, 10.0.0.10': 1 } },
          effective: true,
          seen: '10.0.0.9; 10.0.0.10',
        },
      ],
      [
        'dns-static',
        'dns',
        { addresses: ['10.0.0.9'] },
        {
          when: 'our own got it before as well',
          before: { answers: { '10.0.0.9': 1 } },
          under: { hit: 0, answers: { '10.0.0.9': 1 } },
          effective: false,
          seen: '10.0.0.9',
        },
      ],
    ]),
  )('$type: $when', ({ type, probe, given, one }) => expectCase(type, probe, given, one))
})
