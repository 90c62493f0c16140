import * as core from '@actions/core'
import { parsePublishRequest } from '../../inputs/publish-request.ts'
import { verdictOf } from '../../report/words/outcome.ts'
import { masked } from '../masked.ts'
import { type ActionHost, readEvent } from './action-host.ts'
import { publishJournal } from './publish-journal.ts'

/**
 * Mode `publish`. The verdict is the check run's business: the job that publishes runs on the default branch, and one that
 * did its work has succeeded.
 */
export async function publishMode(
  inputs: Readonly<Record<string, string | undefined>>,
  host: ActionHost,
): Promise<number> {
  const event = { name: process.env.GITHUB_EVENT_NAME, payload: await readEvent(process.env.GITHUB_EVENT_PATH) }
  const { journal, headline, warnings, exitCode } = await publishJournal(parsePublishRequest(inputs), host, event)
  core.setOutput('verdict', journal ? verdictOf(journal) : 'error')
  core.setOutput('summary', headline)
  core.setOutput('experiments-failed', journal?.experiments.filter(({ verdict }) => verdict === 'fail').length ?? 0)
  core.setOutput('leftovers', journal?.leftovers.length ?? 0)
  for (const warning of warnings) core.warning(masked(warning))
  core.notice(`${headline}.`, { title: 'Seaworthy published' })
  return exitCode
}
