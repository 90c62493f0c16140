import { describe, expect, it } from 'vitest'
import { createKubernetesPlatform } from '../../../src/platform/kubernetes/kubernetes-platform.ts'
import { contextOf, deployed, deployment, openStage, SHELL, type Stage, suiteOf } from './stage.ts'

const QUOTA = { group: '', version: 'v1', plural: 'resourcequotas', kind: 'ResourceQuota', namespaced: true }

/** What is said when the workload is not ready within this time. */
async function said(stage: Stage, readyMs: number) {
  const { context } = contextOf(suiteOf(stage.namespace, { readyMs }))
  const platform = createKubernetesPlatform(context, stage)
  const error = await platform.up(new AbortController().signal).then(
    () => undefined,
    (caught: unknown) => caught,
  )
  await platform.down()
  return error
}

const saying = (message: RegExp, remedy: RegExp) => ({
  code: 'PLATFORM',
  target: 'Deployment/web',
  message: expect.stringMatching(message),
  remedy: expect.stringMatching(remedy),
})

describe('a workload that is not ready says why', () => {
  it('an image that is nowhere, without waiting', async () => {
    const stage = await openStage()
    await deployed(stage, deployment('web', 1, { image: 'docker.io/local/none:1', imagePullPolicy: 'Never' }))
    expect(await said(stage, 3_600_000)).toMatchObject(
      saying(
        /cannot become ready: .*image docker.io\/local\/none:1 .* cannot be had \(ErrImageNeverPull\)/,
        /load the image/,
      ),
    )
  })

  it('a crash loop, with its last words', async () => {
    const stage = await openStage()
    const command = ['/bin/sh', '-c', 'echo "no such table: orders"; exit 3']
    await deployed(stage, deployment('web', 1, { image: SHELL, command }))
    expect(await said(stage, 15_000)).toMatchObject(
      saying(/container main ended with exit code 3[\s\S]*no such table: orders/, /kubectl logs web-/),
    )
  })

  it('a pod that fits nowhere, in the words of the scheduler', async () => {
    const stage = await openStage()
    await deployed(stage, deployment('web', 1, { resources: { requests: { memory: '1000Gi' } } }))
    expect(await said(stage, 4_000)).toMatchObject(
      saying(/fits on no node: .*[Ii]nsufficient memory/, /Lower its requests/),
    )
  })

  it('a readiness probe that fails', async () => {
    const stage = await openStage()
    const probe = { tcpSocket: { port: 9 }, periodSeconds: 1 }
    await deployed(stage, deployment('web', 1, { readinessProbe: probe }))
    expect(await said(stage, 8_000)).toMatchObject(saying(/was not ready within 8s: .*Readiness probe failed/, /probe/))
  })

  it('a ConfigMap that is missing', async () => {
    const stage = await openStage()
    await deployed(stage, deployment('web', 1, { envFrom: [{ configMapRef: { name: 'settings' } }] }))
    expect(await said(stage, 5_000)).toMatchObject(saying(/configmap "settings" not found/, /Create the ConfigMap/))
  })

  it('a quota', async () => {
    const stage = await openStage()
    const { client, namespace } = stage
    await client.create(QUOTA, {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'small', namespace },
      spec: { hard: { pods: '0' } },
    } as never)
    await deployed(stage, deployment('web', 1))
    expect(await said(stage, 4_000)).toMatchObject(saying(/exceeded quota: small/, /Raise the quota/))
  })

  it('a workload that is not there', async () => {
    const stage = await openStage()
    expect(await said(stage, 500)).toMatchObject(saying(/nothing of that name was found/, /Deploy it into namespace/))
  })
})
