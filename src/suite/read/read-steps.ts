import type { CheckSpec, StepSpec } from '../../model/suite.ts'
import type { Path } from '../document/places.ts'
import type { Report } from '../issues/report.ts'
import type { CheckInput, StepInput } from '../schema/step.ts'
import { type FaultSetting, readFault, type Varied } from './read-fault.ts'
import { noPrometheus } from './read-objectives.ts'
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
  if (input.run) return { step: 'run', command: input.run.command, timeoutMs: input.run.timeout }
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
  if (!hasPrometheus) report.onKey([...path, 'prometheus'], ...noPrometheus)
  return {
    check: 'prometheus',
    query: input.prometheus?.query ?? '',
    below: input.prometheus?.below,
    above: input.prometheus?.above,
  }
}

/** Paths of all faults among the steps, in order. */
export function faultPaths(inputs: readonly StepInput[], path: Path): readonly Path[] {
  return inputs.flatMap((input, place) => {
    if (input.fault) return [[...path, place, 'fault']]
    return input.parallel ? faultPaths(input.parallel, [...path, place, 'parallel']) : []
  })
}
