import { describe, test } from 'vitest'
import { expectCase, titled } from './cases.ts'

describe('processes', () => {
  const running = { identity: '7:100', state: 'running', restarts: 0 } as const
  test.each(
    titled([
      [
        'container-kill',
        'process',
        {},
        {
          when: 'another runs',
          before: running,
          under: { identity: '9:200', state: 'running', restarts: 1 },
          effective: true,
          seen: '7:100 became 9:200, restarts 0 → 1',
        },
      ],
      [
        'container-kill',
        'process',
        {},
        {
          when: 'none runs yet',
          before: running,
          under: { state: 'gone', restarts: 0 },
          effective: true,
          seen: '7:100 is gone',
        },
      ],
      [
        'container-kill',
        'process',
        {},
        { when: 'the same runs', before: running, under: running, effective: false, seen: '7:100 is running' },
      ],
      [
        'container-kill',
        'process',
        {},
        { when: 'nobody looked before', under: { state: 'gone' }, effective: false, seen: 'not seen before' },
      ],
      [
        'container-kill',
        'process',
        {},
        {
          when: 'it was gone before',
          before: { state: 'gone' },
          under: { state: 'gone' },
          effective: false,
          seen: 'not seen before',
        },
      ],
      [
        'process-kill',
        'process',
        { process: 'worker' },
        { when: 'it is gone', before: running, under: { state: 'gone' }, effective: true, seen: 'gone' },
      ],
      [
        'process-kill',
        'process',
        { process: 'worker' },
        {
          when: 'none matched',
          before: { state: 'gone' },
          under: { state: 'gone' },
          effective: false,
          seen: 'a process that matches "worker" was not seen before',
        },
      ],
      [
        'process-pause',
        'process',
        {},
        {
          when: 'it is stopped',
          before: running,
          under: { ...running, state: 'stopped' },
          effective: true,
          seen: 'process running before, stopped under the fault',
        },
      ],
      [
        'process-pause',
        'process',
        {},
        { when: 'it still runs', before: running, under: running, effective: false, seen: 'running under the fault' },
      ],
      [
        'process-pause',
        'process',
        {},
        {
          when: 'it was stopped before',
          before: { state: 'stopped' },
          under: { state: 'stopped' },
          effective: false,
          seen: 'stopped before',
        },
      ],
      [
        'process-pause',
        'process',
        {},
        { when: 'nobody looked before', under: { state: 'stopped' }, effective: false, seen: 'not seen before' },
      ],
    ]),
  )('$type: $when', ({ type, probe, given, one }) => expectCase(type, probe, given, one))
})
