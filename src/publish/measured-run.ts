import * as z from 'zod'
import { SeaworthyError } from '../kit/errors.ts'
import type { Change, RunnerEnvironment } from './change.ts'
import { type GitHubClient, statusOf } from './github-client.ts'
import { type Patience, persist } from './persist.ts'

/** How a workflow run ended, as far as anything follows from it. */
const CONCLUSIONS = [
  'success',
  'failure',
  'cancelled',
  'skipped',
  'neutral',
  'timed_out',
  'action_required',
  'stale',
  'startup_failure',
] as const

/** The run that measured, as GitHub tells it, and never as its artifact does. */
export interface MeasuredRun {
  readonly change: Change
  readonly conclusion: (typeof CONCLUSIONS)[number] | 'unknown'
  /** Why no pull request is written to; undefined where there is one. */
  readonly noPull: string | undefined
  /** The workflow's file in the repository. */
  readonly workflow: string
}

const runSchema = z.object({
  id: z.number().int().positive(),
  run_attempt: z.number().int().positive(),
  event: z.string(),
  status: z.string().nullish(),
  conclusion: z.string().nullish(),
  head_sha: z.string().regex(/^[0-9a-f]{40,64}$/),
  head_branch: z.string().nullish(),
  path: z.string().default(''),
  repository: z.object({ full_name: z.string() }),
  head_repository: z.object({ full_name: z.string(), owner: z.object({ login: z.string() }) }).nullish(),
})
type WorkflowRun = z.infer<typeof runSchema>

const eventSchema = z.object({
  workflow_run: z.object({ id: z.number().int().positive(), run_attempt: z.number().int().positive() }),
})

/** Which run the event is about. Throws SeaworthyError('INPUT') for any other event. */
export function runOfEvent(eventName: string | undefined, event: unknown): { id: number; attempt: number } {
  const parsed = eventSchema.safeParse(event)
  if (eventName === 'workflow_run' && parsed.success) {
    const { id, run_attempt: attempt } = parsed.data.workflow_run
    return { id, attempt }
  }
  throw new SeaworthyError(
    'INPUT',
    'a journal is published in a workflow that starts with `on: workflow_run`, and this is none',
    {
      remedy: 'See docs/forks.md; examples/workflows/publish.yml is such a workflow.',
    },
  )
}

/**
 * What GitHub's API knows of one attempt of a workflow run, and of the pull request that it was for: the one open pull
 * request from the run's branch whose head is the run's commit. Throws SeaworthyError where GitHub does not tell.
 */
export async function readMeasuredRun(
  client: GitHubClient,
  environment: RunnerEnvironment,
  { id, attempt }: { readonly id: number; readonly attempt: number },
  patience: Patience,
): Promise<MeasuredRun> {
  const [owner = '', name = ''] = (environment.GITHUB_REPOSITORY ?? '').split('/')
  const where = { owner, repo: name }
  const answer = await asked('the run that measured', 'actions: read', () =>
    persist(
      () => client.rest.actions.getWorkflowRunAttempt({ ...where, run_id: id, attempt_number: attempt }),
      patience,
    ),
  )
  const run = trusted(answer.data, `${owner}/${name}`, id, attempt)
  const found = await findPull(client, where, run, patience)
  const server = environment.GITHUB_SERVER_URL ?? 'https://github.com'
  return {
    change: {
      owner,
      name,
      pullRequest: found.pull?.number ?? null,
      head: run.head_sha,
      base: found.pull?.base.sha ?? null,
      branch: found.pull?.base.ref ?? null,
      runUrl: `${server}/${owner}/${name}/actions/runs/${id}/attempts/${attempt}`,
      // The token of this workflow is the repository's own.
      fromFork: false,
    },
    conclusion: CONCLUSIONS.find((known) => known === run.conclusion && run.status === 'completed') ?? 'unknown',
    noPull: found.why,
    workflow: run.path.split('@')[0] ?? '',
  }
}

function trusted(data: unknown, repository: string, id: number, attempt: number): WorkflowRun {
  const parsed = runSchema.safeParse(data)
  const same =
    parsed.success &&
    parsed.data.id === id &&
    parsed.data.run_attempt === attempt &&
    parsed.data.repository.full_name.toLowerCase() === repository.toLowerCase()
  if (same) return parsed.data
  throw new SeaworthyError('PUBLISH', 'GitHub told something else than the run that was asked for', {
    remedy: 'Run the job again.',
  })
}

const pullSchema = z.object({
  number: z.number().int().positive(),
  state: z.string(),
  head: z.object({ sha: z.string(), repo: z.object({ full_name: z.string() }).nullish() }),
  base: z.object({ sha: z.string(), ref: z.string(), repo: z.object({ full_name: z.string() }) }),
})
type Pull = z.infer<typeof pullSchema>

/** For forks `workflow_run.pull_requests` is empty, so the pull request is looked for by the branch that it comes from. */
async function findPull(
  client: GitHubClient,
  where: { owner: string; repo: string },
  run: WorkflowRun,
  patience: Patience,
): Promise<{ readonly pull: Pull | undefined; readonly why: string | undefined }> {
  if (!/^pull_request/.test(run.event))
    return {
      pull: undefined,
      why: `the run was for the event ${run.event.replaceAll(/\W/g, '')}, and for no pull request`,
    }
  const from = run.head_repository
  if (!from || !run.head_branch) return { pull: undefined, why: 'the branch that the run was for is gone' }
  const head = `${from.owner.login}:${run.head_branch}`
  const listed = await asked('the pull request', 'pull-requests: write', () =>
    persist(() => client.paginate(client.rest.pulls.list, { ...where, state: 'open', head, per_page: 100 }), patience),
  )
  const pulls = z
    .array(pullSchema)
    .parse(listed)
    .filter((pull) => isFrom(pull, from.full_name, where))
  const same = pulls.filter((pull) => pull.head.sha === run.head_sha)
  const [only, another] = same
  if (only && !another) return { pull: only, why: undefined }
  if (another) return { pull: undefined, why: `${same.length} open pull requests have this commit as their head` }
  return {
    pull: undefined,
    why:
      pulls.length > 0
        ? 'the pull request has a newer commit by now'
        : 'no open pull request comes from the branch that the run was for',
  }
}

function isFrom({ state, head, base }: Pull, fork: string, { owner, repo }: { owner: string; repo: string }): boolean {
  return (
    state === 'open' &&
    head.repo?.full_name.toLowerCase() === fork.toLowerCase() &&
    base.repo.full_name.toLowerCase() === `${owner}/${repo}`.toLowerCase()
  )
}

async function asked<T>(what: string, permission: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    const status = statusOf(cause)
    const refused = status === 401 || status === 403 || status === 404
    throw new SeaworthyError(
      refused ? 'INPUT' : 'PUBLISH',
      `GitHub did not tell ${what}${status === undefined ? '' : ` (HTTP ${status})`}`,
      {
        remedy: refused
          ? `Give the job the permission \`${permission}\` and the action its github-token.`
          : 'Run the job again.',
        cause,
      },
    )
  }
}
