import { access, readFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { SeaworthyError } from '../kit/errors.ts'
import type { KubeConnection } from './connection.ts'
import type { ConnectionRequest } from './connection-request.ts'
import { connectionOfContext } from './context-connection.ts'
import { type Kubeconfig, readKubeconfigs } from './kubeconfig.ts'
import { tokenFile } from './token-file.ts'

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'

/** Throws SeaworthyError('PLATFORM') with file, reason and remedy; no message holds a secret. Connects to nothing. */
export async function loadConnection(request: ConnectionRequest): Promise<KubeConnection> {
  const named = request.kubeconfig || undefined
  const config = await readKubeconfigs(
    named === undefined ? defaultFiles(request.env) : [named],
    named === undefined ? 'skip' : 'refuse',
  )
  if (config.files.length > 0 && (config.contexts.size > 0 || named !== undefined || request.context))
    return connectionOfContext(config, chosenContext(config, request.context), request)
  const inCluster = await inClusterConnection(request)
  if (inCluster) return inCluster
  throw new SeaworthyError('PLATFORM', 'no cluster is configured: there is no kubeconfig, and this is not a pod', {
    remedy: 'Give --kubeconfig, set KUBECONFIG, or run in a pod with a service account.',
  })
}

function defaultFiles(env: ConnectionRequest['env']): readonly string[] {
  const listed = (env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '')
  if (listed.length > 0) return [...new Set(listed)]
  const home = env.HOME ?? env.USERPROFILE
  return home ? [join(home, '.kube', 'config')] : []
}

function chosenContext(config: Kubeconfig, wanted: string | undefined): string {
  const name = wanted || config.currentContext
  const known = [...config.contexts.keys()]
  const where = config.files.join(', ')
  if (name === undefined)
    throw new SeaworthyError('PLATFORM', `${where} names no current context`, {
      target: where,
      remedy: known.length === 0 ? 'Add a context.' : `Give --context: one of ${known.slice(0, 20).join(', ')}.`,
    })
  if (config.contexts.has(name)) return name
  throw new SeaworthyError('PLATFORM', `${where} has no context ${JSON.stringify(name)}`, {
    target: where,
    remedy: known.length === 0 ? 'Add one.' : `Its contexts are ${known.slice(0, 20).join(', ')}.`,
  })
}

/** The service account that the kubelet mounts into a pod; undefined where this is none. */
async function inClusterConnection(request: ConnectionRequest): Promise<KubeConnection | undefined> {
  const folder = request.serviceAccountFolder ?? SERVICE_ACCOUNT
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = request.env
  if (!host || !(await exists(join(folder, 'token')))) return undefined
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    source: 'the service account of this pod',
    namespace: (await readFile(join(folder, 'namespace'), 'utf8').catch(() => '')).trim() || 'default',
    tls: {
      ca: await readFile(join(folder, 'ca.crt'), 'utf8').catch(noAuthority),
      serverName: undefined,
      insecure: false,
    },
    credentials: tokenFile(join(folder, 'token')),
    headers: {},
    proxy: undefined,
  }
}

function noAuthority(cause: unknown): never {
  throw new SeaworthyError('PLATFORM', 'the service account of this pod has no ca.crt', {
    cause,
    remedy: 'Let the kubelet mount the service account (automountServiceAccountToken).',
  })
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
