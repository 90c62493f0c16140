import type { Change } from './change.ts'
import type { GitHubClient } from './github-client.ts'

/** Most annotations that one request may carry (REST API, checks). */
const ANNOTATIONS_A_REQUEST = 50

export interface CheckRunText {
  readonly title: string
  readonly conclusion: 'success' | 'failure'
  readonly summary: string
  readonly text: string
  readonly annotations: readonly CheckAnnotation[]
}

export interface CheckAnnotation {
  readonly path: string
  readonly line: number
  readonly level: 'failure' | 'warning' | 'notice'
  readonly title: string
  readonly message: string
}

/**
 * Makes the check run that branch protection can require. The annotations beyond the first 50 follow by updates; the
 * conclusion is set by the last request, so a check that was cut off half-way never shows a result.
 */
export async function writeCheckRun(
  client: GitHubClient,
  change: Change,
  name: string,
  check: CheckRunText,
): Promise<void> {
  const where = { owner: change.owner, repo: change.name }
  const output = { title: check.title, summary: check.summary, ...(check.text === '' ? {} : { text: check.text }) }
  const pages = paged(check.annotations.map(toApi))
  const [first = [], ...rest] = pages
  const done = { status: 'completed' as const, conclusion: check.conclusion }
  const started = rest.length === 0 ? done : { status: 'in_progress' as const }
  const { data } = await client.rest.checks.create({
    ...where,
    name,
    head_sha: change.head,
    details_url: change.runUrl,
    ...started,
    output: { ...output, annotations: first },
  })
  for (const [place, annotations] of rest.entries()) {
    await client.rest.checks.update({
      ...where,
      check_run_id: data.id,
      ...(place === rest.length - 1 ? done : {}),
      output: { ...output, annotations },
    })
  }
}

function paged<T>(items: readonly T[]): T[][] {
  const count = Math.ceil(items.length / ANNOTATIONS_A_REQUEST)
  return Array.from({ length: count }, (_, page) =>
    items.slice(page * ANNOTATIONS_A_REQUEST, (page + 1) * ANNOTATIONS_A_REQUEST),
  )
}

function toApi(annotation: CheckAnnotation) {
  return {
    path: annotation.path,
    start_line: annotation.line,
    end_line: annotation.line,
    annotation_level: annotation.level,
    title: annotation.title,
    message: annotation.message,
  }
}
