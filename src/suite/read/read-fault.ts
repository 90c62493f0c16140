import { shown } from '../../kit/shown.ts'
import type { FaultType } from '../../model/fault.ts'
import { TRAFFIC_CONSUMER } from '../../model/inventory.ts'
import type { FaultSpec, SystemSpec } from '../../model/suite.ts'
import type { Path } from '../document/places.ts'
import { check, type Finding } from '../issues/check.ts'
import type { Report } from '../issues/report.ts'
import { suggestion } from '../issues/suggest.ts'
import type { FaultInput } from '../schema/fault.ts'
import { readTarget } from './read-target.ts'

export interface FaultSetting {
  readonly faultTypes: readonly FaultType[]
  readonly system: SystemSpec | undefined
}

/** A parameter that a search varies, with the values as they are written. */
export interface Varied {
  readonly parameter: string
  readonly searchPath: Path
  readonly from: unknown
  readonly to: unknown
  /** There is no other fault in the experiment, as it must be. */
  readonly only: boolean
}

/** One fault with its parameters in numbers; undefined, with the mistakes noted, where they are wrong. */
export function readFault(
  input: FaultInput,
  path: Path,
  setting: FaultSetting,
  report: Report,
  varied?: Varied,
): FaultSpec | undefined {
  const type = setting.faultTypes.find((candidate) => candidate.type === input.type)
  const target = readTarget(input.target, type?.defaultMode ?? 'one', setting.system, [...path, 'target'], report)
  if (!type) {
    const types = setting.faultTypes.map((candidate) => candidate.type)
    report.at(
      [...path, 'type'],
      `there is no fault type ${shown(input.type)}`,
      `${suggestion(input.type, types, 'fault types')} See \`seaworthy faults\`.`,
    )
    return undefined
  }
  report.settleNumbers(type.parameters, path)
  const parameters = readParameters(type, path, report, varied)
  checkOtherSide(parameters?.to, setting.system, [...path, 'to', 'workload'], report)
  return (
    parameters && { type: type.type, target, parameters, written: writtenOf(report, path), line: report.line(path) }
  )
}

/** Network faults name the other side of the traffic that they hit; on this machine it is a service or the users. */
function checkOtherSide(to: unknown, system: SystemSpec | undefined, path: Path, report: Report): void {
  const workload = (to as { readonly workload?: unknown } | undefined)?.workload
  if (system?.platform !== 'process' || typeof workload !== 'string') return
  const names = [...system.services.map(({ name }) => name), TRAFFIC_CONSUMER]
  if (!names.includes(workload))
    report.at(path, `there is no service ${shown(workload)}`, suggestion(workload, names, 'services'))
}

/** All keys of a fault but the two that every fault has are its type's own. */
function readParameters(
  type: FaultType,
  path: Path,
  report: Report,
  varied: Varied | undefined,
): Readonly<Record<string, unknown>> | undefined {
  const written = writtenOf(report, path)
  const searchable = varied && Object.hasOwn(type.searchable, varied.parameter)
  // What cannot be searched is noted at the search; whether the rest is complete depends on it.
  if (varied?.only && !searchable) return undefined
  if (!varied || !searchable) {
    const { data, findings } = check(type.parameters, written, path, ['type', 'target'])
    report.add(findings)
    return data
  }
  const { data, findings } = check(type.parameters, { ...written, [varied.parameter]: varied.to }, path, [
    'type',
    'target',
  ])
  const ofVaried = (finding: Finding) => finding.path[path.length] === varied.parameter
  report.add(
    findings.map((finding) => (ofVaried(finding) ? { ...finding, path: [...varied.searchPath, 'to'] } : finding)),
  )
  const least = check(type.parameters, { ...written, [varied.parameter]: varied.from }, path)
  report.add(least.findings.filter(ofVaried).map((finding) => ({ ...finding, path: [...varied.searchPath, 'from'] })))
  return data
}

/** The type's own keys, as they are in the file. */
function writtenOf(report: Report, path: Path): Readonly<Record<string, unknown>> {
  const { type: _type, target: _target, ...written } = report.raw(path) as Record<string, unknown>
  return written
}
