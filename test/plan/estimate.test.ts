import { expect, test } from 'vitest'
import type { PlannedExperiment } from '../../src/model/plan.ts'
import { experimentMs } from '../../src/plan/estimate.ts'

const windows = { baselineMs: 10_000, faultMs: 20_000, recoveryMs: 5_000 }

test('an experiment takes its three windows', () => {
  expect(experimentMs({ windows } as PlannedExperiment)).toBe(35_000)
})

test('a search may wait for the recovery from every value that it tries', () => {
  // Both ends, and four halvings of a range of sixteen.
  const search = { from: 0, to: 160, precision: 10 } as PlannedExperiment['search']
  expect(experimentMs({ windows, search } as PlannedExperiment)).toBe(10_000 + 6 * 25_000)
})
