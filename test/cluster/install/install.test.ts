import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { undoLeftChanges } from '../../../src/controller/undo-left-changes.ts'
import { engineStatus } from '../../../src/install/engine-status.ts'
import { installEngine } from '../../../src/install/install-engine.ts'
import { defaultInstallation } from '../../../src/install/objects/manifest.ts'
import { uninstallEngine } from '../../../src/install/uninstall-engine.ts'
import { systemClock } from '../../../src/kit/clock.ts'
import { VERSION } from '../../../src/kit/version.ts'
import type { KubeClient, KubeObject } from '../../../src/kube/kube-client.ts'
import {
  CUSTOM_RESOURCE_DEFINITIONS,
  DAEMON_SETS,
  DEPLOYMENTS,
  FAULTS,
  NAMESPACES,
} from '../../../src/kube/resources.ts'
import type { Cluster } from '../cluster.ts'
import { ask, conditionIs, deploy, engineCluster, podTarget, testNamespace, untilFault } from '../controller/engine.ts'
import { kubectl, tryKubectl } from '../lab/kubectl.ts'
import { until } from '../tools.ts'

const SYSTEM = 'seaworthy-system'
const installation = defaultInstallation(VERSION)
let cluster: Cluster
let client: KubeClient
let namespace: string

beforeAll(async () => {
  ;({ cluster, client } = await engineCluster())
  namespace = await testNamespace(client)
  await deploy(client, namespace, 1)
})
afterAll(async () => {
  await client?.remove(NAMESPACES, namespace)
  // The next tests find it as they expect it.
  if (client) await install()
  client?.close()
})

const install = (more = {}) =>
  installEngine(client, { installation, clock: systemClock, mode: 'apply', waitMs: 120_000, ...more })
const uninstall = (waitMs = 30_000) =>
  uninstallEngine(client, {
    namespace: SYSTEM,
    clock: systemClock,
    waitMs,
    undoChanges: (where) => undoLeftChanges(client, where),
  })

async function workload() {
  const found = await client.get<KubeObject & { spec: { replicas: number } }>(DEPLOYMENTS, 'web', namespace)
  if (!found) throw new Error('the Deployment is gone')
  return found
}

async function scaleFault() {
  const { metadata } = await workload()
  const target = { kind: 'Deployment', name: 'web', uid: metadata.uid ?? '' }
  const fault = await ask(client, namespace, { type: 'scale', parameters: { to: 0 }, targets: [target] })
  return untilFault(client, fault, 'to be injected', conditionIs('Injected'))
}

describe('an installation', () => {
  test('that is there is left alone, and brought to this version again without harm', async () => {
    expect(await install({ mode: 'ensure' })).toMatchObject({ installedNow: false, version: VERSION })
    expect(await install()).toMatchObject({ installedNow: true, version: VERSION })
    expect(await engineStatus(client, SYSTEM)).toMatchObject({
      installed: { version: VERSION, partial: false },
      missing: [],
    })
  })

  test('serves what kubectl asks for', async () => {
    const columns = await kubectl(cluster, 'get', 'swf', '--all-namespaces', '--output', 'wide')
    expect(columns === '' || columns.includes('INJECTED')).toBe(true)
    expect(await kubectl(cluster, 'explain', 'fault.spec.durationMs')).toContain('ends this long after')
    await kubectl(cluster, 'get', 'seaworthy', '--all-namespaces')
  })

  test('is not brought back to an older version while faults are on, unless it is told to', async () => {
    const fault = await scaleFault()
    const older = { ...installation, version: '0.0.1' }
    await expect(
      installEngine(client, { installation: older, clock: systemClock, mode: 'apply', waitMs: 0 }),
    ).rejects.toThrow(fault.metadata.name)
    await client.remove(FAULTS, fault.metadata.name, namespace)
    await until('the replicas to be back', async () => ((await workload()).spec.replicas === 1 ? true : undefined))
  })

  test('of a version that does not fit is not used', async () => {
    const other = { ...installation, version: '7.0.0' }
    await expect(
      installEngine(client, { installation: other, clock: systemClock, mode: 'ensure', waitMs: 0 }),
    ).rejects.toThrow(/7\.0\.0/)
  })

  test('keeps the spec of a fault as it was', async () => {
    const fault = await scaleFault()
    const change = async (patch: object) =>
      (
        await tryKubectl(cluster, [
          '--namespace',
          namespace,
          'patch',
          'fault',
          fault.metadata.name,
          '--type=merge',
          '--patch',
          JSON.stringify(patch),
        ])
      ).stderr
    expect(await change({ spec: { type: 'pod-kill' } })).toContain('type cannot be changed')
    expect(await change({ spec: { durationMs: 100 } })).toContain('durationMs cannot be changed')
    expect(await change({ spec: { targets: [{ kind: 'Pod', name: 'x', uid: 'y' }] } })).toContain(
      'targets can only be added',
    )
    expect(await change({ spec: { active: false } })).toContain('ended with `end`')
    await client.remove(FAULTS, fault.metadata.name, namespace)
    await until('the replicas to be back', async () => ((await workload()).spec.replicas === 1 ? true : undefined))
  })
})

describe('a tenant', () => {
  const as = (...args: readonly string[]) =>
    tryKubectl(cluster, ['--as', `system:serviceaccount:${namespace}:gate`, ...args], {})

  beforeAll(async () => {
    await kubectl(cluster, '--namespace', namespace, 'create', 'serviceaccount', 'gate')
    await kubectl(
      cluster,
      '--namespace',
      namespace,
      'create',
      'rolebinding',
      'gate',
      '--clusterrole=seaworthy-user',
      `--serviceaccount=${namespace}:gate`,
    )
  })

  test.each([
    ['create', 'faults.seaworthy.dev', 'yes'],
    ['patch', 'faults.seaworthy.dev', 'yes'],
    ['update', 'faults.seaworthy.dev --subresource=status', 'no'],
    ['patch', 'faults.seaworthy.dev --subresource=status', 'no'],
    ['create', 'nodefaults.seaworthy.dev', 'no'],
    ['get', 'secrets', 'no'],
    ['create', 'pods --subresource=exec', 'no'],
  ])('may %s %s: %s', async (verb, resource, answer) => {
    const { stdout } = await as('auth', 'can-i', verb, ...resource.split(' '), '--namespace', namespace)
    expect(stdout.trim()).toBe(answer)
  })

  test('cannot say that his fault was injected', async () => {
    const fault = await scaleFault()
    const status = JSON.stringify({ status: { conditions: [] } })
    const forged = await as(
      '--namespace',
      namespace,
      'patch',
      'fault',
      fault.metadata.name,
      '--subresource=status',
      '--type=merge',
      '--patch',
      status,
    )
    expect(forged.stderr).toContain('forbidden')
    await client.remove(FAULTS, fault.metadata.name, namespace)
    await until('the replicas to be back', async () => ((await workload()).spec.replicas === 1 ? true : undefined))
  })

  test('has no rights elsewhere', async () => {
    expect((await as('auth', 'can-i', 'create', 'faults.seaworthy.dev', '--namespace', 'default')).stdout.trim()).toBe(
      'no',
    )
  })
})

describe('uninstalling', () => {
  test('ends a fault that is on, and leaves nothing', async () => {
    await scaleFault()
    expect(await uninstall()).toEqual([])
    expect((await workload()).spec.replicas).toBe(1)
    expect(await client.get(CUSTOM_RESOURCE_DEFINITIONS, 'faults.seaworthy.dev')).toBeUndefined()
    expect(await uninstall()).toEqual([])
  })

  test('without a controller puts back what that had changed, and goes on', async () => {
    await install()
    await scaleFault()
    await client.patch(DEPLOYMENTS, 'seaworthy-controller', SYSTEM, { spec: { replicas: 0 } }, { type: 'merge' })
    await until('the controller to be gone', async () => {
      const { controllers } = await engineStatus(client, SYSTEM)
      return controllers.length === 0 || undefined
    })
    const leftovers = await uninstall()
    // Nobody was there to say that it ended: so much is said, and nothing else is left.
    expect(leftovers.map(({ what }) => what.replace(/ .*/, ''))).toEqual(['fault'])
    expect((await workload()).spec.replicas).toBe(1)
    expect(await client.get(NAMESPACES, SYSTEM)).toBeUndefined()
  })

  test('finishes what was begun and not ended', async () => {
    await install()
    await client.remove(DAEMON_SETS, 'seaworthy-daemon', SYSTEM)
    await client.remove(CUSTOM_RESOURCE_DEFINITIONS, 'nodefaults.seaworthy.dev')
    expect(await uninstall()).toEqual([])
    expect((await engineStatus(client, SYSTEM)).installed).toBeUndefined()
  })

  test('does not wait for what lies in a fault that was never begun', async () => {
    await install()
    const target = podTarget({ metadata: { name: 'nobody', uid: 'none' } })
    await ask(client, namespace, { type: 'pod-kill', targets: [target], active: false })
    expect(await uninstall()).toEqual([])
  })
})
