import { describe, test } from 'vitest'
import { expectCase, titled } from './cases.ts'

describe('resources', () => {
  const MIB = 1_048_576
  test.each(
    titled([
      [
        'cpu-stress',
        'group',
        {},
        {
          when: 'half a core more is used',
          before: { cores: 0.1 },
          under: { cores: 0.6, running: 2 },
          effective: true,
          seen: '0.10 → 0.60 cores used, 1.00 asked for by 2 of 2 workers',
        },
      ],
      [
        'cpu-stress',
        'group',
        {},
        {
          when: 'less is',
          before: { cores: 0.2 },
          under: { cores: 0.6, running: 2 },
          effective: false,
          seen: '0.20 → 0.60',
        },
      ],
      [
        'cpu-stress',
        'group',
        {},
        {
          when: 'a worker is missing',
          before: { cores: 0.1 },
          under: { cores: 1, running: 1 },
          effective: false,
          seen: '1 of 2 workers',
        },
      ],
      [
        'cpu-stress',
        'group',
        {},
        {
          when: 'the limit throttles',
          before: { cores: 0.5, throttled: 57 },
          under: { cores: 0.5, throttled: 80, running: 2 },
          effective: true,
          seen: 'throttled 57 → 80 times',
        },
      ],
      [
        'cpu-stress',
        'group',
        {},
        {
          when: 'it is throttled as rarely as before',
          before: { cores: 0.5, throttled: 57 },
          under: { cores: 0.5, throttled: 66, running: 2 },
          effective: false,
          seen: '57 → 66',
        },
      ],
      [
        'cpu-stress',
        'group',
        {},
        {
          when: 'nobody looked before',
          under: { cores: 2, throttled: 80, running: 2 },
          effective: false,
          seen: 'unknown → 2.00',
        },
      ],
      [
        'memory-stress',
        'group',
        {},
        {
          when: 'half of it is held',
          before: { memoryBytes: 10 * MIB },
          under: { memoryBytes: 60 * MIB, running: 1 },
          effective: true,
          seen: '10 MiB → 60 MiB in use, 100 MiB asked for, 1 worker running',
        },
      ],
      [
        'memory-stress',
        'group',
        {},
        {
          when: 'the worker is gone',
          before: { memoryBytes: 10 * MIB },
          under: { memoryBytes: 110 * MIB, running: 0 },
          effective: false,
          seen: '0 workers',
        },
      ],
      [
        'memory-stress',
        'group',
        {},
        {
          when: 'nobody looked before',
          under: { memoryBytes: 110 * MIB, running: 1 },
          effective: false,
          seen: 'unknown →',
        },
      ],
      [
        'context-switch-stress',
        'group',
        {},
        {
          when: 'it switches more',
          before: { switchesPerSecond: 100 },
          under: { switchesPerSecond: 5_000, running: 2 },
          effective: true,
          seen: '100 → 5000 switches each second, 2 of 2 workers',
        },
      ],
      [
        'context-switch-stress',
        'group',
        {},
        {
          when: 'it hardly does',
          before: { switchesPerSecond: 100 },
          under: { switchesPerSecond: 1_000, running: 2 },
          effective: false,
          seen: '1000',
        },
      ],
      [
        'io-throttle',
        'disk',
        {},
        {
          when: 'writes are held back',
          before: { writeBytesPerSecond: 50 * MIB },
          under: { writeBytesPerSecond: 1.2 * MIB },
          effective: true,
          seen: 'writes 50 MiB/s → 1.2 MiB/s, 1 MiB/s asked for',
        },
      ],
      [
        'io-throttle',
        'disk',
        {},
        {
          when: 'they are too fast',
          before: { writeBytesPerSecond: 50 * MIB },
          under: { writeBytesPerSecond: 2 * MIB },
          effective: false,
          seen: '2 MiB/s',
        },
      ],
      [
        'io-throttle',
        'disk',
        {},
        {
          when: 'they were as slow before',
          before: { writeBytesPerSecond: MIB },
          under: { writeBytesPerSecond: MIB },
          effective: false,
          seen: '1 MiB/s → 1 MiB/s',
        },
      ],
      [
        'io-throttle',
        'disk',
        { read: '1MiB/s' },
        {
          when: 'reads were not measured',
          before: { writeBytesPerSecond: 50 * MIB },
          under: { writeBytesPerSecond: MIB },
          effective: false,
          seen: 'reads were not measured, writes',
        },
      ],
      [
        'io-throttle',
        'disk',
        { 'write-operations': 20 },
        {
          when: 'not one write came through',
          before: { writeBytesPerSecond: 50 * MIB, writesPerSecond: 900 },
          under: { writeBytesPerSecond: 0, writesPerSecond: 0 },
          effective: true,
          seen: '900 operations/s → 0 operations/s, 20 operations/s asked for',
        },
      ],
      [
        'disk-fill',
        'disk',
        {},
        {
          when: 'the space is gone',
          before: { freeBytes: 500 * MIB },
          under: { freeBytes: 300 * MIB, filledBytes: 200 * MIB },
          effective: true,
          seen: '500 MiB → 300 MiB free, our file has 200 MiB of 200 MiB',
        },
      ],
      [
        'disk-fill',
        'disk',
        {},
        {
          when: 'the file is too small',
          before: { freeBytes: 500 * MIB },
          under: { freeBytes: 350 * MIB, filledBytes: 150 * MIB },
          effective: false,
          seen: '150 MiB of 200 MiB',
        },
      ],
      [
        'disk-fill',
        'disk',
        {},
        {
          when: 'the volume did not lose it',
          before: { freeBytes: 500 * MIB },
          under: { freeBytes: 500 * MIB, filledBytes: 200 * MIB },
          effective: false,
          seen: '500 MiB → 500 MiB',
        },
      ],
      [
        'disk-fill',
        'disk',
        { size: undefined, share: '50%' },
        {
          when: 'a share is taken',
          before: { freeBytes: 500 * MIB },
          under: { freeBytes: 250 * MIB, filledBytes: 250 * MIB },
          effective: true,
          seen: '250 MiB of 250 MiB',
        },
      ],
    ]),
  )('$type: $when', ({ type, probe, given, one }) => {
    const common: Record<string, Record<string, unknown>> = {
      'cpu-stress': { workers: 2, load: '50%' },
      'memory-stress': { size: '50MiB', workers: 2 },
      'io-throttle': { write: '1MiB/s' },
      'disk-fill': { path: '/data', size: '200MiB' },
    }
    expectCase(type, probe, { ...common[type], ...given }, one)
  })
})
