import { describe, expect, it } from 'vitest'
import { fixedCredentials } from '../../../src/kube/connection.ts'
import { createKubeClient } from '../../../src/kube/create-kube-client.ts'
import { NAMESPACES, SERVICE_ACCOUNTS } from '../../../src/kube/resources.ts'
import { checkKubernetesPlatform } from '../../../src/platform/kubernetes/check.ts'
import type { ClusterNeeds } from '../../../src/platform/kubernetes/cluster-needs.ts'
import { preflight } from '../../../src/platform/kubernetes/preflight.ts'
import { deployed, deployment, openStage, type Stage, suiteOf } from './stage.ts'

const NEEDS: ClusterNeeds = {
  faults: true,
  nodeFaults: false,
  openFaults: false,
  pods: true,
  deploys: false,
  prometheusService: undefined,
  prometheusPod: false,
  podSecurity: 'restricted',
  installs: true,
}

/** Somebody with a service account and no rights. */
async function stranger({ client, connection, namespace }: Stage) {
  await client.create(SERVICE_ACCOUNTS, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'gate', namespace },
  })
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/gate/token`
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 600 } }
  const answer = await client.raw({ method: 'POST', path, body })
  const { token } = (JSON.parse(answer.body.toString()) as { status: { token: string } }).status
  return createKubeClient({ ...connection, credentials: fixedCredentials({ token }) })
}

describe('the check of a platform', () => {
  it('finds nothing where all is well', async () => {
    const stage = await openStage()
    await deployed(stage, deployment('web', 1))
    expect(await checkKubernetesPlatform(stage.client, suiteOf(stage.namespace))).toEqual([])
  })

  it('names the missing namespace, its label, and the nearest workloads', async () => {
    const stage = await openStage({})
    const { client, namespace } = stage
    expect(await checkKubernetesPlatform(client, suiteOf('not-there'))).toMatchObject([
      {
        message: 'namespace not-there is not there',
        remedy: expect.stringContaining('kubectl create namespace not-there'),
      },
    ])
    expect(await checkKubernetesPlatform(client, suiteOf('kube-system'))).toHaveLength(1)
    expect(await checkKubernetesPlatform(client, suiteOf(namespace))).toMatchObject([
      { remedy: `Permit it: \`kubectl label namespace ${namespace} seaworthy.dev/allow=true\`.` },
    ])
    await client.patch(
      NAMESPACES,
      namespace,
      undefined,
      { metadata: { labels: { 'seaworthy.dev/allow': 'true' } } },
      { type: 'merge' },
    )
    await deployed(stage, deployment('wep', 1), deployment('other', 1))
    expect(await checkKubernetesPlatform(client, suiteOf(namespace))).toMatchObject([
      {
        message: `there is no Deployment/web in namespace ${namespace}`,
        remedy: expect.stringContaining('The nearest there: Deployment/wep'),
      },
    ])
  })
})

describe('preflight', () => {
  it('finds nothing for an administrator', async () => {
    const { client, namespace } = await openStage()
    expect(await preflight(client, suiteOf(namespace), { ...NEEDS, nodeFaults: true, deploys: true })).toEqual([])
  })

  it('names every missing right with the rule that grants it', async () => {
    const stage = await openStage()
    const client = await stranger(stage)
    const issues = await preflight(client, suiteOf(stage.namespace), NEEDS)
    expect(issues).toContainEqual({
      line: 1,
      message: expect.stringContaining(`not allowed to create faults in namespace ${stage.namespace}`),
      remedy: `Add to a Role in namespace ${stage.namespace}: {apiGroups: ["seaworthy.dev"], resources: ["faults"], verbs: ["create"]}.`,
    })
    expect(issues.map(({ message }) => message).join('\n')).toContain('not allowed to get pods/log')
    await expect(client.list(NAMESPACES)).rejects.toMatchObject({
      status: 403,
      remedy: `Add to a ClusterRole: {apiGroups: [""], resources: ["namespaces"], verbs: ["list"]}, bound to service account gate of namespace ${stage.namespace}.`,
    })
    client.close()
  })

  it('compares pod security with what the pods of the run need', async () => {
    const { client, namespace } = await openStage({ 'pod-security.kubernetes.io/enforce': 'baseline' })
    expect(await preflight(client, suiteOf(namespace), NEEDS)).toEqual([])
    expect(await preflight(client, suiteOf(namespace), { ...NEEDS, podSecurity: 'privileged' })).toMatchObject([
      { message: `namespace ${namespace} enforces pod security baseline, and pods of this run need privileged` },
    ])
  })
})
