import { ratio } from '../../kit/scalars.ts'
import { shown } from '../../kit/shown.ts'
import type { SystemSpec, TargetMode, TargetSpec } from '../../model/suite.ts'
import type { Path } from '../document/places.ts'
import { check } from '../issues/check.ts'
import type { Report } from '../issues/report.ts'
import { suggestion } from '../issues/suggest.ts'
import type { TargetInput } from '../schema/fault.ts'
import { serviceName } from './read-system.ts'

/** What a fault hurts. Workloads are named as the platform names them, whichever way they were written. */
export function readTarget(
  input: TargetInput,
  defaultMode: TargetMode,
  system: SystemSpec | undefined,
  path: Path,
  report: Report,
): TargetSpec {
  const mode = input.mode ?? defaultMode
  if (input.labels) checkLabels(input.labels, system, [...path, 'labels'], report)
  return {
    workload:
      input.workload === undefined ? undefined : readWorkload(input.workload, system, [...path, 'workload'], report),
    labels: input.labels,
    mode,
    value: readValue(input.value, mode, path, report),
  }
}

/** A workload of the suite as the platform names it; a name that is none of them is noted. */
export function readWorkload(written: string, system: SystemSpec | undefined, path: Path, report: Report): string {
  if (!system) return written
  const name = system.platform === 'process' ? serviceName(written) : fullName(written, system.workloads)
  if (system.workloads.includes(name)) return name
  // A workload that is listed without its kind is a mistake there and was noted there.
  if (system.platform === 'kubernetes' && system.workloads.includes(name.split('/')[1] ?? '')) return name
  const exists = system.platform === 'process' && system.services.some((service) => service.name === name)
  if (exists) {
    report.at(
      path,
      `${name} is not among system.workloads, so it may not be hurt`,
      `Add ${name} to system.workloads, or choose one of them: ${system.workloads.join(', ')}.`,
    )
  } else {
    const what =
      system.platform === 'process' ? `service ${shown(written)}` : `workload ${shown(written)} in system.workloads`
    report.at(path, `there is no ${what}`, suggestion(name, system.workloads, 'workloads'))
  }
  return name
}

/** `web` means `Deployment/web` where it is the only workload of that name. */
function fullName(written: string, workloads: readonly string[]): string {
  const meant = written.includes('/') ? [] : workloads.filter((workload) => workload.endsWith(`/${written}`))
  return meant.length === 1 && meant[0] !== undefined ? meant[0] : written
}

function checkLabels(
  labels: Readonly<Record<string, string>>,
  system: SystemSpec | undefined,
  path: Path,
  report: Report,
): void {
  const wanted = Object.entries(labels)
  if (wanted.length === 0)
    report.at(path, 'no label is named, which would mean everything', 'Name at least one label, or a workload.')
  if (system?.platform !== 'process') return
  const matches = system.services.some(
    (service) =>
      system.workloads.includes(service.name) && wanted.every(([key, value]) => service.labels[key] === value),
  )
  if (!matches)
    report.at(
      path,
      'no service that may be hurt has these labels',
      'Give a service these labels, or name it with workload.',
    )
}

function readValue(
  value: number | string | undefined,
  mode: TargetMode,
  path: Path,
  report: Report,
): number | undefined {
  const place = [...path, 'value']
  const remedy = mode === 'fixed' ? 'Add value: 2.' : 'Add value: 50%.'
  if (mode === 'one' || mode === 'all') {
    if (value !== undefined) report.onKey(place, `mode ${mode} has no value`, 'Remove it, or write mode: fixed.')
    return undefined
  }
  if (value === undefined) {
    report.at(place, `mode ${mode} needs a value`, remedy)
    return undefined
  }
  if (mode === 'fixed') {
    if (typeof value === 'number') return value
    report.at(
      place,
      `${shown(value)} is not a number of replicas; expected a whole number, such as 2`,
      'For a share of the replicas write mode: fixed-percent.',
    )
    return undefined
  }
  const { data, findings } = check(ratio, value, place)
  report.add(findings)
  if (data === 0) report.at(place, '0% of the replicas is none', remedy)
  return data === undefined ? undefined : Math.round(data * 1e9) / 1e7
}
