import type { CheckSpec, RuleSpec, StepSpec, SystemSpec } from '../../model/suite.ts'
import type { Path } from '../document/places.ts'
import type { Report } from '../issues/report.ts'
import type { CheckInput, RuleInput, StepInput } from '../schema/step.ts'
import { type FaultSetting, readFault, type Varied } from './read-fault.ts'
import { noPrometheus } from './read-objectives.ts'
import { readWorkload } from './read-target.ts'
import { checkHost, checkUrl, readExpect } from './read-traffic.ts'

export interface StepSetting extends FaultSetting {
  readonly hasPrometheus: boolean
  /** The search of the experiment, for its one fault. */
  readonly varied: Varied | undefined
}

/** The steps that can be read; those with mistakes are left out, since the suite is refused then. */
export function readSteps(
  inputs: readonly StepInput[],
  path: Path,
  setting: StepSetting,
  report: Report,
): readonly StepSpec[] {
  return inputs
    .map((input, place) => readStep(input, [...path, place], setting, report))
    .filter((step) => step !== undefined)
}

function readStep(input: StepInput, path: Path, setting: StepSetting, report: Report): StepSpec | undefined {
  if (input.fault) {
    const fault = readFault(input.fault, [...path, 'fault'], setting, report, setting.varied)
    return fault && { step: 'fault', fault }
  }
  if (input.wait !== undefined) return { step: 'wait', ms: input.wait }
  if (input.pause !== undefined) return { step: 'pause', ms: input.pause }
  if (input.run) return readRun(input.run, path, setting, report)
  if (input.check) return { step: 'check', check: readCheck(input.check, [...path, 'check'], setting, report) }
  return { step: 'parallel', steps: readSteps(input.parallel ?? [], [...path, 'parallel'], setting, report) }
}

function readCheck(input: CheckInput, path: Path, { system, hasPrometheus }: StepSetting, report: Report): CheckSpec {
  if (input.http) {
    checkUrl(input.http.url, [...path, 'http', 'url'], system, report)
    return { check: 'http', url: input.http.url, expect: readExpect(input.http.expect), withinMs: input.http.within }
  }
  if (input.tcp) {
    checkHost(input.tcp.address.split(':')[0] ?? '', [...path, 'tcp', 'address'], system, report)
    return { check: 'tcp', address: input.tcp.address, withinMs: input.tcp.within }
  }
  if (input.condition) {
    clusterOnly(system, [...path, 'condition'], report)
    const { object, type, status, within } = input.condition
    return { check: 'condition', object, type, status, withinMs: within }
  }
  if (input.endpoints) {
    clusterOnly(system, [...path, 'endpoints'], report)
    const { service, within } = input.endpoints
    return { check: 'endpoints', service, atLeast: input.endpoints['at-least'], withinMs: within }
  }
  if (!hasPrometheus) report.onKey([...path, 'prometheus'], ...noPrometheus)
  return {
    check: 'prometheus',
    query: input.prometheus?.query ?? '',
    below: input.prometheus?.below,
    above: input.prometheus?.above,
  }
}

function readRun(
  { command, image, timeout }: NonNullable<StepInput['run']>,
  path: Path,
  { system }: StepSetting,
  report: Report,
): StepSpec {
  if (image !== undefined) clusterOnly(system, [...path, 'run', 'image'], report)
  return { step: 'run', command, image, timeoutMs: timeout }
}

function clusterOnly(system: SystemSpec | undefined, path: Path, report: Report): void {
  if (system?.platform !== 'process') return
  const key = String(path.at(-1))
  report.onKey(path, `${key} needs a preview in Kubernetes, and this one runs on this machine`, `Remove ${key}.`)
}

/** The rules that can be read. A remedy breaks nothing, so no fault is among its steps. */
export function readRules(
  inputs: readonly RuleInput[],
  path: Path,
  setting: StepSetting,
  report: Report,
): readonly RuleSpec[] {
  return inputs.map(({ when, times, do: steps }, place) => {
    const at = [...path, place]
    for (const fault of faultPaths(steps, [...at, 'do']))
      report.onKey(fault, 'a rule cannot break anything', 'Put the fault into steps, and the remedy into the rule.')
    const workload =
      when.workload === undefined
        ? undefined
        : readWorkload(when.workload, setting.system, [...at, 'when', 'workload'], report)
    return { event: when.event, workload, times, steps: readSteps(steps, [...at, 'do'], setting, report) }
  })
}

/** Paths of all faults among the steps, in order. */
export function faultPaths(inputs: readonly StepInput[], path: Path): readonly Path[] {
  return inputs.flatMap((input, place) => {
    if (input.fault) return [[...path, place, 'fault']]
    return input.parallel ? faultPaths(input.parallel, [...path, place, 'parallel']) : []
  })
}
