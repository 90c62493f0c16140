import { expect } from 'vitest'
import type { TargetStatus } from '../../../src/model/cluster/fault-object.ts'
import type { NodeReading } from '../../../src/model/cluster/reading.ts'
import type { ClusterFacts, ClusterFault, ClusterRecipe } from '../../../src/model/cluster/recipe.ts'
import type { Effect } from '../../../src/model/effect.ts'
import { parse, typeOf } from '../facts.ts'

export const CLUSTER_FACTS: ClusterFacts = {
  target: { kind: 'Pod', name: 'api-7d9f-x2k4q', uid: '0d4f3c1e-aaaa' },
  ports: [8080, 9090],
  peers: { v4: ['10.0.0.7', '10.96.0.9'], v6: [] },
  seed: 7,
  durationMs: 60_000,
  replicas: 2,
  labels: { app: 'api' },
}

export function clusterOf(type: string): ClusterFault<Readonly<Record<string, unknown>>> {
  const { cluster } = typeOf(type)
  if (!cluster) throw new Error(`${type} has no half for Kubernetes`)
  return cluster
}

export function clusterRecipe(
  type: string,
  given: Readonly<Record<string, unknown>>,
  facts: Partial<ClusterFacts> = {},
): ClusterRecipe {
  return clusterOf(type).recipe(parse(type, given), { ...CLUSTER_FACTS, ...facts })
}

/** Actions of the way that comes first. */
export function actionsOf(recipe: ClusterRecipe): readonly { readonly do: string }[] {
  return recipe.actor === 'daemon' ? recipe.ways[0].actions : recipe.actions
}

export type Some = Partial<Omit<NodeReading, 'probe' | 'at'>>

const INJECTED_AT_MS = Date.parse('2026-01-01T00:00:00.000Z')
/** Ten seconds after the injection. */
const LOOKED_AT_MS = INJECTED_AT_MS + 10_000

export function status(
  probe: NodeReading['probe'],
  before: Some | undefined,
  under: Some | undefined,
  more: Partial<TargetStatus> = {},
): TargetStatus {
  return {
    uid: '0d4f3c1e-aaaa',
    name: 'api-1',
    phase: 'Injected',
    mechanism: 'as tested',
    injectedAt: new Date(INJECTED_AT_MS).toISOString(),
    ...(before && { before: { probe, at: INJECTED_AT_MS - 1_000, ...before } }),
    ...(under && { under: { probe, at: LOOKED_AT_MS, ...under } }),
    ...more,
  }
}

export interface Case {
  readonly when: string
  readonly given?: Readonly<Record<string, unknown>>
  readonly before?: Some
  readonly under?: Some
  readonly effective: boolean
  readonly seen: string | RegExp
}

export function clusterEffectOf(
  type: string,
  given: Readonly<Record<string, unknown>>,
  targets: readonly TargetStatus[],
): Effect {
  return clusterOf(type).effect(parse(type, given), targets)
}

/** One injected target with these readings; two of which only one shows the effect are never effective. */
export function expectCase(
  type: string,
  probe: NodeReading['probe'],
  given: Readonly<Record<string, unknown>>,
  one: Case,
): void {
  const target = status(probe, one.before, one.under)
  const parameters = { ...given, ...one.given }
  const effect = clusterEffectOf(type, parameters, [target])
  expect(effect.injected).toEqual([{ target: 'api-1', ok: true, detail: 'as tested' }])
  expect({ effective: effect.effective, seen: effect.seen }).toEqual({
    effective: one.effective,
    seen: typeof one.seen === 'string' ? expect.stringContaining(one.seen) : expect.stringMatching(one.seen),
  })
  const withAnother = clusterEffectOf(type, parameters, [target, status(probe, one.before, undefined)])
  expect(withAnother.effective).toBe(false)
}

export type Row = readonly [
  type: string,
  probe: NodeReading['probe'],
  given: Readonly<Record<string, unknown>>,
  one: Case,
]

/** Rows under names that a title can show. */
export function titled(rows: readonly Row[]) {
  return rows.map(([type, probe, given, one]) => ({ type, probe, given, one, when: one.when }))
}
