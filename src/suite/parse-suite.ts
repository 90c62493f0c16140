import { FAULT_TYPES } from '../faults/registry.ts'
import { sha256 } from '../kit/canonical-json.ts'
import { SuiteError } from '../kit/errors.ts'
import type { FaultType } from '../model/fault.ts'
import type { Suite } from '../model/suite.ts'
import type { Environment } from './document/expand.ts'
import { readDocument } from './document/read-document.ts'
import { type Report, reportOn } from './issues/report.ts'
import { found } from './issues/wording.ts'
import { readExperiments } from './read/read-experiments.ts'
import { readLimits } from './read/read-limits.ts'
import { readObjectives } from './read/read-objectives.ts'
import { readPolicy } from './read/read-policy.ts'
import { readSystem } from './read/read-system.ts'
import { readPrometheus, readTraffic } from './read/read-traffic.ts'
import { documentSchema } from './schema/document.ts'

export interface ParseInput {
  readonly text: string
  /** Name of the file, for messages. */
  readonly file: string
  readonly environment: Environment
  readonly faultTypes?: readonly FaultType[]
}

/**
 * A suite from its YAML text: durations in ms, shares as ratios, rates per second, sizes in bytes; paths as written.
 * Throws SuiteError with every mistake of the text, each with line and column, in the order of the file.
 */
export function parseSuite({ text, file, environment, faultTypes = FAULT_TYPES }: ParseInput): Suite {
  const document = readDocument(text, file, environment)
  if (typeof document.value !== 'object' || document.value === null || Array.isArray(document.value)) {
    throw new SuiteError(file, [
      {
        line: 1,
        column: 1,
        path: '',
        message: `found ${found(document.value)}; expected a mapping that starts with apiVersion: seaworthy.dev/v1`,
        remedy: 'Run `seaworthy init` to write a first suite.',
      },
    ])
  }
  const report = reportOn(file, document)
  report.settleNumbers(documentSchema, [])
  report.check(documentSchema)
  const suite = readSuite(report, file, text, faultTypes)
  report.finish()
  // Each part is undefined only where a mistake was noted, and then finish() has thrown.
  return suite as Suite
}

type Draft = { [Key in keyof Suite]: Suite[Key] | undefined }

/** Reads every part that is sound by itself, so that one run shows the mistakes of all. */
function readSuite(report: Report, file: string, text: string, faultTypes: readonly FaultType[]): Draft {
  const { shape } = documentSchema
  const inputs = {
    system: report.part(shape.system, ['system']),
    traffic: report.part(shape.traffic, ['traffic']),
    limits: report.part(shape.limits, ['limits']),
    windows: report.part(shape.windows, ['windows']),
  }
  const prometheus = report.part(shape.prometheus, ['prometheus'])
  const hasPrometheus = report.raw(['prometheus']) !== undefined
  const system = inputs.system && readSystem(inputs.system, report)
  const windows = inputs.windows && {
    warmupMs: inputs.windows.warmup,
    baselineMs: inputs.windows.baseline,
    faultMs: inputs.windows.fault,
    recoveryMs: inputs.windows.recovery,
  }
  const traffic = inputs.traffic && readTraffic(inputs.traffic, system, report)
  const objectives = readObjectives(
    { hasPrometheus, uncounted: traffic?.kind === 'none' || traffic?.kind === 'job' ? traffic.kind : undefined },
    report,
  )
  return {
    file,
    get digest() {
      return sha256(text)
    },
    name: report.part(shape.metadata, ['metadata'])?.name,
    system,
    traffic,
    prometheus: prometheus && readPrometheus(prometheus, report),
    objectives: objectives.objectives,
    windows,
    policy: readPolicy(report.part(shape.policy, ['policy']), report),
    limits: inputs.limits && readLimits(inputs.limits, objectives, report),
    experiments: readExperiments({ faultTypes, system, hasPrometheus, objectives, windows }, report),
  }
}
