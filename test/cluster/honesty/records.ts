import { FAULT_TYPES } from '../../../src/faults/registry.ts'
import { type Pod, podTarget, type StoredFault } from '../controller/engine.ts'

/** A fault that is seen at once, on one pod. */
export const partition = (pod: Pod) => ({ type: 'network-partition', targets: [podTarget(pod)] })

export const failure = (fault: StoredFault) => fault.status?.conditions?.find(({ type }) => type === 'Failed')

export const hasFailed = (fault: StoredFault) => failure(fault)?.status === 'True'

export const phaseOf = (fault: StoredFault) => fault.status?.targets?.[0]?.phase

/** The judgement of the fault type itself, on what was recorded. */
export function effectOf({ spec, status }: StoredFault) {
  const type = FAULT_TYPES.find((one) => one.type === spec.type)
  const parameters = type?.parameters.parse(spec.parameters) as never
  return type?.cluster?.effect(parameters, status?.targets ?? []) ?? { effective: false, facts: [] }
}
