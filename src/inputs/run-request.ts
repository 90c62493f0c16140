import * as z from 'zod'
import { parseDuration } from '../kit/duration.ts'
import { SeaworthyError } from '../kit/errors.ts'
import { MOST_SHARDS, type RunRequest } from '../model/request.ts'
import { INPUT_FIELDS } from './fields.ts'

const SEED_LIMIT = 4_294_967_295

const imageReference = z.string().regex(/^[a-zA-Z0-9][\w.:/@-]{0,255}$/)

const schema = z.object({
  suite: z.string().min(1),
  mode: z.enum(['enforce', 'report', 'plan']),
  'on-inconclusive': z.enum(['fail', 'pass']),
  'report-dir': z.string().min(1),
  cluster: z.enum(['', 'connect', 'kind']),
  kubeconfig: z.string(),
  context: z.string().max(253),
  namespace: z.union([z.literal(''), z.string().regex(/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/)]),
  image: z.union([z.literal(''), imageReference]),
  install: z.enum(['never', 'ensure']),
  'kind-binary': z.string(),
  'kind-image': z.union([z.literal(''), imageReference]),
  'kind-config': z.string(),
  'kind-keep': z.enum(['never', 'always']),
  'prometheus-url': z.union([z.literal(''), z.url({ protocol: /^https?$/ }).refine(namesNobody)]),
  only: z.string(),
  seed: z.union([
    z.literal(''),
    z
      .string()
      .regex(/^\d{1,10}$/)
      .refine((text) => Number(text) <= SEED_LIMIT),
  ]),
  shard: z.union([z.literal(''), z.string().refine((text) => shardOf(text) !== undefined)]),
  plan: z.union([z.literal(''), z.string().regex(/^[0-9a-f]{12}$/)]),
  approval: z.string(),
  'lock-wait': z.string().refine((text) => parseDuration(text) !== undefined),
  comment: z.enum(['always', 'on-failure', 'never']),
  'check-name': z.string().min(1).max(80),
  check: z.enum(['always', 'never']),
  journal: z.literal(''),
  'policy-from': z.string().max(4_096),
})

const EXPECTED: Readonly<Record<string, string>> = {
  suite: 'the path of a suite',
  mode: 'enforce, report or plan, and in the action publish',
  'on-inconclusive': 'fail or pass',
  'report-dir': 'the path of a folder',
  cluster: 'connect or kind',
  kubeconfig: 'the path of a kubeconfig',
  context: 'the name of a context',
  namespace: 'small letters, digits and dashes, at most 63',
  image: 'an image reference, such as ghcr.io/seaworthy-dev/seaworthy:1.2.3',
  install: 'never or ensure',
  'kind-binary': 'the path of kind',
  'kind-image': 'an image reference, such as kindest/node:v1.34.0',
  'kind-config': 'the path of a configuration of kind',
  'kind-keep': 'never or always',
  'prometheus-url': 'an http or https URL without a user or a password',
  seed: `a whole number from 0 to ${SEED_LIMIT}`,
  shard: 'a part of how many, such as 2/3, of at most 256',
  plan: 'the 12 hex digits that `seaworthy plan` prints',
  approval: 'the path of a signed approval',
  'lock-wait': 'a duration, such as 10m',
  comment: 'always, on-failure or never',
  'check-name': 'a name of 1 to 80 characters',
  check: 'always or never',
  journal: 'nothing, but with mode: publish',
  'policy-from': 'a file, or a revision of git',
}

function shardOf(text: string): RunRequest['shard'] {
  const [, index = 0, count = 0] = (/^([1-9]\d{0,2})\/([1-9]\d{0,2})$/.exec(text) ?? []).map(Number)
  return index >= 1 && index <= count && count <= MOST_SHARDS ? { index, count } : undefined
}

/**
 * Raw strings of flags or action inputs to a request; an empty or missing string means the default.
 * Throws SeaworthyError('INPUT') that names every wrong one, what was found and what was expected.
 */
export function parseRunRequest(
  raw: Readonly<Record<string, string | undefined>>,
  freshSeed: () => number,
  /** The same for all shards of a run, since all of them must make the same plan. */
  sharedSeed: () => number = () => 0,
): RunRequest {
  const filled = Object.fromEntries(INPUT_FIELDS.map(({ name, fallback }) => [name, raw[name]?.trim() || fallback]))
  const parsed = schema.safeParse(filled)
  if (!parsed.success) {
    const names = [...new Set(parsed.error.issues.map(({ path }) => String(path[0])))]
    const message = names
      .map((name) => `${name}: found ${withoutUser(JSON.stringify(filled[name]))}, expected ${EXPECTED[name]}`)
      .join('\n')
    throw new SeaworthyError('INPUT', message, { remedy: 'See `seaworthy run --help`.' })
  }
  const input = parsed.data
  const shard = shardOf(input.shard)
  return {
    suite: input.suite,
    mode: input.mode,
    onInconclusive: input['on-inconclusive'],
    reportDir: input['report-dir'],
    cluster: {
      cluster: input.cluster || undefined,
      kubeconfig: input.kubeconfig || undefined,
      context: input.context || undefined,
      namespace: input.namespace || undefined,
      image: input.image || undefined,
      install: input.install,
    },
    kind: {
      binary: input['kind-binary'] || undefined,
      image: input['kind-image'] || undefined,
      config: input['kind-config'] || undefined,
      keep: input['kind-keep'],
    },
    prometheusUrl: input['prometheus-url'] || undefined,
    only: input.only
      .split('\n')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
    seed: input.seed === '' ? (shard ? sharedSeed : freshSeed)() : Number(input.seed),
    seedGiven: input.seed !== '',
    shard,
    plan: input.plan || undefined,
    approval: input.approval || undefined,
    lockWaitMs: parseDuration(input['lock-wait']) ?? 0,
    comment: input.comment,
    checkName: input['check-name'],
    check: input.check,
    policyFrom: input['policy-from'] || undefined,
  }
}

/** An address with a password would be seen in logs and reports, as in a suite. */
function namesNobody(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { username, password } = new URL(text)
  return username === '' && password === ''
}

/** What was found, without who an address in it names, and by which password. */
function withoutUser(text: string): string {
  return text.replaceAll(/\/\/[^\s/]*@/g, '//***@')
}
