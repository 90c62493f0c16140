import { contradictions } from '../../judge/contradictions.ts'
import type { Journal } from '../../model/journal.ts'
import { loosenedReason, type PolicyChange, type PolicyRecord, policySentence } from '../../model/policy.ts'
import { worstVerdict } from '../../model/verdict.ts'
import type { Base } from '../../policy/apply-policy.ts'
import { compareJournal } from '../../policy/compare-journal.ts'
import { requiresAny } from '../../policy/required.ts'
import type { HostileJournal } from '../../publish/hostile-journal.ts'
import type { MeasuredRun } from '../../publish/measured-run.ts'
import type { Disbelief } from '../../report/markdown/disbelief.ts'
import { exitCodeOf } from '../../report/words/outcome.ts'

/** What is known for certain where a journal is published. */
export interface Certain {
  readonly run: MeasuredRun
  readonly base: Base
  readonly suiteFile: string
  readonly onInconclusive: 'fail' | 'pass'
  /** Files of workflows that the pull request changes; undefined where there are too many files to know. */
  readonly workflows: readonly string[] | undefined
}

/** A journal as it may be told, or why it may not. */
export type Told = { readonly journal: Journal } | { readonly disbelief: Disbelief }

/**
 * Decides what of a journal is told. It is a claim of the pull request's own code: it can say that something failed, and
 * a pass only where GitHub says that its run succeeded, where its parts agree, and where it was judged by all that the
 * base requires. What it says about where it comes from is replaced by what is certain.
 */
export function believeJournal(read: HostileJournal, certain: Certain): Told {
  if (read.kind === 'missing')
    return doubt('Error: there is no journal, so nothing was judged', missingWords(certain.run))
  if (read.kind === 'broken')
    return doubt('Error: the journal is broken, so nothing was judged', [`The journal was not taken: ${read.why}`])
  const wrong = [...contradictions(read.journal), ...misplaced(read.journal, certain)]
  if (wrong.length > 0)
    return doubt('Error: the journal contradicts itself, so nothing was judged', wrong.slice(0, MOST).map(capital))
  const journal = asCertain(read.journal, certain)
  const { conclusion } = certain.run
  if (exitCodeOf(journal) === 0 && conclusion !== 'success')
    return doubt('Error: the run did not succeed, whatever its journal says', [
      `The journal would let this be merged, but GitHub says that the run which wrote it ended as ${conclusion}`,
      'A gate shares its workflow with nothing else, so that another job cannot fail it',
    ])
  return { journal }
}

const MOST = 5

function doubt(headline: string, sentences: readonly string[]): Told {
  return { disbelief: { headline, sentences } }
}

function missingWords({ conclusion }: MeasuredRun): readonly string[] {
  const waits = conclusion === 'action_required' ? ['A maintainer has to approve the run first'] : []
  return [`The run left no journal, and GitHub says that it ended as ${conclusion}`, ...waits]
}

/** A journal of something else than what was to be gated. */
function misplaced({ suite, shard, run }: Journal, { base }: Certain): readonly string[] {
  const known = base.suite?.name
  return [
    ...(known !== undefined && suite.name !== known ? [`it is of another suite than ${known}`] : []),
    ...((shard?.count ?? 1) > 1 || run.shard !== null
      ? ['it is a part of a run: its shards have to be merged first']
      : []),
  ]
}

function asCertain(journal: Journal, certain: Certain): Journal {
  const { run, base, suiteFile, onInconclusive } = certain
  const policy = policyOf(journal, certain)
  const blocking = policy.changes.filter(({ effect }) => effect === 'blocks')
  const news = blocking.filter(
    (change) => !journal.reasons.some(({ detail }) => detail.endsWith(policySentence(change))),
  )
  const { owner, name, pullRequest, head, base: commit, branch, runUrl } = run.change
  return {
    ...journal,
    suite: { ...journal.suite, file: suiteFile },
    change: { repository: `${owner}/${name}`, pullRequest, head, base: commit, branch, runUrl },
    // A report that blocks nothing is the choice of whoever publishes, and nobody chose it here.
    run: {
      ...journal.run,
      mode: 'enforce',
      onInconclusive: base.suite?.policy?.onInconclusive === 'fail' ? 'fail' : onInconclusive,
    },
    policy,
    // What is no part of a run must not be told as one.
    shard: undefined,
    verdict: worstVerdict([journal.verdict, ...blocking.map(() => 'fail' as const)]),
    reasons: [...news.map(loosenedReason), ...journal.reasons],
  }
}

/** What is seen from here first; what the run itself said besides comes after it. */
function policyOf(journal: Journal, certain: Certain): PolicyRecord {
  const { base } = certain
  const seen = [...workflowChanges(certain), ...(base.suite ? compareJournal(base.suite, journal) : [])]
  const claimed = (journal.policy?.changes ?? []).filter(({ what }) => !seen.some((change) => change.what === what))
  return { base: base.where, found: base.suite !== undefined, changes: [...seen, ...claimed] }
}

/** Who changes the workflow that gates, decides what it uploads. */
function workflowChanges({ workflows, base, run }: Certain): readonly PolicyChange[] {
  const effect = base.suite && requiresAny(base.suite) ? 'blocks' : 'shown'
  const files = workflows ?? [run.workflow || 'of the gate']
  const to = workflows ? 'changed' : 'not known, as too many files are changed'
  return files.map((file) => ({ what: `workflow ${file}`, from: 'of the base', to, kind: 'changed', effect }))
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}
