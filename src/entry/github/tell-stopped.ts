import * as core from '@actions/core'
import { parseMergeRequest } from '../../inputs/merge-request.ts'
import { sentence } from '../../report/markdown/inline.ts'
import { readHost } from './action-host.ts'
import { actionRequest, maskToken, readInputs } from './action-inputs.ts'
import { type FailedRequest, tellFailure } from './tell-failure.ts'

/** How far main came before it was stopped, and what was cleaned up after it, in words. */
export interface Stopped {
  readonly started: boolean
  readonly judged: boolean
  readonly cleaned: readonly string[]
}

/** More lines than a person reads; all are in the log. */
const MOST_LINES = 100

/**
 * What a pull request is told of a main that could not tell it itself: a check that fails, and a comment and a summary in
 * place of those of an earlier run, which must not stand as if they were this one's. Never rejects for what GitHub refuses.
 */
export async function tellStopped(stopped: Stopped): Promise<void> {
  const inputs = readInputs()
  const token = inputs['github-token'] ?? ''
  maskToken(token)
  const host = await readHost(token)
  const request = requestIn(inputs)
  const headline = headlineOf(stopped)
  core.warning(`${headline}.`, { title: 'Seaworthy' })
  await tellFailure({ headline, text: textOf(headline, stopped.cleaned) }, request, host)
}

/** Under these the run's own commit is that of the default branch, which nothing is to be told of. */
const OTHER_COMMIT = ['pull_request_target', 'workflow_run']

/** Undefined where main could not read its inputs either, and for a plan, which replaces no verdict. */
function requestIn(inputs: Readonly<Record<string, string>>): FailedRequest | undefined {
  try {
    if (inputs.mode === 'plan' || OTHER_COMMIT.includes(process.env.GITHUB_EVENT_NAME ?? '')) return undefined
    return inputs.mode === 'merge' ? parseMergeRequest(inputs) : actionRequest(inputs)
  } catch {
    return undefined
  }
}

function headlineOf({ started, judged }: Stopped): string {
  if (judged) return 'Aborted: the run was stopped before its verdict was told'
  return started
    ? 'Aborted: the run was killed before it had a verdict'
    : 'Aborted: the run was stopped before it began'
}

function textOf(headline: string, cleaned: readonly string[]): string {
  const lines = cleaned.slice(0, MOST_LINES).map((what) => `- ${sentence(what)}`)
  const more = cleaned.length > MOST_LINES ? [`- ${cleaned.length - MOST_LINES} more are in the log`] : []
  const list = lines.length === 0 ? ['Nothing was left behind.'] : [...lines, ...more]
  return [`### ⏹️ ${headline}`, '', ...list, '', 'Run the job again for a verdict.'].join('\n')
}
