import { messageOf, SeaworthyError } from '../kit/errors.ts'
import type { Change } from './change.ts'
import { type GitHubClient, statusOf } from './github-client.ts'
import { type Patience, persist } from './persist.ts'

const SHORT = 7
const SHA = /^[0-9a-f]{40,64}$/

/**
 * A file of a repository at a commit or branch, by GitHub's API; a text that is undefined means that the commit is there
 * and has no such file. Throws SeaworthyError('INPUT') where the token may not read it, and 'PUBLISH' where GitHub does
 * not answer: a missing right looks like a missing file, so a missing file is believed only where its commit can be read.
 */
export async function readContents(
  client: GitHubClient,
  where: Pick<Change, 'owner' | 'name'>,
  { path, ref }: { readonly path: string; readonly ref: string },
  patience: Patience,
): Promise<{ readonly where: string; readonly text: string | undefined }> {
  const repository = { owner: where.owner, repo: where.name }
  const told = `${path} at ${SHA.test(ref) ? ref.slice(0, SHORT) : ref}`
  try {
    const { data } = await persist(() => client.rest.repos.getContent({ ...repository, path, ref }), patience)
    return { where: told, text: textOf(data, told) }
  } catch (error) {
    if (statusOf(error) !== 404) throw refusal(told, error)
  }
  try {
    await persist(() => client.rest.repos.getCommit({ ...repository, ref, mediaType: { format: 'sha' } }), patience)
    return { where: told, text: undefined }
  } catch (error) {
    throw refusal(told, error)
  }
}

function textOf(data: unknown, told: string): string {
  const { type, encoding, content } = (data ?? {}) as { type?: unknown; encoding?: unknown; content?: unknown }
  if (type === 'file' && encoding === 'base64' && typeof content === 'string')
    return Buffer.from(content, 'base64').toString('utf8')
  throw new SeaworthyError('INPUT', `${told} is no file, so the policy of the base is not known`, {
    remedy: 'A suite is one YAML file of at most 256 KiB, and no link.',
    target: told,
  })
}

function refusal(told: string, error: unknown): SeaworthyError {
  const status = statusOf(error)
  if (status === undefined || status >= 500 || status === 429)
    return new SeaworthyError(
      'PUBLISH',
      `${told} could not be read, so the policy of the base is not known: ${messageOf(error).slice(0, 200)}`,
      {
        remedy: 'Run the job again.',
        cause: error,
        target: told,
      },
    )
  return new SeaworthyError(
    'INPUT',
    `${told} may not be read (HTTP ${status}), so the policy of the base is not known`,
    {
      remedy:
        'Give the job the permission `contents: read` and the action a github-token, or check out with fetch-depth: 0.',
      target: told,
    },
  )
}
