import { parseAllDocuments, stringify } from 'yaml'
import { z } from 'zod'
import { wishesSchema } from '../../src/attest/check-wishes.ts'
import { isSeaworthyError } from '../../src/kit/errors.ts'
import { parseSuite } from '../../src/suite/parse-suite.ts'
import { mistakesInObject } from './check-object.ts'

type Mapping = Readonly<Record<string, unknown>>

/** What the examples take from their environment. */
const ENVIRONMENT = { PREVIEW_NAMESPACE: 'shop-pr-17', STRIPE_API_KEY: 'key' }

const PARTS = [
  'system',
  'traffic',
  'prometheus',
  'objectives',
  'windows',
  'limits',
  'experiments',
  'metadata',
  'policy',
]

/**
 * What is wrong with a YAML snippet, whatever it is: a suite or a part of one is read by the parser of suites, an object of
 * ours by its definition, another one by the shape of its kind. Workflows are read elsewhere, by GitHub's own parser
 * (test/publish/schema.test.ts). Undefined when nobody knows what it is.
 */
export function mistakesInYaml(text: string): readonly string[] | undefined {
  const documents = parseAllDocuments(text)
  const syntax = documents.flatMap(({ errors }) => errors.map(({ message }) => message))
  if (syntax.length > 0) return syntax
  const mistakes = documents.map((document) => mistakesInDocument(document.toJS(), text))
  return mistakes.includes(undefined) ? undefined : mistakes.flatMap((found) => found ?? [])
}

function mistakesInDocument(value: unknown, text: string): readonly string[] | undefined {
  if (Array.isArray(value)) return isSteps(value) ? [] : undefined
  return isMapping(value) ? mistakesInMapping(value, text) : undefined
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null
}

function mistakesInMapping(value: Mapping, text: string): readonly string[] | undefined {
  const keys = Object.keys(value)
  if (keys.includes('jobs') && keys.includes('on')) return []
  if (value.kind === 'Suite') return mistakesInSuite(text)
  if (keys.includes('apiVersion')) return mistakesInObject(value)
  if (keys.every((key) => PARTS.includes(key))) return mistakesInSuite(stringify({ ...baseFor(value), ...value }))
  if (keys.includes('fault') || keys.includes('steps') || keys.includes('search')) return mistakesInPart(value)
  if (text.startsWith('# policy.yaml')) return mistakesInPolicy(value)
  if (keys.join() === 'rules') return mistakesInPart({ fault: podKill('Deployment/web'), ...value })
  return undefined
}

/** A part of an experiment: on processes, or on a cluster where it says so. */
function mistakesInPart(part: Mapping): readonly string[] {
  const named = { name: 'example', ...part }
  const tries = [process(named), cluster(named)].map((suite) => mistakesInSuite(stringify(suite)))
  return tries.toSorted((a, b) => a.length - b.length)[0] ?? []
}

function mistakesInPolicy(value: Mapping): readonly string[] {
  const { error } = wishesSchema.safeParse(value)
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`)
}

function isSteps(value: readonly unknown[]): boolean {
  return value.every((step) => typeof step === 'object' && step !== null && ('uses' in step || 'run' in step))
}

function mistakesInSuite(text: string): readonly string[] {
  try {
    parseSuite({ text, file: 'example.yaml', environment: ENVIRONMENT })
    return []
  } catch (error) {
    if (!isSeaworthyError(error)) throw error
    return error.message.split('\n')
  }
}

function baseFor(value: Mapping): Mapping {
  const system = z.looseObject({ services: z.unknown() }).safeParse(value.system)
  const onCluster = value.system !== undefined && system.data?.services === undefined
  const mentionsWorkload = JSON.stringify(value).includes('Deployment/')
  return onCluster || mentionsWorkload
    ? cluster({ name: 'example', fault: podKill('Deployment/web') })
    : process({ name: 'example', fault: podKill('web') })
}

function podKill(workload: string): Mapping {
  return { type: 'pod-kill', target: { workload, mode: 'one' } }
}

function process(experiment: Mapping): Mapping {
  const service = { command: 'node server.js', replicas: 2 }
  return suite({ services: { web: { ...service, uses: ['api'] }, api: service } }, 'http://web/', experiment)
}

function cluster(experiment: Mapping): Mapping {
  const workloads = ['Deployment/web', 'Deployment/api', 'StatefulSet/db', 'Deployment/shop']
  return suite({ namespace: 'shop-pr-17', workloads }, 'http://web/', experiment)
}

function suite(system: Mapping, url: string, experiment: Mapping): Mapping {
  return {
    apiVersion: 'seaworthy.dev/v1',
    kind: 'Suite',
    metadata: { name: 'example' },
    system,
    traffic: { http: { url, rate: '50/s', timeout: '2s', expect: { status: 200 } } },
    prometheus: { url: 'http://127.0.0.1:9090' },
    objectives: [{ name: 'availability', indicator: { traffic: 'success' }, target: '99%' }],
    windows: { baseline: '30s', fault: '60s', recovery: '60s' },
    experiments: [experiment],
  }
}
