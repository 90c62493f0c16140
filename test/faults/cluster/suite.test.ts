import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { FAULT_TYPES } from '../../../src/faults/registry.ts'
import { suiteJsonSchema } from '../../../src/suite/json-schema.ts'
import { parseSuite } from '../../../src/suite/parse-suite.ts'

interface Fault {
  readonly type: string
  readonly target: { readonly workload: string }
}
const faults: readonly Fault[] = FAULT_TYPES.map(({ notes }) => parse(notes.example))

const document = {
  apiVersion: 'seaworthy.dev/v1',
  kind: 'Suite',
  metadata: { name: 'every-fault' },
  system: { namespace: 'shop', workloads: [...new Set(faults.map(({ target }) => fullName(target.workload)))] },
  traffic: { http: { url: 'http://web/', rate: '50/s' } },
  objectives: [{ name: 'availability', indicator: { traffic: 'success' }, target: '99%' }],
  experiments: faults.map((fault) => ({
    name: `with ${fault.type}`,
    fault: { ...fault, target: { ...fault.target, workload: fullName(fault.target.workload) } },
  })),
}

function fullName(workload: string): string {
  return workload.includes('/') ? workload : `Deployment/${workload}`
}

test('a suite for Kubernetes may have every fault, for the parser and for editors', () => {
  const validate = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false }).compile(suiteJsonSchema())
  validate(document)
  expect(validate.errors ?? []).toEqual([])
  const suite = parseSuite({ text: stringify(document), file: 'seaworthy.yaml', environment: {} })
  const steps = suite.experiments.flatMap(({ steps }) => steps)
  expect(steps.map((step) => (step.step === 'fault' ? step.fault.type : ''))).toEqual(
    FAULT_TYPES.map(({ type }) => type),
  )
})

test('parameters that a fault does not have are mistakes for editors too', () => {
  const validate = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false }).compile(suiteJsonSchema())
  for (const { name, fault } of document.experiments) {
    validate({ ...document, experiments: [{ name, fault: { ...fault, nonsense: 1 } }] })
    expect([name, validate.errors?.length ?? 0]).not.toEqual([name, 0])
  }
})
