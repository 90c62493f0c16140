import type { KubeConnection } from './connection.ts'

/**
 * What of a connection must not be seen anywhere, as it is now: its token, its private key, and the password of its
 * proxy, as it stands there and as it is meant. Throws what the source of its credentials throws.
 */
export async function connectionSecrets({ credentials, proxy }: KubeConnection): Promise<readonly string[]> {
  const { token, key } = await credentials.current()
  const password = proxy === undefined ? '' : new URL(proxy).password
  return [token, key, password, plain(password)].filter((secret) => secret !== undefined && secret !== '') as string[]
}

function plain(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
