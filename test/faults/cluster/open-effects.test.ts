import { describe, test } from 'vitest'
import { expectCase, titled } from './cases.ts'

describe('open-ended', () => {
  const commands = { inject: 'a', recover: 'b', proof: 'c' }
  const manifests = [
    { apiVersion: 'v1', kind: 'ConfigMap' },
    { apiVersion: 'v1', kind: 'Secret' },
  ]
  test.each(
    titled([
      [
        'script',
        'script',
        commands,
        {
          when: 'the proof succeeds now',
          before: { ready: false, fact: 'exit 1' },
          under: { ready: true },
          effective: true,
          seen: 'the proof failed before, succeeded under the fault',
        },
      ],
      [
        'script',
        'script',
        commands,
        {
          when: 'it succeeded before as well',
          before: { ready: true },
          under: { ready: true },
          effective: false,
          seen: 'succeeded before',
        },
      ],
      [
        'script',
        'script',
        commands,
        {
          when: 'it could not be run before',
          before: { ready: false, fact: 'not run' },
          under: { ready: true },
          effective: false,
          seen: 'failed before',
        },
      ],
      [
        'node-script',
        'script',
        commands,
        {
          when: 'it fails',
          before: { ready: false },
          under: { ready: false, fact: 'exit 2' },
          effective: false,
          seen: 'failed under the fault (exit 2)',
        },
      ],
      [
        'patch',
        'object',
        { merge: { a: 1 } },
        {
          when: 'the fields are as written',
          before: { state: 'running' },
          under: { state: 'stopped' },
          effective: true,
          seen: 'not as written before, as written under',
        },
      ],
      [
        'patch',
        'object',
        { merge: { a: 1 } },
        {
          when: 'the object is gone',
          before: { state: 'running' },
          under: { state: 'gone' },
          effective: false,
          seen: 'gone under',
        },
      ],
      [
        'apply',
        'object',
        { manifests },
        { when: 'all are there', under: { running: 2 }, effective: true, seen: '2 of 2 objects there' },
      ],
      [
        'apply',
        'object',
        { manifests },
        { when: 'one is missing', under: { running: 1, restarts: 4 }, effective: false, seen: '1 of 2' },
      ],
      [
        'apply',
        'object',
        { manifests, period: '2s' },
        { when: 'they come and go', under: { running: 0, restarts: 4 }, effective: true, seen: 'came 4 times' },
      ],
      [
        'job',
        'object',
        { image: 'a' },
        { when: 'it has succeeded', under: { ready: true, running: 0 }, effective: true, seen: 'the job is succeeded' },
      ],
      [
        'job',
        'object',
        { image: 'a' },
        { when: 'it still runs', under: { ready: false, running: 1 }, effective: false, seen: 'the job is running' },
      ],
      [
        'job',
        'object',
        { image: 'a', proof: 'running' },
        { when: 'it runs, which is enough', under: { ready: false, running: 1 }, effective: true, seen: 'running' },
      ],
      [
        'job',
        'object',
        { image: 'a', proof: 'running' },
        {
          when: 'it has failed',
          under: { ready: false, running: 0, fact: 'BackoffLimitExceeded' },
          effective: false,
          seen: 'neither running nor succeeded (BackoffLimitExceeded)',
        },
      ],
    ]),
  )('$type: $when', ({ type, probe, given, one }) => expectCase(type, probe, given, one))
})
