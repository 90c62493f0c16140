import { formatDuration } from '../../kit/duration.ts'
import { shown } from '../../kit/shown.ts'
import type { ExperimentSpec, Need, SearchSpec, StepSpec, WindowsSpec } from '../../model/suite.ts'
import type { Path } from '../document/places.ts'
import type { Report } from '../issues/report.ts'
import { suggestion } from '../issues/suggest.ts'
import { type ExperimentInput, experimentSchema, type SearchInput } from '../schema/experiment.ts'
import { checkNames } from './names.ts'
import { type FaultSetting, readFault, type Varied } from './read-fault.ts'
import { readNeed } from './read-need.ts'
import type { ObjectivesRead } from './read-objectives.ts'
import { readSearch } from './read-search.ts'
import { faultPaths, readRules, readSteps } from './read-steps.ts'

export interface ExperimentSetting extends FaultSetting {
  readonly hasPrometheus: boolean
  readonly objectives: ObjectivesRead
  readonly windows: WindowsSpec | undefined
}

export function readExperiments(setting: ExperimentSetting, report: Report): readonly ExperimentSpec[] {
  const raw = report.raw(['experiments'])
  checkNames('experiments', 'experiment', report)
  return Array.from({ length: Array.isArray(raw) ? raw.length : 0 }, (_, place) => {
    const input = report.part(experimentSchema, ['experiments', place])
    return input && readExperiment(input, ['experiments', place], setting, report)
  }).filter((experiment) => experiment !== undefined)
}

function readExperiment(
  input: ExperimentInput,
  path: Path,
  setting: ExperimentSetting,
  report: Report,
): ExperimentSpec {
  const steps = input.fault ? [{ fault: input.fault }] : (input.steps ?? [])
  const paths = input.fault ? [[...path, 'fault']] : faultPaths(steps, [...path, 'steps'])
  if (paths.length === 0)
    report.at(
      [...path, 'steps'],
      'no step is a fault, so nothing would be broken',
      'Add a step such as fault: {type: pod-kill, target: {workload: web}}.',
    )
  const varied = input.search && variedParameter(input.search, paths, path, report)
  const read = { ...setting, varied }
  const specs = input.fault
    ? readOnlyFault(input, path, read, report)
    : readSteps(steps, [...path, 'steps'], read, report)
  const { baseline, fault, recovery } = input.windows
  checkRecovery(input, path, setting, report)
  return {
    name: input.name,
    line: report.line(path),
    steps: specs,
    rules: readRules(input.rules, [...path, 'rules'], read, report),
    search: input.search && varied && searchOf(input.search, paths, path, setting, report),
    objectives: readOverrides(input, path, setting.objectives, report),
    recoveryWithinMs: input.recovery?.within,
    windows: definedOnly({ baselineMs: baseline, faultMs: fault, recoveryMs: recovery }),
    blastRadius: definedOnly({ targets: input['blast-radius'].targets, ratio: input['blast-radius'].percent }),
  }
}

function readOnlyFault(
  input: ExperimentInput,
  path: Path,
  setting: FaultSetting & { varied: Varied | undefined },
  report: Report,
): readonly StepSpec[] {
  const fault = input.fault && readFault(input.fault, [...path, 'fault'], setting, report, setting.varied)
  return fault ? [{ step: 'fault', fault }] : []
}

/** A search varies one parameter of one fault, and the fault itself does not fix it. */
function variedParameter(search: SearchInput, paths: readonly Path[], path: Path, report: Report): Varied | undefined {
  if (paths.length > 1) {
    report.onKey(
      [...path, 'search'],
      `a search needs exactly one fault, and this experiment has ${paths.length}`,
      'Make one experiment of each fault that is to be searched.',
    )
  }
  const fixed = paths.find((fault) => report.raw([...fault, search.parameter]) !== undefined)
  if (fixed && search.parameter !== 'type' && search.parameter !== 'target') {
    report.onKey(
      [...fixed, search.parameter],
      `${search.parameter} is varied by search, so the fault cannot fix it`,
      'Remove it here, or remove search.',
    )
    return undefined
  }
  const { parameter, from, to } = search
  return { parameter, searchPath: [...path, 'search'], from, to, only: paths.length === 1 }
}

function searchOf(
  search: SearchInput,
  paths: readonly Path[],
  path: Path,
  { faultTypes }: FaultSetting,
  report: Report,
): SearchSpec | undefined {
  const written = report.raw([...(paths[0] ?? []), 'type'])
  const type = faultTypes.find((candidate) => candidate.type === written)
  return type && readSearch(search, type, [...path, 'search'], report)
}

function readOverrides(
  input: ExperimentInput,
  path: Path,
  { objectives, names }: ObjectivesRead,
  report: Report,
): ExperimentSpec['objectives'] {
  // Without a prototype: an objective may be called `constructor`, and is looked up by name.
  const needs: Record<string, Need | 'off'> = Object.create(null)
  const place = [...path, 'objectives']
  for (const [name, override] of Object.entries(input.objectives)) {
    const objective = objectives.find((candidate) => candidate.name === name)
    if (!names.includes(name))
      report.onKey([...place, name], `there is no objective ${shown(name)}`, suggestion(name, names, 'objectives'))
    const need =
      override === 'off' ? override : objective && readNeed(override, objective.indicator, [...place, name], report)
    if (need !== undefined) needs[name] = need
  }
  if (names.length > 0 && names.every((name) => needs[name] === 'off')) {
    report.at(place, 'every objective is off, so nothing would be judged', 'Keep at least one objective on.')
  }
  return needs
}

function checkRecovery(
  { recovery, windows }: ExperimentInput,
  path: Path,
  { windows: common }: ExperimentSetting,
  report: Report,
): void {
  const window = windows.recovery ?? common?.recoveryMs
  if (recovery && window !== undefined && recovery.within > window) {
    report.at(
      [...path, 'recovery', 'within'],
      `within (${formatDuration(recovery.within)}) is longer than the recovery window (${formatDuration(window)}), so it could not be seen`,
      'Write a shorter time, or a longer windows: {recovery: …}.',
    )
  }
}

function definedOnly<Value extends object>(value: Value): { [Key in keyof Value]?: NonNullable<Value[Key]> } {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as {
    [Key in keyof Value]?: NonNullable<Value[Key]>
  }
}
