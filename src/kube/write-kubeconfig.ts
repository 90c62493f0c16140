import { writeFile } from 'node:fs/promises'
import type { KubeConnection } from './connection.ts'

const NAME = 'seaworthy'

/**
 * A kubeconfig for other programs, with this very cluster, user and namespace and no other. Readable by this user alone; it
 * holds the credentials as they are now, so it is for programs that end soon. JSON, which is YAML.
 */
export async function writeKubeconfig(connection: KubeConnection, path: string, namespace: string): Promise<void> {
  const { tls, headers } = connection
  const { token, cert, key } = await connection.credentials.current()
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': NAME,
    contexts: [{ name: NAME, context: { cluster: NAME, user: NAME, namespace } }],
    clusters: [
      {
        name: NAME,
        cluster: {
          server: connection.server,
          'certificate-authority-data': tls.ca === undefined ? undefined : base64(tls.ca),
          'tls-server-name': tls.serverName,
          'insecure-skip-tls-verify': tls.insecure || undefined,
          'proxy-url': connection.proxy,
        },
      },
    ],
    users: [
      {
        name: NAME,
        user: {
          token,
          'client-certificate-data': cert === undefined ? undefined : base64(cert),
          'client-key-data': key === undefined ? undefined : base64(key),
          as: headers['impersonate-user'],
          'as-uid': headers['impersonate-uid'],
          'as-groups': headers['impersonate-group'] === undefined ? undefined : [headers['impersonate-group']],
        },
      },
    ],
  }
  await writeFile(path, JSON.stringify(config), { mode: 0o600, flag: 'wx' })
}
