import { SeaworthyError } from '../../kit/errors.ts'
import type { Inventory } from '../../model/inventory.ts'
import type { BroughtSpec, Suite } from '../../model/suite.ts'
import type { PreviewWorkload } from './preview.ts'

/**
 * What will be there after the deploy command, by what the suite says of it. Its word counts also for what is there already:
 * that number is compared with the cluster once the command has run, so that no limit rests on one which nobody checks. Pure.
 */
export function withBrings(
  without: readonly PreviewWorkload[],
  brings: readonly BroughtSpec[],
): readonly PreviewWorkload[] {
  const known = new Map(without.map((workload) => [workload.name, workload]))
  for (const { workload: name, pods: desired } of brings) {
    const before = known.get(name)
    const fresh = { name, kind: name.slice(0, name.indexOf('/')), uid: '', labels: {}, pods: [] }
    known.set(name, { ...(before ?? fresh), desired, brought: { without: before?.desired } })
  }
  return [...known.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/**
 * Pure. Throws SeaworthyError('PLATFORM') when a deploy command left another number of pods than the plan was made with:
 * a share of four pods that became two is twice of what was allowed, and nobody approved it.
 */
export function requirePlanned({ system, file }: Suite, planned: Inventory, now: Inventory): void {
  if (system.platform !== 'kubernetes' || system.deploy?.command === undefined) return
  for (const name of system.workloads) {
    const counted = replicasIn(planned, name)
    const there = replicasIn(now, name)
    // Of what was not planned with, nothing is a target.
    if (!counted || counted.join() === there?.join()) continue
    if (counted.length === there?.length) throw otherNames(name, counted, there)
    const said = system.deploy.brings?.find(({ workload }) => workload === name)
    throw said ? otherThanSaid(said, there?.length, file) : otherThanSeen(name, counted.length, there?.length, file)
  }
}

function replicasIn({ workloads }: Inventory, name: string): readonly string[] | undefined {
  return workloads.find((workload) => workload.name === name)?.replicas
}

/** Two workloads of one name that differ in kind have their kinds in the names of their slots. */
function otherNames(workload: string, counted: readonly string[], there: readonly string[]): SeaworthyError {
  return new SeaworthyError(
    'PLATFORM',
    `the plan names a pod of ${workload} ${counted[0]}, and after the deploy command it is ${there[0]}: there is now another workload of that name`,
    { target: workload, remedy: 'Rename one of them, or deploy both in an earlier step of the pipeline.' },
  )
}

/** What the command brought is not what the suite says. `there` is undefined where it brought nothing. */
export function otherThanSaid(
  { workload, pods, line }: BroughtSpec,
  there: number | undefined,
  file: string,
): SeaworthyError {
  const change = there === undefined ? 'remove that line and the workload' : `write \`${workload}: ${there}\` there`
  return new SeaworthyError(
    'PLATFORM',
    `${found(workload, there)}, and line ${line} of ${file} says ${pods} (system.deploy.brings), with which the plan, its limits and its digest were made`,
    { target: workload, remedy: `Correct the deploy command, or ${change}; a plan that was approved changes with it.` },
  )
}

function otherThanSeen(workload: string, counted: number, there: number | undefined, file: string): SeaworthyError {
  return new SeaworthyError(
    'PLATFORM',
    `${found(workload, there)}, and the plan, its limits and its digest were made with ${counted}`,
    {
      target: workload,
      remedy: `Say in ${file} how many the command brings: \`${workload}: ${there ?? counted}\` under system.deploy.brings.`,
    },
  )
}

function found(workload: string, there: number | undefined): string {
  if (there === undefined) return `there is no ${workload} after the deploy command`
  return `${workload} is to have ${there === 1 ? '1 pod' : `${there} pods`} after the deploy command`
}
