import { FAULT_TYPES } from '../../src/faults/registry.ts'
import type { FaultType, TargetFacts } from '../../src/model/fault.ts'
import type { Inventory, LinkFacts } from '../../src/model/inventory.ts'

const REPLICAS = { web: 2, api: 2, db: 1, alone: 1 } as const

/** traffic → web → api → db; nobody calls `alone`, and it calls nobody. */
export const INVENTORY: Inventory = {
  platform: 'process',
  workloads: Object.entries(REPLICAS).map(([name, count]) => ({
    name,
    labels: {},
    replicas: replicasOf(name, count),
    mayBeHurt: true,
  })),
  links: [
    link('traffic', 'traffic', 'web'),
    ...['web-1', 'web-2'].map((from) => link('web', from, 'api')),
    ...['api-1', 'api-2'].map((from) => link('api', from, 'db')),
  ],
}

function link(workload: string, replica: string, to: string): LinkFacts {
  return { id: `${replica}>${to}:http`, from: { workload, replica }, to: { workload: to, port: 'http' } }
}

function replicasOf(name: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `${name}-${at + 1}`)
}

/** Facts about all replicas of a workload, or about those that are named. */
export function factsFor(
  workload: keyof typeof REPLICAS,
  replicas?: readonly string[],
  inventory = INVENTORY,
): TargetFacts {
  const all = replicasOf(workload, REPLICAS[workload])
  const chosen = replicas ?? all
  return {
    id: 'e1f1',
    workload,
    replicas: chosen,
    all: chosen.length === all.length,
    inventory,
    seed: 7,
    durationMs: 60_000,
  }
}

export function typeOf(name: string): FaultType {
  const type = FAULT_TYPES.find((candidate) => candidate.type === name)
  if (!type) throw new Error(`there is no fault type ${name}`)
  return type
}

/** Normalised parameters of what a suite says. */
export function parse(name: string, given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return typeOf(name).parameters.parse(given)
}
