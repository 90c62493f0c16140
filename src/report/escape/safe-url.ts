const GITHUB_HOSTS = /^(?:github\.com|[a-z0-9-]+\.ghe\.com)$/
const LONGEST = 500

/**
 * An address that a report may link to, normalised, or undefined: https, no credentials, a GitHub host or one that the
 * caller named. A journal may be forged, and a link in a report is trusted by whoever reads it.
 */
export function safeUrl(url: string | null | undefined, hosts: readonly string[] = []): string | undefined {
  if (!url || url.length > LONGEST || !URL.canParse(url)) return undefined
  const { protocol, host, username, password, href } = new URL(url)
  const known = GITHUB_HOSTS.test(host) || hosts.includes(host)
  return protocol === 'https:' && known && username === '' && password === '' ? href : undefined
}
