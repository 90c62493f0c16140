import { existsSync } from 'node:fs'
import type { Finding } from '../../model/diagnosis.ts'
import type { StepSpec, Suite } from '../../model/suite.ts'
import type { KindSearch } from '../../platform/kubernetes/kind/find-kind.ts'
import { checkProcessPlatform } from '../../platform/process/check.ts'
import { processInventory } from '../../platform/process/inventory.ts'
import { loadSuite } from '../../suite/load-suite.ts'
import { looked, notesOf } from './finding.ts'
import { planFindings } from './plan.ts'

const notes = notesOf('suite')

export interface SuiteLook {
  /** Undefined where it is not there, or not valid. */
  readonly suite: Suite | undefined
  readonly findings: readonly Finding[]
}

/** Whether there is a suite, and whether it is valid. `isNamed`: somebody asked for this very file. `asAsked`: what inputs put in place of what it says. */
export async function lookAtSuite(
  file: string,
  isNamed: boolean,
  environment: Readonly<Record<string, string | undefined>>,
  asAsked: (suite: Suite) => Suite,
): Promise<SuiteLook> {
  if (!isNamed && !existsSync(file)) {
    const remedy = 'Write one with `seaworthy init`, or name one with --suite.'
    return { suite: undefined, findings: [notes.warning('suite', `there is no ${file} here`, remedy)] }
  }
  try {
    const suite = asAsked(await loadSuite(file, environment))
    return { suite, findings: [notes.ok('suite', spoken(suite))] }
  } catch (error) {
    return { suite: undefined, findings: notes.thrown('suite', error) }
  }
}

function spoken({ file, name, experiments, objectives, system }: Suite): string {
  const where =
    system.platform === 'process'
      ? 'processes on this machine'
      : system.cluster === 'kind'
        ? `namespace ${system.namespace} of a cluster of kind`
        : `namespace ${system.namespace} of a cluster`
  return `${file} is valid: ${name}, experiments ${experiments.length}, objectives ${objectives.length}, ${where}`
}

/** What this machine lacks for a suite that needs no cluster which is there already. */
export async function localFindings(suite: Suite, kind: KindSearch): Promise<readonly Finding[]> {
  const { system } = suite
  if (system.platform === 'process') {
    const issues = await checkProcessPlatform(suite)
    if (issues.length > 0) return notes.issues('platform', issues)
    return planFindings(suite, async () => processInventory(suite))
  }
  if (system.cluster !== 'kind') return []
  return looked(notes, 'kind', async () => {
    const { checkKindPlatform } = await import('../../platform/kubernetes/kind/check-kind.ts')
    const issues = await checkKindPlatform(suite, kind)
    return issues.length > 0 ? notes.issues('kind', issues) : [notes.ok('kind', 'this machine can make the cluster')]
  })
}

/** Every fault type that the suite uses; rules cannot break anything. */
export function faultTypesOf({ experiments }: Suite): readonly string[] {
  return [...new Set(experiments.flatMap(({ steps }) => steps).flatMap(typesOf))]
}

function typesOf(step: StepSpec): readonly string[] {
  if (step.step === 'fault') return [step.fault.type]
  return step.step === 'parallel' ? step.steps.flatMap(typesOf) : []
}
