import * as z from 'zod'
import { SeaworthyError } from '../kit/errors.ts'
import type { RunRequest } from '../model/request.ts'
import { INPUT_FIELDS } from './fields.ts'

const SEED_LIMIT = 4_294_967_295

const schema = z.object({
  suite: z.string().min(1),
  mode: z.enum(['enforce', 'report', 'plan']),
  'on-inconclusive': z.enum(['fail', 'pass']),
  'report-dir': z.string().min(1),
  'prometheus-url': z.union([z.literal(''), z.url({ protocol: /^https?$/ })]),
  only: z.string(),
  seed: z.union([
    z.literal(''),
    z
      .string()
      .regex(/^\d{1,10}$/)
      .refine((text) => Number(text) <= SEED_LIMIT),
  ]),
  plan: z.union([z.literal(''), z.string().regex(/^[0-9a-f]{12}$/)]),
  comment: z.enum(['always', 'on-failure', 'never']),
  'check-name': z.string().min(1).max(80),
})

const EXPECTED: Readonly<Record<string, string>> = {
  suite: 'the path of a suite',
  mode: 'enforce, report or plan',
  'on-inconclusive': 'fail or pass',
  'report-dir': 'the path of a folder',
  'prometheus-url': 'an http or https URL',
  seed: `a whole number from 0 to ${SEED_LIMIT}`,
  plan: 'the 12 hex digits that `seaworthy plan` prints',
  comment: 'always, on-failure or never',
  'check-name': 'a name of 1 to 80 characters',
}

/**
 * Raw strings of flags or action inputs to a request; an empty or missing string means the default.
 * Throws SeaworthyError('INPUT') that names every wrong one, what was found and what was expected.
 */
export function parseRunRequest(
  raw: Readonly<Record<string, string | undefined>>,
  freshSeed: () => number,
): RunRequest {
  const filled = Object.fromEntries(INPUT_FIELDS.map(({ name, fallback }) => [name, raw[name]?.trim() || fallback]))
  const parsed = schema.safeParse(filled)
  if (!parsed.success) {
    const names = [...new Set(parsed.error.issues.map(({ path }) => String(path[0])))]
    const message = names
      .map((name) => `${name}: found ${JSON.stringify(filled[name])}, expected ${EXPECTED[name]}`)
      .join('\n')
    throw new SeaworthyError('INPUT', message, { remedy: 'See `seaworthy run --help`.' })
  }
  const input = parsed.data
  return {
    suite: input.suite,
    mode: input.mode,
    onInconclusive: input['on-inconclusive'],
    reportDir: input['report-dir'],
    prometheusUrl: input['prometheus-url'] || undefined,
    only: input.only
      .split('\n')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
    seed: input.seed === '' ? freshSeed() : Number(input.seed),
    plan: input.plan || undefined,
    comment: input.comment,
    checkName: input['check-name'],
  }
}
