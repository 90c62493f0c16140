import { describe, test } from 'vitest'
import type { Reading } from '../../src/model/recipe.ts'
import { both, type Case, expectCase } from './effect-cases.ts'

describe('cpu-stress', () => {
  const stress = (running: number, cores: number): Reading => ({ probe: 'stress', running, cores, bytes: 0 })
  const cases: readonly Case[] = [
    {
      when: 'they use their cores',
      under: stress(2, 0.98),
      injected: true,
      effective: true,
      seen: '0.98 cores used by 2 of 2 workers, 1.00 asked for',
    },
    {
      when: 'a busy machine gives them a tenth',
      under: stress(2, 0.1),
      injected: true,
      effective: true,
      seen: '0.10 cores',
    },
    { when: 'they use nothing', under: stress(2, 0), injected: true, effective: false, seen: '0.00 cores' },
    {
      when: 'they use less than a tenth',
      under: stress(2, 0.09),
      injected: true,
      effective: false,
      seen: '0.09 cores',
    },
    { when: 'one is missing', under: stress(1, 1), injected: false, effective: false, seen: '1 of 2 workers' },
    {
      when: 'the reading is of another kind',
      under: both,
      injected: false,
      effective: false,
      seen: 'could not be looked at',
    },
  ]
  test.each(cases)('$when', (one) => expectCase('cpu-stress', { workers: 2, load: '50%' }, one))
})

describe('memory-stress', () => {
  const MIB = 1_048_576
  const stress = (running: number, bytes: number): Reading => ({ probe: 'stress', running, cores: 1, bytes })
  const cases: readonly Case[] = [
    {
      when: 'they hold it',
      under: stress(2, 128 * MIB),
      injected: true,
      effective: true,
      seen: '128 MiB held by 2 of 2 workers, 128 MiB asked for',
    },
    { when: 'half was swapped out', under: stress(2, 64 * MIB), injected: true, effective: true, seen: '64 MiB' },
    {
      when: 'they hold less than half',
      under: stress(2, 64 * MIB - 1),
      injected: true,
      effective: false,
      seen: '64 MiB held',
    },
    { when: 'one is missing', under: stress(1, 128 * MIB), injected: false, effective: false, seen: '1 of 2 workers' },
    {
      when: 'the reading is of another kind',
      under: both,
      injected: false,
      effective: false,
      seen: 'could not be looked at',
    },
  ]
  test.each(cases)('$when', (one) => expectCase('memory-stress', { size: '64MiB', workers: 2 }, one))
})
