import { expect } from 'vitest'
import { type Told, tell, type WorldInput } from '../fakes/world.ts'
import type { How } from '../fakes/world-incidents.ts'
import { brokenPromises } from './invariants.ts'
import { SCENARIOS } from './scenarios.ts'

/** One whole run, in which the promises that hold of every run were kept. */
export async function story(scenario: keyof typeof SCENARIOS, more: Omit<WorldInput, 'planned'> = {}): Promise<Told> {
  const told = await tell({ planned: SCENARIOS[scenario], scalar: 1, ...more })
  expect(brokenPromises(told)).toEqual([])
  return told
}

export const at = (call: string, how: How, nth = 0) => ({ incidents: [{ call, nth, how }] })
export const calls = ({ diary }: Told, call: string) => diary.filter(({ what }) => what === call).length
export const codes = ({ journal }: Told) => [
  ...new Set([...journal.reasons, ...journal.experiments.flatMap(({ reasons }) => reasons)].map(({ code }) => code)),
]
export const words = ({ journal }: Told) =>
  [...journal.reasons, ...journal.experiments.flatMap(({ reasons }) => reasons)].map(({ detail }) => detail).join('; ')
