import * as z from 'zod'
import { durationMs } from '../kit/scalars.ts'
import type { Check, Claims } from './check-statement.ts'

const matching = (pattern: RegExp, what: string) => z.string().regex(pattern, { error: `expected ${what}` })

/** What somebody who relies on a statement demands of it: the file of `--policy`. Unknown keys are errors. */
export const wishesSchema = z.strictObject({
  result: z.enum(['PASSED', 'WARNED']).default('PASSED').describe('WARNED lets through what did not block the run.'),
  mode: z.enum(['enforce', 'any']).default('enforce'),
  'max-age': durationMs.optional(),
  commit: matching(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, 'a whole commit id').optional(),
  repository: z.string().min(1).optional(),
  suite: matching(/^[0-9a-f]{64}$/, 'the SHA-256 of the suite, 64 digits').optional(),
  plan: matching(/^[0-9a-f]{12,64}$/, '12 to 64 hex digits').optional(),
  images: z.array(matching(/(?:^|@)sha256:[0-9a-f]{64}$/, 'sha256: and 64 digits')).default([]),
  experiments: z.array(z.string()).default([]),
  approval: z.enum(['required', 'any']).default('any'),
})
export type Wishes = z.infer<typeof wishesSchema>

/** Whether it is about the commit, the images, the suite and the time that are asked for. */
export function checkIdentity({ statement, journal }: Claims, wishes: Wishes, nowMs: number): readonly Check[] {
  const { seaworthyRun: run, configuration } = statement.predicate
  const commits = new Set([
    ...(journal.change ? [journal.change.head] : []),
    ...statement.subject.flatMap(({ digest }) => digest.gitCommit ?? []),
  ])
  const images = new Set((journal.platform.images ?? []).map(({ digest }) => digest))
  const suites = configuration.map(({ digest }) => digest?.sha256)
  const ageMs = nowMs - Date.parse(run.finishedOn)
  const maxAge = wishes['max-age']
  return [
    ...asked('the commit is the one that is asked for', wishes.commit, (wish) => [
      commits.size === 1 && commits.has(wish),
      `asked ${wish}, tested ${list([...commits])}`,
    ]),
    ...wishes.images.map((wish) => {
      const digest = wish.slice(wish.lastIndexOf('sha256:'))
      return check('the image is one of those that ran', images.has(digest), `asked ${wish}, ran ${list([...images])}`)
    }),
    ...asked('the repository is the one that is asked for', wishes.repository, (wish) => [
      run.repository === wish,
      `asked ${wish}, tested ${run.repository ?? 'none'}`,
    ]),
    ...asked('the suite is the one that is asked for', wishes.suite, (wish) => [
      journal.suite.digest === wish && suites.includes(wish),
      `asked ${wish}, ran ${journal.suite.digest}`,
    ]),
    ...asked('the plan is the one that is asked for', wishes.plan, (wish) => [
      run.plan.startsWith(wish),
      `asked ${wish}, ran ${run.plan}`,
    ]),
    ...asked('it is not too old', maxAge, (wish) => [
      ageMs >= -SKEW_MS && ageMs <= wish,
      `it ended at ${run.finishedOn}, ${Math.round(ageMs / 60_000)} min ago; ${wish / 60_000} min are allowed`,
    ]),
  ]
}
/** A clock elsewhere may be a little ahead; a run that ends tomorrow is none. */
const SKEW_MS = 300_000

/** Whether the verdict is good enough for who asks. */
export function checkVerdictWished({ statement, journal }: Claims, wishes: Wishes): readonly Check[] {
  const { result, seaworthyRun, passedTests } = statement.predicate
  const missing = wishes.experiments.filter((name) => !passedTests.includes(name))
  const isMode = wishes.mode === 'any' || seaworthyRun.mode === 'enforce'
  return [
    check(
      'the result is good enough',
      result === 'PASSED' || (result === 'WARNED' && wishes.result === 'WARNED'),
      `${result}: ${journal.summary}`,
    ),
    check('the run was a gate', isMode, `mode ${seaworthyRun.mode}`),
    ...(seaworthyRun.shard === null || wishes.mode === 'any'
      ? []
      : [
          check(
            'the whole suite ran',
            false,
            `this is shard ${seaworthyRun.shard} alone: verify what \`merge\` made of all`,
          ),
        ]),
    ...(wishes.experiments.length === 0
      ? []
      : [
          check(
            'the experiments that are asked for passed',
            missing.length === 0,
            missing.length === 0 ? list(wishes.experiments) : `not passed: ${list(missing)}`,
          ),
        ]),
    ...(wishes.approval === 'required'
      ? [
          check(
            'its plan was approved',
            journal.approval !== undefined && seaworthyRun.approval !== null,
            journal.approval ? `by ${journal.approval.by}` : 'nobody has approved it',
          ),
        ]
      : []),
  ]
}

function asked<Wish>(
  what: string,
  wish: Wish | undefined,
  look: (wish: Wish) => readonly [ok: boolean, detail: string],
): Check[] {
  if (wish === undefined) return []
  const [ok, detail] = look(wish)
  return [check(what, ok, detail)]
}

function check(what: string, ok: boolean, detail: string): Check {
  return { what, ok, detail }
}

function list(items: readonly string[]): string {
  return items.length === 0 ? 'none' : items.join(', ')
}
