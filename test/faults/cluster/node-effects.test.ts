import { describe, test } from 'vitest'
import { expectCase, titled } from './cases.ts'

describe('nodes', () => {
  test.each(
    titled([
      [
        'node-cordon',
        'object',
        {},
        {
          when: 'it is unschedulable',
          before: { state: 'running' },
          under: { state: 'stopped' },
          effective: true,
          seen: 'schedulable before, unschedulable under the fault',
        },
      ],
      [
        'node-cordon',
        'object',
        {},
        {
          when: 'it was before as well',
          before: { state: 'stopped' },
          under: { state: 'stopped' },
          effective: false,
          seen: 'unschedulable before',
        },
      ],
      [
        'node-taint',
        'object',
        {},
        {
          when: 'the taint is not there',
          before: { state: 'running' },
          under: { state: 'running', fact: 'taken away' },
          effective: false,
          seen: 'not tainted under the fault (taken away)',
        },
      ],
      [
        'node-drain',
        'object',
        {},
        {
          when: 'it is empty',
          before: { running: 3 },
          under: { running: 0, state: 'stopped' },
          effective: true,
          seen: '3 pods to evict before, 0 left, unschedulable',
        },
      ],
      [
        'node-drain',
        'object',
        {},
        {
          when: 'a pod is left',
          before: { running: 3 },
          under: { running: 1, state: 'stopped' },
          effective: false,
          seen: '1 left',
        },
      ],
      [
        'node-drain',
        'object',
        {},
        {
          when: 'there was none before',
          before: { running: 0 },
          under: { running: 0, state: 'stopped' },
          effective: false,
          seen: '0 pods',
        },
      ],
      [
        'node-network-down',
        'node',
        {},
        {
          when: 'the link is down',
          before: { ready: true },
          under: { ready: false, fact: 'link eth0 down' },
          effective: true,
          seen: 'up before, down (link eth0 down) under the fault',
        },
      ],
      [
        'node-network-down',
        'node',
        {},
        {
          when: 'it was down before',
          before: { ready: false },
          under: { ready: false },
          effective: false,
          seen: 'down before',
        },
      ],
      [
        'service-stop',
        'node',
        { service: 'kubelet' },
        {
          when: 'the unit is stopped',
          before: { ready: true },
          under: { ready: false },
          effective: true,
          seen: 'running before, stopped under the fault',
        },
      ],
      [
        'service-stop',
        'script',
        { service: 'etcd' },
        {
          when: 'no such process runs',
          before: { ready: false, fact: 'exit 1' },
          under: { ready: true, fact: 'exit 0' },
          effective: true,
          seen: 'failed before, succeeded under the fault (exit 0)',
        },
      ],
      [
        'node-reboot',
        'node',
        {},
        {
          when: 'it booted',
          before: { identity: 'a' },
          under: { identity: 'b' },
          effective: true,
          seen: 'boot id a before, boot id b under the fault',
        },
      ],
      [
        'node-reboot',
        'node',
        {},
        {
          when: 'it did not',
          before: { identity: 'a' },
          under: { identity: 'a', ready: true },
          effective: false,
          seen: 'not seen to go down',
        },
      ],
      [
        'node-shutdown',
        'node',
        {},
        {
          when: 'it is not ready any more',
          before: { identity: 'a', ready: true },
          under: { ready: false },
          effective: true,
          seen: 'down',
        },
      ],
      [
        'node-shutdown',
        'node',
        {},
        { when: 'nobody saw it before', under: { ready: false }, effective: false, seen: 'was not seen before' },
      ],
      [
        'service-config',
        'script',
        { file: '/etc/a', search: 'x', replace: 'y' },
        {
          when: 'the text is there',
          before: { ready: false },
          under: { ready: true },
          effective: true,
          seen: 'succeeded under',
        },
      ],
    ]),
  )('$type: $when', ({ type, probe, given, one }) => expectCase(type, probe, given, one))
})
