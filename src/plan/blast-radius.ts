import { SeaworthyError } from '../kit/errors.ts'
import type { PlannedExperiment, PlannedFault } from '../model/plan.ts'
import type { BlastRadius, ExperimentSpec } from '../model/suite.ts'

/**
 * What an experiment touches against what it may: a number of replicas in all, and a share of each workload.
 * A share is rounded up, so one replica may always be hurt. Throws SeaworthyError('PLAN') above the limit.
 */
export function blastRadius(
  spec: ExperimentSpec,
  faults: readonly PlannedFault[],
  limits: BlastRadius,
): PlannedExperiment['blastRadius'] {
  const allowed = { ...limits, ...definedOnly(spec.blastRadius) }
  const byWorkload = new Map<string, { names: Set<string>; of: number }>()
  for (const fault of faults) {
    const entry = byWorkload.get(fault.workload) ?? { names: new Set<string>(), of: fault.of }
    for (const replica of fault.replicas) entry.names.add(replica)
    byWorkload.set(fault.workload, entry)
  }
  const targets = [...byWorkload.values()].reduce((sum, { names }) => sum + names.size, 0)
  const of = [...byWorkload.values()].reduce((sum, entry) => sum + entry.of, 0)
  const where = `line ${spec.line}: experiment "${spec.name}"`
  if (targets > allowed.targets) {
    throw new SeaworthyError(
      'PLAN',
      `${where} would touch ${targets} targets; the blast radius allows ${allowed.targets}`,
      {
        remedy: `Choose fewer targets, or set blast-radius: {targets: ${targets}} for this experiment.`,
      },
    )
  }
  for (const [workload, { names, of: total }] of byWorkload) {
    const most = Math.ceil(allowed.ratio * total)
    if (names.size <= most) continue
    const percent = Math.ceil((100 * names.size) / total)
    throw new SeaworthyError(
      'PLAN',
      `${where} would touch ${names.size} of ${total} replicas of ${workload}; the blast radius allows ${most}`,
      {
        remedy: `Choose fewer targets with mode: one, or set blast-radius: {percent: ${percent}%} for this experiment.`,
      },
    )
  }
  return { targets, of, allowedTargets: allowed.targets, allowedRatio: allowed.ratio }
}

function definedOnly(radius: Partial<BlastRadius>): Partial<BlastRadius> {
  return Object.fromEntries(Object.entries(radius).filter(([, value]) => value !== undefined))
}
