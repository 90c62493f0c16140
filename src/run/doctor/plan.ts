import { FAULT_TYPES } from '../../faults/registry.ts'
import type { Finding } from '../../model/diagnosis.ts'
import type { Inventory } from '../../model/inventory.ts'
import type { Suite } from '../../model/suite.ts'
import { planSuite } from '../../plan/plan-suite.ts'
import { ENGINE } from '../make-plan.ts'
import { looked, notesOf } from './finding.ts'

const notes = notesOf('suite')

/** That there is a plan: targets, blast radius and fault types fit what there is to break. */
export function planFindings(suite: Suite, inventoryOf: () => Promise<Inventory>): Promise<readonly Finding[]> {
  return looked(notes, 'plan', async () => {
    const inventory = await inventoryOf()
    const setting = { suite, inventory, faultTypes: FAULT_TYPES, engine: ENGINE, seed: 0, only: [] }
    const { experiments, touched, warnings } = planSuite(setting)
    const replicas = touched.length === 1 ? '1 replica' : `${touched.length} replicas`
    return [
      notes.ok('plan', `all of ${experiments.length} experiments can be planned; they touch ${replicas}`),
      ...warnings.map((warning) => notes.warning('plan', warning, 'See `seaworthy plan`.')),
    ]
  })
}
