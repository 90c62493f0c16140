import type { Change } from './change.ts'
import type { GitHubClient } from './github-client.ts'
import { type Patience, persist } from './persist.ts'

/** GitHub lists no more (REST API, pull requests). */
const MOST_FILES = 3_000
const WORKFLOWS = /^\.github\/workflows\//

/**
 * Files of workflows that a pull request changes, by its list of files; undefined where the list is longer than what
 * GitHub tells. Empty without a pull request. Rejects with the request's error.
 */
export async function changedWorkflows(
  client: GitHubClient,
  { owner, name, pullRequest }: Change,
  patience: Patience,
): Promise<readonly string[] | undefined> {
  if (pullRequest === null) return []
  const where = { owner, repo: name, pull_number: pullRequest, per_page: 100 }
  const files = await persist(() => client.paginate(client.rest.pulls.listFiles, where), patience)
  if (files.length >= MOST_FILES) return undefined
  const paths = files.flatMap(({ filename, previous_filename: before }) => [filename, ...(before ? [before] : [])])
  return [...new Set(paths.filter((path) => WORKFLOWS.test(path)))]
}
