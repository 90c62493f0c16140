import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { fixedCredentials } from '../../../src/kube/connection.ts'
import { createKubeClient } from '../../../src/kube/create-kube-client.ts'
import type { KubeClient, KubeObject, Resource } from '../../../src/kube/kube-client.ts'
import { KubeError } from '../../../src/kube/kube-error.ts'
import { loadConnection } from '../../../src/kube/load-connection.ts'
import { SERVICE_ACCOUNTS } from '../../../src/kube/resources.ts'
import type { Cluster } from '../cluster.ts'

export const ROLE_BINDINGS: Resource = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  plural: 'rolebindings',
  kind: 'RoleBinding',
  namespaced: true,
}

const TENANT = 'tenant'

/** Somebody with the rights of `seaworthy-user` in one namespace and none elsewhere, logged in by a token of his own. */
export async function tenantOf(cluster: Cluster, admin: KubeClient, namespace: string): Promise<KubeClient> {
  const name = TENANT
  await admin.create(SERVICE_ACCOUNTS, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } })
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name, namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'seaworthy-user' },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  }
  await admin.create(ROLE_BINDINGS, binding as KubeObject)
  const token = await tokenOf(admin, namespace)
  const connection = await loadConnection({ kubeconfig: cluster.kubeconfig, env: {} })
  return createKubeClient(
    { ...connection, namespace, credentials: fixedCredentials({ token }), source: 'the token of a tenant' },
    { ratePerSecond: 500, burst: 500 },
  )
}

async function tokenOf(admin: KubeClient, namespace: string): Promise<string> {
  const { status, body } = await admin.raw({
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/serviceaccounts/${TENANT}/token`,
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3_600 } },
  })
  if (status !== 201) throw new Error(`no token: ${body}`)
  return (JSON.parse(body.toString('utf8')) as { readonly status: { readonly token: string } }).status.token
}

interface Kubeconfig {
  readonly users: readonly { readonly name: string; readonly user: unknown }[]
}

/** Writes a kubeconfig with which the tenant of a namespace logs in; its path. */
export async function tenantKubeconfig(
  cluster: Cluster,
  admin: KubeClient,
  namespace: string,
  folder: string,
): Promise<string> {
  const token = await tokenOf(admin, namespace)
  const kubeconfig = parse(readFileSync(cluster.kubeconfig, 'utf8')) as Kubeconfig
  const users = kubeconfig.users.map(({ name }) => ({ name, user: { token } }))
  const path = join(folder, 'kubeconfig')
  writeFileSync(path, JSON.stringify({ ...kubeconfig, users }), { mode: 0o600 })
  return path
}

/** The API server's answer to something that it must refuse, as `status reason: words`. */
export async function answerTo(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'accepted'
  } catch (error) {
    if (!(error instanceof KubeError)) throw error
    return `${error.status} ${error.reason}: ${error.message}`
  }
}
