import type { PublishRequest } from '../../inputs/publish-request.ts'
import { isSeaworthyError, messageOf, SeaworthyError } from '../../kit/errors.ts'
import type { Journal } from '../../model/journal.ts'
import type { Base } from '../../policy/apply-policy.ts'
import { changedWorkflows } from '../../publish/changed-workflows.ts'
import { readHostileJournal } from '../../publish/hostile-journal.ts'
import { type MeasuredRun, readMeasuredRun, runOfEvent } from '../../publish/measured-run.ts'
import { type Publication, publishToGitHub } from '../../publish/publish-github.ts'
import { readContents } from '../../publish/read-contents.ts'
import { type Disbelief, renderDisbelief } from '../../report/markdown/disbelief.ts'
import { headline } from '../../report/words/headline.ts'
import { loadBase } from '../../suite/load-base.ts'
import { type ActionHost, githubOf, publishTarget } from './action-host.ts'
import { believeJournal, type Told } from './believe-journal.ts'
import { failurePublication, PUBLISHED_CHARACTERS, verdictPublication } from './publication.ts'

/** What came of publishing, for outputs and a terminal. */
export interface PublishedJournal {
  /** Undefined where the journal was not believed. */
  readonly journal: Journal | undefined
  readonly headline: string
  readonly warnings: readonly string[]
  /** 0 where the check run was written, whatever it says; 3 where it was not, so that a required one stays open. */
  readonly exitCode: 0 | 3
}

/**
 * Publishes what another workflow's run measured, on the pull request and the commit that GitHub says it was for. The
 * journal is taken for hostile. Throws SeaworthyError where it is not known what to write to.
 */
export async function publishJournal(
  request: PublishRequest,
  host: ActionHost,
  event: { readonly name: string | undefined; readonly payload: unknown },
): Promise<PublishedJournal> {
  const asked = runOfEvent(event.name, event.payload)
  const github = githubOf(host)
  if (!github) throw new SeaworthyError('INPUT', 'publishing needs a github-token', { remedy: 'See docs/forks.md.' })
  const run = await readMeasuredRun(github.client, process.env, asked, github.patience)
  const base = await baseOf(request, run, github).catch(refused)
  const told = 'headline' in base ? { disbelief: base } : await tell(request, run, base, github)
  const suite = 'headline' in base ? undefined : base.suite?.name
  const rendered = renderSafely(told, { request, run, host, suite })
  const { warnings, checkWritten } = await publishToGitHub(
    rendered.publication,
    publishTarget({ ...host, change: run.change }),
  )
  const noPull = run.noPull === undefined ? [] : [`There is no comment: ${run.noPull}. The check run is on the commit.`]
  return { ...rendered.told, warnings: [...noPull, ...warnings], exitCode: checkWritten ? 0 : 3 }
}

type GitHub = NonNullable<ReturnType<typeof githubOf>>

/** The suite of the base branch's own commit; without a pull request that of the default branch. */
async function baseOf(
  { suite: path }: PublishRequest,
  { change }: MeasuredRun,
  { client, patience }: GitHub,
): Promise<Base> {
  const ref = change.base ?? 'HEAD'
  const { where, text } = await readContents(client, change, { path, ref }, patience)
  return { where, suite: text === undefined ? undefined : loadBase(text, path, process.env) }
}

/** What the base would demand is not known then, so nothing is believed. */
function refused(error: unknown): Disbelief {
  if (!isSeaworthyError(error)) throw error
  const sentences = [messageOf(error), ...(error.remedy === undefined ? [] : [error.remedy])]
  return { headline: 'Error: the policy of the base is not known, so nothing was judged', sentences }
}

async function tell(
  request: PublishRequest,
  run: MeasuredRun,
  base: Base,
  { client, patience }: GitHub,
): Promise<Told> {
  const read = await readHostileJournal(request.journal)
  const { suite: suiteFile, onInconclusive } = request
  const workflows = await changedWorkflows(client, run.change, patience).catch(() => undefined)
  return believeJournal(read, { run, base, suiteFile, onInconclusive, workflows })
}

interface Setting {
  readonly request: PublishRequest
  readonly run: MeasuredRun
  readonly host: ActionHost
  /** The suite's name at the base, where there is one. */
  readonly suite: string | undefined
}

interface Rendered {
  readonly publication: Publication
  readonly told: Pick<PublishedJournal, 'journal' | 'headline'>
}

/** A journal that fits its schema and still cannot be rendered was made for that. */
function renderSafely(told: Told, setting: Setting): Rendered {
  if ('disbelief' in told) return ofDisbelief(told.disbelief, setting)
  try {
    return ofJournal(told.journal, setting)
  } catch {
    const headline = 'Error: the journal is broken, so nothing was judged'
    return ofDisbelief({ headline, sentences: ['The journal was not taken: it cannot be shown'] }, setting)
  }
}

function ofJournal(journal: Journal, { request, run, host: { hosts } }: Setting): Rendered {
  const publication = verdictPublication(journal, request, { hosts, note: noteOf(run) })
  return { publication, told: { journal, headline: headline(journal) } }
}

/** Said to whoever reads a pass, since it is the pull request's own code that says it. */
function noteOf({ conclusion }: MeasuredRun): string {
  return `<sub>Measured by the pull request's own workflow run, which GitHub says ended as ${conclusion}; published afterwards by another.</sub>`
}

/** Without the suite of the base its check is not known by its full name: one that is required stays open. */
function ofDisbelief({ headline, sentences }: Disbelief, { request, run, suite }: Setting): Rendered {
  const text = renderDisbelief({ headline, sentences }, PUBLISHED_CHARACTERS)
  const publication = failurePublication({ headline, text }, request, { suite, change: run.change })
  return { publication, told: { journal: undefined, headline } }
}
