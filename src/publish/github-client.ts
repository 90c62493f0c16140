import { getOctokit } from '@actions/github'

export type GitHubClient = ReturnType<typeof getOctokit>

/** A client for github.com or an Enterprise Server: `apiUrl` is the runner's GITHUB_API_URL. */
export function createGitHubClient(token: string, apiUrl: string): GitHubClient {
  return getOctokit(token, { baseUrl: apiUrl, userAgent: 'seaworthy' })
}

/** HTTP status of a failed request, or undefined when there was no answer. */
export function statusOf(error: unknown): number | undefined {
  return typeof error === 'object' && error !== null && 'status' in error && typeof error.status === 'number'
    ? error.status
    : undefined
}
