import { dirname } from 'node:path'
import { SeaworthyError } from '../../kit/errors.ts'
import { askGit } from '../../kit/git.ts'

/** Suites of pull requests name commands; beside a token that can write, those would be the pull request's. */
const REMEDY = 'Gate under `on: pull_request`, and publish from `on: workflow_run` with mode: publish (docs/forks.md).'

/**
 * With `pull_request_target` the job has a token that can write, and the pull request's own suite would say which
 * commands run beside it. Throws SeaworthyError('INPUT').
 */
export function refuseForeignEvent(eventName: string | undefined): void {
  if (eventName !== 'pull_request_target') return
  throw new SeaworthyError(
    'INPUT',
    'Seaworthy does not run under pull_request_target: the commands of a pull request would run beside a token that can write',
    { remedy: REMEDY },
  )
}

/**
 * A `workflow_run` has the same rights. It may gate with a suite of the default branch, which is what GitHub names as the
 * commit of the run, and with no other: whatever else was checked out is refused. Throws SeaworthyError('INPUT').
 */
export async function refuseForeignSuite(
  { GITHUB_EVENT_NAME: event, GITHUB_SHA: own }: Readonly<Record<string, string | undefined>>,
  suite: string,
): Promise<void> {
  if (event !== 'workflow_run') return
  const folder = dirname(suite)
  const checkedOut = (await askGit(folder, ['rev-parse', '--verify', 'HEAD']))?.trim()
  const changed = await askGit(folder, ['status', '--porcelain', '--untracked-files=no'])
  if (own && checkedOut === own && changed?.trim() === '') return
  throw new SeaworthyError(
    'INPUT',
    `Seaworthy does not run under workflow_run with a suite that is not of the default branch: ${
      checkedOut ? 'another commit is checked out, or files of it were changed' : 'it is in no checkout'
    }, so commands of a pull request could run beside a token that can write`,
    { remedy: REMEDY },
  )
}
