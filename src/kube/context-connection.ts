import { X509Certificate } from 'node:crypto'
import { SeaworthyError } from '../kit/errors.ts'
import { shown } from '../kit/shown.ts'
import type { KubeConnection } from './connection.ts'
import type { ConnectionRequest } from './connection-request.ts'
import type { ClusterEntry, ContextEntry, Found, Kubeconfig, UserEntry } from './kubeconfig.ts'
import { material } from './material.ts'
import { proxyFor } from './proxy-tunnel.ts'
import { userCredentials } from './user-credentials.ts'

/** What one context of a kubeconfig says. Throws SeaworthyError('PLATFORM'). */
export async function connectionOfContext(
  config: Kubeconfig,
  name: string,
  request: ConnectionRequest,
): Promise<KubeConnection> {
  const context = config.contexts.get(name)
  if (!context) throw new SeaworthyError('INTERNAL', `context ${name} was not looked up`)
  const cluster = needed(config.clusters.get(context.value.cluster), context, 'cluster', context.value.cluster)
  const user = userOf(config, context)
  const server = serverOf(cluster)
  const tls = {
    ca: await material(cluster, 'certificate-authority'),
    serverName: cluster.value['tls-server-name'] || undefined,
    insecure: insecureOf(cluster, request),
  }
  const credentials = await userCredentials(user, { server, ca: tls.ca, request })
  checkAuthority(cluster.file, tls.ca)
  return {
    server: server.href.replace(/\/$/, ''),
    source: `context ${name} of ${context.file}`,
    namespace: context.value.namespace || 'default',
    tls,
    credentials,
    headers: impersonation(user.value),
    proxy: proxyFor(server, cluster.value['proxy-url'], request.env),
  }
}

function userOf(config: Kubeconfig, context: Found<ContextEntry>): Found<UserEntry> {
  const name = context.value.user
  if (!name) return { file: context.file, folder: context.folder, value: {} }
  return needed(config.users.get(name), context, 'user', name)
}

function needed<T>(entry: T | undefined, context: Found<unknown>, what: string, name: string): T {
  if (entry) return entry
  throw new SeaworthyError(
    'PLATFORM',
    `${context.file}: its context names a ${what} ${shown(name)} that is not there`,
    {
      target: context.file,
      remedy: `Add the ${what}, or choose another context with --context.`,
    },
  )
}

function serverOf({ file, value }: Found<ClusterEntry>): URL {
  const url = URL.canParse(value.server) ? new URL(value.server) : undefined
  if ((url?.protocol === 'https:' || url?.protocol === 'http:') && url.username === '' && url.password === '') {
    // Nothing is ever asked with them, by kubectl neither, and the address is shown.
    url.search = ''
    url.hash = ''
    return url
  }
  throw new SeaworthyError('PLATFORM', `${file}: the cluster's server is not an address such as https://host:6443`, {
    target: file,
    remedy: 'Write an http or https address without user and password.',
  })
}

function insecureOf({ file, value }: Found<ClusterEntry>, { allowInsecure }: ConnectionRequest): boolean {
  if (!value['insecure-skip-tls-verify']) return false
  if (allowInsecure) return true
  throw new SeaworthyError(
    'PLATFORM',
    `${file} has insecure-skip-tls-verify: whoever stands in between could read the credentials and change the answers`,
    { target: file, remedy: 'Give certificate-authority-data instead, or allow it explicitly.' },
  )
}

function checkAuthority(file: string, ca: string | undefined): void {
  try {
    if (ca !== undefined) new X509Certificate(ca)
  } catch {
    throw new SeaworthyError('PLATFORM', `${file}: certificate-authority is not a certificate in PEM form`, {
      target: file,
      remedy: 'Take it from the cluster anew, for example with `kubectl config view --raw --flatten`.',
    })
  }
}

/** `as` and its like: the headers of user impersonation. */
function impersonation(user: UserEntry): Readonly<Record<string, string>> {
  if (!user.as) return {}
  const groups = user['as-groups'] ?? []
  if (groups.length > 1 || user['as-user-extra'])
    throw new SeaworthyError('PLATFORM', 'a kubeconfig that impersonates several groups is not supported', {
      remedy: 'Give the user itself the rights, or impersonate with one group.',
    })
  return {
    'impersonate-user': user.as,
    ...(groups[0] === undefined ? {} : { 'impersonate-group': groups[0] }),
    ...(user['as-uid'] ? { 'impersonate-uid': user['as-uid'] } : {}),
  }
}
