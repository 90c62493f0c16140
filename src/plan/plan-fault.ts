import { SeaworthyError } from '../kit/errors.ts'
import { deriveSeed } from '../kit/random.ts'
import { writeParameter } from '../kit/scalars.ts'
import type { FaultType, TargetFacts } from '../model/fault.ts'
import type { Inventory, WorkloadFacts } from '../model/inventory.ts'
import type { PlannedFault } from '../model/plan.ts'
import type { FaultSpec } from '../model/suite.ts'
import { requireLabels } from './brought.ts'
import { chooseReplicas, matchWorkloads } from './choose-targets.ts'
import { clusterOrder } from './plan-order.ts'

export interface FaultSetting {
  readonly inventory: Inventory
  readonly faultTypes: readonly FaultType[]
  readonly seed: number
  /** Longest time that a fault may stay. */
  readonly durationMs: number
}

/**
 * One fault of the suite becomes one planned fault for each workload that its selector means.
 * A selector without a match becomes a planned fault without a recipe: the experiment will say NOT_INJECTED.
 * Throws SeaworthyError('PLAN') for what the platform cannot do.
 */
export function planFault(
  spec: FaultSpec,
  firstId: (offset: number) => string,
  setting: FaultSetting,
): readonly PlannedFault[] {
  const type = faultType(spec.type, setting.faultTypes)
  if (!type.platforms.includes(setting.inventory.platform)) {
    throw new SeaworthyError(
      'PLAN',
      `line ${spec.line}: fault ${spec.type} cannot be done on platform ${setting.inventory.platform}`,
      {
        remedy: `Use a fault that can: see \`seaworthy faults\`. ${spec.type} runs on ${type.platforms.join(' and ')}.`,
      },
    )
  }
  requireLabels(spec, setting.inventory)
  const workloads = matchWorkloads(spec.target, setting.inventory.workloads).filter(({ mayBeHurt }) => mayBeHurt)
  if (workloads.length === 0) return [planOn(spec, type, undefined, firstId(0), setting)]
  return workloads.map((workload, offset) => planOn(spec, type, workload, firstId(offset), setting))
}

function planOn(
  spec: FaultSpec,
  type: FaultType,
  workload: WorkloadFacts | undefined,
  id: string,
  setting: FaultSetting,
): PlannedFault {
  const seed = deriveSeed(setting.seed, id)
  const replicas = workload ? chooseReplicas(spec.target, workload, seed) : []
  const what = `${spec.type} ${type.describe(spec.parameters)}`.trim()
  const base = {
    id,
    type: spec.type,
    spec,
    workload: workload?.name ?? spec.target.workload ?? '',
    mode: spec.target.mode,
    replicas,
    of: workload?.replicas.length ?? 0,
    seed,
    durationMs: setting.durationMs,
  }
  if (!workload || replicas.length === 0)
    return { ...base, description: `${what} on nothing that matches`, recipe: undefined, order: undefined }
  const description = `${what} on ${workload.name} (${replicas.length} of ${workload.replicas.length})`
  return setting.inventory.platform === 'kubernetes'
    ? { ...base, description, recipe: undefined, order: clusterOrder(type, spec, base) }
    : {
        ...base,
        description,
        recipe: type.recipe(spec.parameters, targetFacts(base, setting.inventory)),
        order: undefined,
      }
}

/** What a fault file is told about the targets of a planned fault. */
function targetFacts(fault: Omit<PlannedFault, 'description' | 'recipe' | 'order'>, inventory: Inventory): TargetFacts {
  return {
    id: fault.id,
    workload: fault.workload,
    replicas: fault.replicas,
    all: fault.replicas.length === fault.of,
    inventory,
    seed: fault.seed,
    durationMs: fault.durationMs,
  }
}

/** The same fault on the same targets with one parameter changed: a step of a search. */
export function withParameter(
  fault: PlannedFault,
  name: string,
  value: number,
  setting: FaultSetting,
  id: string,
): PlannedFault {
  const type = faultType(fault.type, setting.faultTypes)
  const unit = type.searchable[name] ?? 'count'
  const written = { ...fault.spec.written, [name]: writeParameter(unit, value) }
  const spec = { ...fault.spec, parameters: { ...fault.spec.parameters, [name]: value }, written }
  const changed = { ...fault, id, spec }
  const description = `${fault.type} ${type.describe(spec.parameters)} on ${fault.workload} (${fault.replicas.length} of ${fault.of})`
  return {
    ...changed,
    description,
    recipe: fault.recipe && type.recipe(spec.parameters, targetFacts(changed, setting.inventory)),
    order: fault.order && clusterOrder(type, spec, fault),
  }
}

function faultType(name: string, faultTypes: readonly FaultType[]): FaultType {
  const type = faultTypes.find((candidate) => candidate.type === name)
  if (!type)
    throw new SeaworthyError('PLAN', `there is no fault type ${name}`, {
      remedy: 'See `seaworthy faults` for those that there are.',
    })
  return type
}
