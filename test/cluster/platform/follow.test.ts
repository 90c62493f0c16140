import { describe, expect, it, onTestFinished } from 'vitest'
import { DEPLOYMENTS, PODS, SERVICES, STATEFUL_SETS } from '../../../src/kube/resources.ts'
import { kubernetesInventory } from '../../../src/platform/kubernetes/inventory.ts'
import { createKubernetesPlatform } from '../../../src/platform/kubernetes/kubernetes-platform.ts'
import { contextOf, deployed, deployment, openStage, PAUSE, type Stage, suiteOf, until } from './stage.ts'

async function upWith(stage: Stage, suite = suiteOf(stage.namespace)) {
  const made = contextOf(suite)
  const platform = createKubernetesPlatform(made.context, stage)
  onTestFinished(async () => {
    await platform.down()
  })
  await platform.up(new AbortController().signal)
  return { ...made, platform }
}

async function service(stage: Stage): Promise<void> {
  await stage.client.create(SERVICES, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: stage.namespace },
    spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
  } as never)
}

describe('a preview in a real cluster', () => {
  it('is found with all that is beside it, and each pod has a slot that a replacement inherits', async () => {
    const stage = await openStage()
    const { client, namespace } = stage
    await deployed(stage, deployment('web', 2), deployment('neighbour', 1))
    await service(stage)
    const { platform, events } = await upWith(stage)
    await until(async () => (await platform.snapshot()).replicas.every(({ ready }) => ready))

    const inventory = await platform.inventory(suiteOf(namespace))
    expect(inventory).toEqual(await kubernetesInventory(client, suiteOf(namespace)))
    expect(inventory.workloads).toEqual([
      { name: 'Deployment/neighbour', labels: { app: 'neighbour' }, replicas: ['neighbour-1'], mayBeHurt: false },
      { name: 'Deployment/web', labels: { app: 'web' }, replicas: ['web-1', 'web-2'], mayBeHurt: true },
    ])
    expect(inventory.links).toMatchObject([
      { id: 'traffic>web:http', to: { workload: 'Deployment/web', port: 'http' } },
    ])
    expect(events).toContainEqual({ event: 'service.ready', service: 'Deployment/web', replicas: 2 })
    expect(platform.detail()).toMatch(/^Kubernetes v1\.\d+.*, 2 nodes, containerd:/)

    const before = platform.slots().podOf('web-1')
    const other = platform.slots().podOf('web-2')
    const replaced: string[] = []
    platform.targets.onReplaced((slot, formerUid, pod) => replaced.push(`${slot} ${formerUid} ${pod.uid}`))
    await client.remove(PODS, before?.name ?? '', namespace, { uid: before?.uid ?? '' })
    await until(
      () => platform.slots().podOf('web-1')?.uid !== before?.uid && platform.slots().podOf('web-1')?.ready === true,
    )
    expect(platform.slots().podOf('web-2')?.uid).toBe(other?.uid)
    expect(replaced).toEqual([`web-1 ${before?.uid} ${platform.targets.pod('web-1')?.uid}`])
    const names = events.map((event) => ('replica' in event ? `${event.event} ${event.replica}` : event.event))
    expect(names.filter((name) => name === 'replica.exited web-1')).toHaveLength(1)
    expect(names.at(-1)).toBe('replica.ready web-1')
    const snapshot = await platform.snapshot()
    expect(snapshot.replicas.map(({ replica }) => replica)).toEqual(['neighbour-1', 'web-1', 'web-2'])
    expect(snapshot.replicas[1]?.identity).toContain(platform.slots().podOf('web-1')?.uid)
  })

  it('names targets and the addresses that lead to them', async () => {
    const stage = await openStage()
    await deployed(stage, deployment('web', 2))
    await service(stage)
    const { platform } = await upWith(stage)
    const found = await stage.client.get(DEPLOYMENTS, 'web', stage.namespace)
    expect(platform.targets.workload('Deployment/web')).toEqual({
      kind: 'Deployment',
      name: 'web',
      uid: found?.metadata.uid,
    })
    expect(platform.targets.workload('Deployment/none')).toBeUndefined()
    expect(platform.targets.addresses('Deployment/web').v4).toHaveLength(3)
    expect(platform.targets.namespace()).toMatchObject({ kind: 'Namespace', name: stage.namespace })
    expect(platform.targets.node('node-1')).toMatchObject({ kind: 'Node', name: 'node-1' })
  })

  it('calls the slots of a StatefulSet as its pods, and gives new ones to a workload that grew', async () => {
    const stage = await openStage()
    const { client, namespace } = stage
    const { spec } = deployment('db', 2)
    await client.create(STATEFUL_SETS, {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'db', namespace },
      spec: { ...spec, serviceName: 'db' },
    } as never)
    const suite = suiteOf(namespace, { workloads: ['StatefulSet/db'] })
    const { platform } = await upWith(stage, suite)
    expect(platform.slots().slots('StatefulSet/db')).toEqual(['db-0', 'db-1'])
    expect(platform.slots().podOf('db-1')?.name).toBe('db-1')
    await client.patch(STATEFUL_SETS, 'db', namespace, { spec: { replicas: 3 } }, { type: 'merge' })
    await until(() => platform.slots().podOf('db-2')?.ready === true)
    await client.patch(STATEFUL_SETS, 'db', namespace, { spec: { replicas: 1 } }, { type: 'merge' })
    await until(() => platform.slots().podOf('db-1') === undefined)
    expect((await platform.snapshot()).replicas.map(({ replica, identity }) => [replica, identity === 'none'])).toEqual(
      [
        ['db-0', false],
        ['db-1', true],
        ['db-2', true],
      ],
    )
  })

  it('knows a container that was started again by its identity', async () => {
    const stage = await openStage()
    // Without a readiness probe it has to stand for some seconds before it counts as ready.
    const livenessProbe = { tcpSocket: { port: 1 }, initialDelaySeconds: 10, periodSeconds: 1, failureThreshold: 1 }
    const once = { image: PAUSE, livenessProbe }
    await deployed(stage, deployment('web', 1, once))
    const { platform, events } = await upWith(stage)
    const before = (await platform.snapshot()).replicas[0]
    await until(() => (platform.slots().podOf('web-1')?.restarts ?? 0) > (before?.restarts ?? 0))
    const after = (await platform.snapshot()).replicas[0]
    expect(after?.identity).not.toBe(before?.identity)
    await until(() => events.some((event) => event.event === 'replica.exited' && event.how.includes('started again')))
  })
})
