import * as z from 'zod'

/** The pull request or push that is gated, read from what the runner tells. */
export interface Change {
  readonly owner: string
  readonly name: string
  readonly pullRequest: number | null
  /** The commit that the check belongs to: the head of the pull request, not the merge commit that was checked out. */
  readonly head: string
  readonly base: string | null
  readonly branch: string | null
  readonly runUrl: string
  /** The token of such a run can only read. */
  readonly fromFork: boolean
}

const eventSchema = z.object({
  pull_request: z
    .object({
      number: z.number().int().positive(),
      head: z.object({ sha: z.string(), repo: z.object({ full_name: z.string() }).nullish() }),
      base: z.object({ sha: z.string(), ref: z.string() }),
    })
    .optional(),
  merge_group: z.object({ head_sha: z.string(), base_sha: z.string(), base_ref: z.string() }).optional(),
})

export interface RunnerEnvironment {
  readonly GITHUB_REPOSITORY?: string | undefined
  readonly GITHUB_SHA?: string | undefined
  readonly GITHUB_REF_NAME?: string | undefined
  readonly GITHUB_SERVER_URL?: string | undefined
  readonly GITHUB_RUN_ID?: string | undefined
  readonly GITHUB_RUN_ATTEMPT?: string | undefined
}

/** Undefined outside a GitHub runner. `event` is the parsed event payload; whatever does not fit in it is taken as absent. */
export function changeOf(environment: RunnerEnvironment, event: unknown): Change | undefined {
  const [owner, name] = (environment.GITHUB_REPOSITORY ?? '').split('/')
  if (!owner || !name || !environment.GITHUB_SHA) return undefined
  const parsed = eventSchema.safeParse(event)
  const { pull_request: pull, merge_group: group } = parsed.success ? parsed.data : {}
  const server = environment.GITHUB_SERVER_URL ?? 'https://github.com'
  return {
    owner,
    name,
    pullRequest: pull?.number ?? null,
    head: pull?.head.sha ?? group?.head_sha ?? environment.GITHUB_SHA,
    base: pull?.base.sha ?? group?.base_sha ?? null,
    branch: pull?.base.ref ?? group?.base_ref.replace(/^refs\/heads\//, '') ?? environment.GITHUB_REF_NAME ?? null,
    runUrl: `${server}/${owner}/${name}/actions/runs/${environment.GITHUB_RUN_ID ?? '0'}/attempts/${environment.GITHUB_RUN_ATTEMPT ?? '1'}`,
    fromFork: pull !== undefined && pull.head.repo?.full_name !== `${owner}/${name}`,
  }
}
