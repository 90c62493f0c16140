import { randomUUID } from 'node:crypto'
import type { Change } from './change.ts'
import type { GitHubClient } from './github-client.ts'
import { isInDoubt, type Patience, waitAfter } from './persist.ts'

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

interface Where {
  readonly owner: string
  readonly repo: string
}

/** What is known of the check run at GitHub; `sure` is false after a request whose answer was lost. */
interface Draft {
  readonly id: number | undefined
  /** Annotations that it has already. */
  readonly sent: number
  readonly completed: boolean
  readonly sure: boolean
  /** Made by a request that was carried out late, and not concluded. */
  readonly doubles: readonly number[]
}

const NOTHING: Draft = { id: undefined, sent: 0, completed: false, sure: true, doubles: [] }

/**
 * Makes the check run that branch protection can require. The annotations beyond the first 50 follow by updates; the
 * conclusion is set by the last request, so a check that was cut off half-way never shows a result.
 *
 * To create is not safe to repeat: where an answer was lost the check is looked for by an id of this writing, and gone
 * on with where it stands. Rejects with the request's error.
 */
export async function writeCheckRun(
  client: GitHubClient,
  change: Change,
  name: string,
  check: CheckRunText,
  patience: Patience,
): Promise<void> {
  const writing: Writing = { client, change, name, check, externalId: `seaworthy-${randomUUID()}` }
  let draft = NOTHING
  for (let failures = 0; !(draft.completed && draft.sure && draft.doubles.length === 0); ) {
    try {
      const next = await nextStep(writing, draft)
      if (next.sent > draft.sent || next.completed) failures = 0
      draft = next
    } catch (error) {
      failures += 1
      draft = { ...draft, sure: draft.sure && !isInDoubt(error) }
      await waitAfter(error, failures, patience)
    }
  }
}

interface Writing {
  readonly client: GitHubClient
  readonly change: Change
  readonly name: string
  readonly check: CheckRunText
  readonly externalId: string
}

async function nextStep(writing: Writing, draft: Draft): Promise<Draft> {
  if (!draft.sure) return find(writing)
  if (draft.id === undefined) return create(writing)
  if (!draft.completed) return goOn(writing, draft, draft.id)
  const [double, ...doubles] = draft.doubles
  if (double !== undefined) await update(writing, double, [], true)
  return { ...draft, doubles }
}

async function create({ client, change, name, check, externalId }: Writing): Promise<Draft> {
  const first = check.annotations.slice(0, ANNOTATIONS_A_REQUEST)
  const completed = first.length === check.annotations.length
  const { data } = await client.rest.checks.create({
    ...whereOf(change),
    name,
    head_sha: change.head,
    details_url: change.runUrl,
    external_id: externalId,
    ...(completed ? conclude(check) : { status: 'in_progress' as const }),
    output: { ...outputOf(check), annotations: first.map(toApi) },
  })
  return { ...NOTHING, id: data.id, sent: first.length, completed }
}

async function goOn(writing: Writing, draft: Draft, id: number): Promise<Draft> {
  const { annotations } = writing.check
  const next = annotations.slice(draft.sent, draft.sent + ANNOTATIONS_A_REQUEST)
  const sent = draft.sent + next.length
  const completed = sent >= annotations.length
  await update(writing, id, next, completed)
  return { ...draft, sent, completed }
}

async function update(
  { client, change, check }: Writing,
  id: number,
  annotations: readonly CheckAnnotation[],
  last: boolean,
): Promise<void> {
  await client.rest.checks.update({
    ...whereOf(change),
    check_run_id: id,
    ...(last ? conclude(check) : {}),
    output: { ...outputOf(check), annotations: annotations.map(toApi) },
  })
}

/** The check run of this writing that came furthest; nothing where no request was carried out. */
async function find({ client, change, name, externalId }: Writing): Promise<Draft> {
  const all = await client.paginate(client.rest.checks.listForRef, {
    ...whereOf(change),
    ref: change.head,
    check_name: name,
    filter: 'all',
    per_page: 100,
  })
  const [furthest, ...others] = all
    .filter(({ external_id }) => external_id === externalId)
    .map(({ id, status, output }) => ({ id, completed: status === 'completed', sent: output.annotations_count }))
    .sort((one, other) => Number(other.completed) - Number(one.completed) || other.sent - one.sent)
  const doubles = others.filter(({ completed }) => !completed).map(({ id }) => id)
  return furthest === undefined ? NOTHING : { ...furthest, sure: true, doubles }
}

function whereOf({ owner, name }: Change): Where {
  return { owner, repo: name }
}

function outputOf({ title, summary, text }: CheckRunText) {
  return { title, summary, ...(text === '' ? {} : { text }) }
}

function conclude({ conclusion }: CheckRunText) {
  return { status: 'completed' as const, conclusion }
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
