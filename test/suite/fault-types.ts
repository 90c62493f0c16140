import * as z from 'zod'
import { durationMs, ratio } from '../../src/kit/scalars.ts'
import type { FaultType } from '../../src/model/fault.ts'

/** Fault types of the tests' own, so that what is tested here does not change with the catalogue. */
function faultType(type: string, shape: z.ZodRawShape, searchable: FaultType['searchable'] = {}): FaultType {
  return {
    type,
    group: 'workload',
    summary: `${type} of the tests.`,
    platforms: ['process', 'kubernetes'],
    parameters: z.strictObject(shape) as z.ZodType<Record<string, unknown>>,
    searchable,
    defaultMode: type === 'pod-kill' ? 'one' : 'all',
    recipe: () => {
      throw new Error('a suite is parsed without recipes')
    },
    effect: () => ({ injected: [], effective: false, seen: '' }),
    describe: () => type,
  }
}

export const TEST_FAULTS: readonly FaultType[] = [
  faultType('pod-kill', { grace: durationMs.prefault('0s').describe('Time to end by itself.') }),
  faultType(
    'network-delay',
    {
      latency: durationMs.describe('Time that is added.'),
      jitter: durationMs.prefault('0ms').describe('How much it varies.'),
      direction: z.enum(['to', 'from', 'both']).default('both').describe('Which way.'),
      to: z
        .strictObject({ workload: z.string().describe('A service.') })
        .optional()
        .describe('The other side.'),
      share: ratio.prefault('100%').describe('How much of the traffic.'),
    },
    { latency: 'ms', share: 'ratio' },
  ),
  faultType('cpu-stress', { workers: z.int().min(1).describe('How many.') }, { workers: 'count' }),
]

export const TEST_ENVIRONMENT = { PREVIEW_NAMESPACE: 'shop-pr-17', SHOP_TOKEN: 'hunter2', SECRET: 'hunter2' }
