import * as z from 'zod'
import { SeaworthyError } from '../kit/errors.ts'
import { INPUT_FIELDS } from './fields.ts'

/** What is asked for of a journal that another workflow wrote. */
export interface PublishRequest {
  /** Path of the journal on this machine. */
  readonly journal: string
  /** Path of the suite in the repository, whose version at the base commit is asked for its policy. */
  readonly suite: string
  readonly onInconclusive: 'fail' | 'pass'
  readonly comment: 'always' | 'on-failure' | 'never'
  readonly checkName: string
}

const schema = z.object({
  journal: z.string().min(1),
  suite: z
    .string()
    .min(1)
    .max(1_000)
    .refine((path) => !/^(?:\/|[A-Za-z]:)|\\/.test(path) && !path.split('/').includes('..')),
  'on-inconclusive': z.enum(['fail', 'pass']),
  comment: z.enum(['always', 'on-failure', 'never']),
  'check-name': z.string().min(1).max(80),
})

const EXPECTED: Readonly<Record<string, string>> = {
  journal: 'the path of a journal.json',
  suite: 'the path of the suite in the repository',
  'on-inconclusive': 'fail or pass',
  comment: 'always, on-failure or never',
  'check-name': 'a name of 1 to 80 characters',
}

/** Inputs of the action that publishing has; `publish` has flags of the same names and defaults. */
const PUBLISH_FIELDS = INPUT_FIELDS.filter(({ name }) => Object.hasOwn(EXPECTED, name))

/** Raw strings of flags or action inputs; empty ones mean the default. Throws SeaworthyError('INPUT') that names every wrong one. */
export function parsePublishRequest(raw: Readonly<Record<string, string | undefined>>): PublishRequest {
  const filled = Object.fromEntries(PUBLISH_FIELDS.map(({ name, fallback }) => [name, raw[name]?.trim() || fallback]))
  const parsed = schema.safeParse({ ...filled, suite: filled.suite?.replace(/^(?:\.\/)+/, '') })
  if (parsed.success) {
    const { journal, suite, comment, 'on-inconclusive': onInconclusive, 'check-name': checkName } = parsed.data
    return { journal, suite, comment, onInconclusive, checkName }
  }
  const names = [...new Set(parsed.error.issues.map(({ path }) => String(path[0])))]
  const message = names.map((name) => `${name}: found ${JSON.stringify(filled[name])}, expected ${EXPECTED[name]}`)
  throw new SeaworthyError('INPUT', message.join('\n'), { remedy: 'See docs/forks.md.' })
}
