import { expect } from 'vitest'
import type { Effect } from '../../src/model/effect.ts'
import type { Reading, ReplicaState } from '../../src/model/recipe.ts'
import { factsFor, parse, typeOf } from './facts.ts'

export interface Case {
  readonly when: string
  readonly given?: Readonly<Record<string, unknown>>
  readonly before?: Reading
  readonly under: Reading
  /** `injected` is true when it is on every target. */
  readonly injected: boolean
  readonly effective: boolean
  readonly seen: string | RegExp
}

export const facts = factsFor('web')

export function effectOf(
  type: string,
  { given = {}, before, under }: Pick<Case, 'given' | 'before' | 'under'>,
): Effect {
  return typeOf(type).effect(parse(type, given), before, under, facts)
}

export function expectCase(type: string, given: Readonly<Record<string, unknown>>, one: Case): void {
  const effect = effectOf(type, { ...one, given: { ...given, ...one.given } })
  expect(effect.injected.length).toBeGreaterThan(0)
  expect({ injected: effect.injected.every(({ ok }) => ok), effective: effect.effective }).toEqual({
    injected: one.injected,
    effective: one.effective,
  })
  expect(effect.seen).toMatch(one.seen)
}

export function state(replica: string, more: Partial<ReplicaState> = {}): ReplicaState {
  return { replica, pid: 10, startedAt: 1, state: 'running', ready: true, restarts: 0, ...more }
}

export function states(...replicas: readonly ReplicaState[]): Reading {
  return { probe: 'replica-state', replicas }
}

export const GONE = { pid: undefined, startedAt: undefined, state: 'gone', ready: false } as const
export const OTHER_KIND: Reading = { probe: 'stress', running: 9, cores: 9, bytes: 9e9 }
export const both = states(state('web-1'), state('web-2', { pid: 11 }))

type LinkReading = Extract<Reading, { readonly probe: 'link-rule' }>
interface LinkSeen extends Partial<Omit<LinkReading, 'probe' | 'answers'>> {
  readonly answers?: Partial<LinkReading['answers']>
}

export function link({ answers, ...more }: LinkSeen = {}): Reading {
  return {
    probe: 'link-rule',
    active: true,
    connections: 12,
    connectionsHit: 0,
    requestsMatched: 0,
    requestsHit: 0,
    bytesHit: 0,
    medianHeldMs: undefined,
    ...more,
    answers: { attempts: 20, answered: 20, medianMs: 0.4, statuses: { '200': 20 }, ...answers },
  }
}

export const quiet = link({ active: false, connections: 0 })
export const never: readonly Case[] = [
  {
    when: 'the rule is not in force',
    before: quiet,
    under: link({
      active: false,
      connectionsHit: 12,
      requestsHit: 9,
      bytesHit: 9,
      medianHeldMs: 999,
      answers: { answered: 0, medianMs: undefined },
    }),
    injected: false,
    effective: false,
    seen: 'not in force',
  },
  {
    when: 'the reading is of another kind',
    before: quiet,
    under: OTHER_KIND,
    injected: false,
    effective: false,
    seen: 'could not be looked at',
  },
]
