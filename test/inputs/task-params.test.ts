import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { withInputs } from '../../scripts/task-yaml.ts'
import { INPUT_FIELDS } from '../../src/inputs/fields.ts'
import { paramVariable, readParams, TASK_FIELDS } from '../../src/inputs/task-params.ts'
import { VERSION } from '../../src/kit/version.ts'
import { TEKTON_RESULTS } from '../../src/publish/tekton-results.ts'

interface Variable {
  readonly name: string
  readonly value?: string
  readonly valueFrom?: { readonly secretKeyRef?: object; readonly fieldRef?: object }
}
interface Task {
  readonly metadata: {
    readonly name: string
    readonly labels: Readonly<Record<string, string>>
    readonly annotations: Readonly<Record<string, string>>
  }
  readonly spec: {
    readonly params: readonly { name: string; type: string; description: string; default?: string }[]
    readonly results?: readonly { name: string; description: string }[]
    readonly workspaces: readonly { name: string; optional?: boolean }[]
    readonly volumes: readonly { name: string; emptyDir?: object }[]
    readonly stepTemplate: {
      readonly securityContext: object
      readonly volumeMounts: readonly { name: string; mountPath: string }[]
    }
    readonly steps: readonly {
      readonly name: string
      readonly image: string
      readonly command?: readonly string[]
      readonly args: readonly string[]
      readonly script?: string
      readonly env: readonly Variable[]
    }[]
  }
}

const ROOT = 'tekton/task'
const TASKS = ['seaworthy', 'seaworthy-cleanup'] as const
const read = (name: string) => parse(readFileSync(join(ROOT, name, '0.1', `${name}.yaml`), 'utf8')) as Task
const gate = read('seaworthy')
/** Params that only a Task has. */
const OWN = ['secret']

describe('the params of the Task', () => {
  it('are the inputs, with their words and defaults', () => {
    const params = gate.spec.params.filter(({ name }) => !OWN.includes(name))
    expect(params.map(({ name, description }) => [name, description])).toEqual(
      TASK_FIELDS.map(({ name, help }) => [name, help]),
    )
    const defaults = TASK_FIELDS.map(({ name, fallback }) => (name === 'image' ? imageOf(VERSION) : fallback))
    expect(params.map((param) => param.default)).toEqual(defaults)
  })

  it('are as `npm run schema` writes them', () => {
    const text = readFileSync(join(ROOT, 'seaworthy/0.1/seaworthy.yaml'), 'utf8')
    expect(withInputs(text)).toBe(text)
  })

  it('leave out only what belongs to GitHub or needs a container engine', () => {
    const left = INPUT_FIELDS.filter((field) => !TASK_FIELDS.includes(field))
    expect(left.every(({ name, only }) => only === 'action' || name.startsWith('kind-'))).toBe(true)
  })

  it('come by variables of their own, each read by the program', () => {
    const variables = gate.spec.steps[0]?.env ?? []
    for (const { name } of TASK_FIELDS)
      expect(variables).toContainEqual({ name: paramVariable(name), value: `$(params.${name})` })
    const environment = Object.fromEntries(TASK_FIELDS.map(({ name }) => [paramVariable(name), `value of ${name}`]))
    expect(readParams(environment)).toEqual(
      Object.fromEntries(TASK_FIELDS.map(({ name }) => [name, `value of ${name}`])),
    )
  })

  it('are told in the documentation', () => {
    const page = readFileSync('docs/tekton.md', 'utf8')
    for (const { name } of [...gate.spec.params, ...(gate.spec.results ?? []), ...gate.spec.workspaces])
      expect(page).toContain(`\`${name}\``)
  })
})

describe('the results of the Task', () => {
  it('are the outputs of the action, with their words', () => {
    const { outputs } = parse(readFileSync('action.yml', 'utf8')) as {
      outputs: Record<string, { description: string }>
    }
    const told = gate.spec.results?.map(({ name, description }) => [name, description])
    expect(told).toEqual(TEKTON_RESULTS.map((name) => [name, outputs[name]?.description]))
    expect(Object.keys(outputs)).toEqual(expect.arrayContaining([...TEKTON_RESULTS]))
  })
})

describe.each(TASKS)('the Task %s', (name) => {
  const task = read(name)
  const [step, ...more] = task.spec.steps

  it('lies where a catalog wants it, with what a catalog shows', () => {
    expect(task.metadata.name).toBe(name)
    expect(task.metadata.labels['app.kubernetes.io/version']).toBe('0.1')
    for (const key of ['pipelines.minVersion', 'categories', 'tags', 'displayName', 'platforms'])
      expect(task.metadata.annotations[`tekton.dev/${key}`], key).toBeTruthy()
    expect(readdirSync(join(ROOT, name, '0.1'))).toEqual(expect.arrayContaining(['README.md', 'samples']))
    expect(task.spec.params.filter(({ description }) => !description)).toEqual([])
  })

  it('is one step that runs the program by its name, without a script', () => {
    expect(more).toEqual([])
    expect(step?.script).toBeUndefined()
    expect(step?.command).toEqual(['/usr/local/bin/node', '/app/dist/cli.cjs'])
    expect(step?.args.join(' ')).not.toContain('$(')
  })

  it('is of this version', () => {
    expect(task.spec.params.find((param) => param.name === 'image')?.default).toBe(imageOf(VERSION))
  })

  it('has params first and secrets last, so that no param can read one', () => {
    const kinds = (step?.env ?? []).map(kindOf)
    expect(kinds).toEqual(kinds.toSorted((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b)))
  })

  it('fits into the restricted level, with a root that is read-only and the two folders that Node writes to', () => {
    expect(task.spec.stepTemplate.securityContext).toEqual({
      runAsNonRoot: true,
      runAsUser: 65_532,
      runAsGroup: 65_532,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    })
    const empty = task.spec.volumes.filter(({ emptyDir }) => emptyDir !== undefined).map((volume) => volume.name)
    const mounts = task.spec.stepTemplate.volumeMounts
    expect(mounts.map((mount) => mount.name)).toEqual(empty)
    expect(mounts.map((mount) => mount.mountPath)).toEqual(['/tmp', setTo(step?.env, 'HOME')])
  })
})

describe('the samples', () => {
  const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml'))

  it.each(files)('%s is YAML without mistakes and without doubled keys', (file) => {
    const documents = parseAllDocuments(readFileSync(join(ROOT, file), 'utf8'), { uniqueKeys: true })
    expect(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([])
  })
})

const ORDER = ['param', 'place', 'secret']
function kindOf({ value, valueFrom }: Variable): string {
  if (valueFrom?.secretKeyRef) return 'secret'
  return value?.startsWith('$(params.') ? 'param' : 'place'
}

function setTo(variables: readonly Variable[] | undefined, name: string): string | undefined {
  return variables?.find((variable) => variable.name === name)?.value
}

function imageOf(version: string): string {
  return `ghcr.io/seaworthy-dev/seaworthy:${version}`
}
