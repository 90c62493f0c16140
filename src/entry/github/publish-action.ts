import { join } from 'node:path'
import * as core from '@actions/core'
import type { Journal } from '../../model/journal.ts'
import { publishToGitHub } from '../../publish/publish-github.ts'
import { findingSentences, findings, findingTitle } from '../../report/annotations.ts'
import { headline } from '../../report/words/headline.ts'
import { exitCodeOf, verdictOf } from '../../report/words/outcome.ts'
import type { GateOutcome } from '../gate.ts'
import { masked } from '../masked.ts'
import { type ActionHost, publishTarget, repositoryFile } from './action-host.ts'
import { tellAnnotations } from './action-log.ts'
import { verdictPublication, type Wanted } from './publication.ts'

/**
 * Comment, check run, job summary, outputs and the job page of a run that ended, whatever its verdict. False where the run
 * was cancelled before all of that was done: what a cancelled run came to is no verdict, and must not stand as one.
 */
export async function publishAction(
  { journal: written, reportFolder }: GateOutcome,
  request: Wanted,
  host: ActionHost,
  cancelled?: AbortSignal,
): Promise<boolean> {
  const isCutShort = () => written.verdict !== 'aborted' && cancelled?.aborted === true
  if (isCutShort()) return false
  const journal = { ...written, suite: { ...written.suite, file: await repositoryFile(written.suite.file) } }
  const rendered = verdictPublication(journal, request, { hosts: host.hosts })
  const publication = request.check === 'never' ? { ...rendered, check: undefined } : rendered
  const hurried = journal.verdict === 'aborted'
  const { warnings, checkWritten } = await publishToGitHub(publication, publishTarget(host, hurried))
  for (const warning of warnings) core.warning(masked(warning))
  if (isCutShort()) return false
  // Last: a later step must not read a verdict of a run that was cut short.
  setOutputs(written, reportFolder)
  tellVerdict(journal)
  if (!checkWritten) tellAnnotations(rendered.check?.annotations ?? [])
  return true
}

/** What blocks is an error on the job's page, what was found and does not block is a warning. */
function tellVerdict(journal: Journal): void {
  const [worst] = findings(journal)
  const detail = worst ? ` ${findingTitle(worst)}. ${findingSentences(worst)[0] ?? ''}` : ''
  const said = `${headline(journal)}.${detail}`
  if (exitCodeOf(journal) !== 0) core.error(said, { title: 'Seaworthy' })
  else if (verdictOf(journal) !== 'pass') core.warning(said, { title: 'Seaworthy' })
}

function setOutputs(journal: Journal, reportFolder: string): void {
  core.setOutput('verdict', verdictOf(journal))
  core.setOutput('summary', journal.summary)
  core.setOutput('report-path', join(reportFolder, 'report.html'))
  core.setOutput('journal-path', join(reportFolder, 'journal.json'))
  core.setOutput('experiments-failed', journal.experiments.filter(({ verdict }) => verdict === 'fail').length)
  core.setOutput('leftovers', journal.leftovers.length)
}
