import { SeaworthyError } from '../kit/errors.ts'
import type { Inventory } from '../model/inventory.ts'
import type { Plan } from '../model/plan.ts'
import type { FaultSpec } from '../model/suite.ts'

/**
 * The workloads whose replicas are counted by the suite's word. Whether they are there already is left out: the first
 * deployment alone must not take an approval away.
 */
export function broughtOf({ workloads }: Inventory): Plan['brought'] {
  const brought = workloads.filter((workload) => workload.brought)
  return brought.length === 0
    ? undefined
    : brought.map(({ name, replicas }) => ({ workload: name, replicas: replicas.length }))
}

/** Where the suite's word and what would be there without its command differ. */
export function broughtWarnings({ workloads }: Inventory): readonly string[] {
  return workloads.flatMap(({ name, replicas, brought }) =>
    brought?.without === undefined || brought.without === replicas.length
      ? []
      : [
          `${name}: without the deploy command its pods would be ${brought.without}; the plan counts the ${replicas.length} of system.deploy.brings`,
        ],
  )
}

/** Throws SeaworthyError('PLAN') for a choice by labels among workloads of which some have labels that nobody knows yet. */
export function requireLabels({ target, type, line }: FaultSpec, { workloads }: Inventory): void {
  const unseen = workloads.filter(({ brought }) => brought && brought.without === undefined).map(({ name }) => name)
  if (target.labels === undefined || unseen.length === 0) return
  throw new SeaworthyError(
    'PLAN',
    `line ${line}: fault ${type} chooses by labels, and nobody knows those of ${unseen.join(', ')} before the deploy command has run`,
    { remedy: 'Choose by name, target: {workload: …}, or deploy it in an earlier step of the pipeline.' },
  )
}
