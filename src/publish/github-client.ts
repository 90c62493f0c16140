import { getOctokit } from '@actions/github'

export type GitHubClient = ReturnType<typeof getOctokit>

/** One request that hangs must not use up the time of all. */
const REQUEST_MS = 10_000

/**
 * A client for github.com or an Enterprise Server: `apiUrl` is the runner's GITHUB_API_URL. Proxies of the environment
 * (HTTPS_PROXY, HTTP_PROXY, NO_PROXY) are honoured. Every request ends when the signal is aborted.
 */
export function createGitHubClient(token: string, apiUrl: string, signal: AbortSignal): GitHubClient {
  const client = getOctokit(token, { baseUrl: apiUrl.replace(/\/+$/, ''), userAgent: 'seaworthy' })
  client.hook.before('request', (options) => {
    options.request.signal = AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)])
  })
  return client
}

/** HTTP status of a refused request, or undefined when there was no answer: the client calls that 500. */
export function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('response' in error) || error.response === undefined)
    return undefined
  return 'status' in error && typeof error.status === 'number' ? error.status : undefined
}

/** A header of a refused request's answer, by its name in lower case. */
export function headerOf(error: unknown, name: string): string | undefined {
  const { response } = error as { response?: { headers?: Readonly<Record<string, unknown>> } }
  const value = response?.headers?.[name]
  return value === undefined ? undefined : String(value)
}
