import { describe, test } from 'vitest'
import { expectCase, titled } from './cases.ts'

describe('requests', () => {
  test.each(
    titled([
      [
        'http-abort',
        'http',
        {},
        {
          when: 'traffic was hit',
          under: { hit: 3, matched: 30 },
          effective: true,
          seen: '3 of 30 matching requests hit; no request of our own',
        },
      ],
      [
        'http-abort',
        'http',
        {},
        {
          when: 'our own got the error',
          before: { answers: { 200: 1 } },
          under: { hit: 0, matched: 0, answers: { 503: 1 } },
          effective: true,
          seen: 'our own got 503 × 1',
        },
      ],
      [
        'http-abort',
        'http',
        {},
        {
          when: 'our own got it before as well',
          before: { answers: { 503: 1 } },
          under: { hit: 0, answers: { 503: 1 } },
          effective: false,
          seen: '503',
        },
      ],
      [
        'http-abort',
        'http',
        {},
        { when: 'nobody asked before', under: { hit: 0, answers: { 503: 1 } }, effective: false, seen: '503' },
      ],
      [
        'http-abort',
        'http',
        { reset: true },
        {
          when: 'our own was reset',
          before: { answers: { 200: 1 } },
          under: { answers: { reset: 1 } },
          effective: true,
          seen: 'requests were not counted; our own got reset',
        },
      ],
      [
        'http-abort',
        'http',
        { reset: true },
        {
          when: 'the service is down',
          before: { answers: { 200: 1 } },
          under: { answers: { refused: 1 } },
          effective: false,
          seen: 'refused',
        },
      ],
      [
        'http-delay',
        'http',
        { latency: '1s' },
        {
          when: 'traffic was held',
          under: { hit: 3, matched: 3, medianHeldMs: 900 },
          effective: true,
          seen: 'held for 900.0 ms',
        },
      ],
      [
        'http-delay',
        'http',
        { latency: '1s' },
        {
          when: 'our own took longer',
          before: { answerMedianMs: 2 },
          under: { hit: 0, answerMedianMs: 1_003 },
          effective: true,
          seen: '2.0 → 1003.0 ms',
        },
      ],
      [
        'http-delay',
        'http',
        { latency: '1s' },
        {
          when: 'it was slow before',
          before: { answerMedianMs: 900 },
          under: { hit: 0, answerMedianMs: 1_003 },
          effective: false,
          seen: '900.0',
        },
      ],
      [
        'http-delay',
        'http',
        { latency: '0ms' },
        { when: 'nothing was asked for', under: { hit: 3, medianHeldMs: 900 }, effective: false, seen: '0 ms asked' },
      ],
      [
        'http-replace',
        'http',
        { body: 'x' },
        { when: 'an answer was changed', under: { hit: 1, matched: 1 }, effective: true, seen: '1 of 1' },
      ],
      [
        'http-replace',
        'http',
        { status: 404 },
        {
          when: 'our own got the status',
          before: { answers: { 200: 1 } },
          under: { hit: 0, answers: { 404: 1 } },
          effective: true,
          seen: '404',
        },
      ],
      [
        'http-replace',
        'http',
        { body: 'x' },
        {
          when: 'none was changed',
          before: { answers: { 200: 1 } },
          under: { hit: 0, matched: 0, answers: { 200: 1 } },
          effective: false,
          seen: '200',
        },
      ],
      [
        'grpc-abort',
        'http',
        {},
        {
          when: 'our own got the code',
          before: { answers: { 'grpc 12': 1 } },
          under: { answers: { 'grpc 14': 1 } },
          effective: true,
          seen: 'grpc 14',
        },
      ],
      [
        'grpc-abort',
        'http',
        {},
        {
          when: 'our own got another',
          before: { answers: { 'grpc 0': 1 } },
          under: { hit: 0, answers: { 'grpc 12': 1 } },
          effective: false,
          seen: 'grpc 12',
        },
      ],
    ]),
  )('$type: $when', ({ type, probe, given, one }) => expectCase(type, probe, given, one))
})
