import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { CONFIG_MAPS, CUSTOM_RESOURCE_DEFINITIONS, DEPLOYMENTS } from '../../../src/kube/resources.ts'
import type { Suite } from '../../../src/model/suite.ts'
import { kubernetesInventory } from '../../../src/platform/kubernetes/inventory.ts'
import { createKubernetesPlatform } from '../../../src/platform/kubernetes/kubernetes-platform.ts'
import { contextOf, deployed, deployment, openStage, type Stage, suiteOf } from './stage.ts'

const never = () => new AbortController().signal

function configMap(name: string, data: Record<string, string> = {}) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data }
}

/** A suite in a folder with these manifests. */
function suiteWith(stage: Stage, files: Record<string, readonly object[]>, command?: string): Suite {
  const { folder } = contextOf(suiteOf(stage.namespace))
  mkdirSync(join(folder, 'k8s/sub'), { recursive: true })
  for (const [name, objects] of Object.entries(files))
    writeFileSync(join(folder, 'k8s', name), objects.map((object) => stringify(object)).join('---\n'))
  const manifests = Object.keys(files).length > 0 ? ['k8s'] : []
  const suite = suiteOf(stage.namespace, { deploy: { images: [], manifests, command } })
  return { ...suite, file: join(folder, 'seaworthy.yaml') }
}

describe('deploying', () => {
  it('applies folders, prunes what is no longer there, and takes away only what this run made', async () => {
    const stage = await openStage()
    const { client, namespace } = stage
    await client.create(CONFIG_MAPS, { ...configMap('old'), metadata: { name: 'old', namespace } })
    const first = suiteWith(stage, {
      'a.yaml': [deployment('web', 2), configMap('old', { now: 'ours' })],
      'sub/b.yml': [configMap('extra')],
    })
    expect((await kubernetesInventory(client, first)).workloads).toMatchObject([
      { name: 'Deployment/web', replicas: ['web-1', 'web-2'], mayBeHurt: true, labels: { app: 'web' } },
    ])
    const one = contextOf(first)
    const earlier = createKubernetesPlatform(one.context, stage)
    expect(await earlier.check(first)).toEqual([])
    await earlier.up(never())
    expect(one.ledger.map((entry) => (entry.entry === 'object' ? `${entry.kind} ${entry.name}` : entry.entry))).toEqual(
      ['Deployment web', 'ConfigMap extra'],
    )
    const names = async () =>
      (await client.list(CONFIG_MAPS, { namespace })).map(({ metadata }) => metadata.name).sort()
    expect(await names()).toEqual(['extra', 'kube-root-ca.crt', 'old'])

    const second = suiteWith(stage, { 'a.json': [deployment('web', 1), configMap('newer')] })
    const two = contextOf(second)
    const later = createKubernetesPlatform(two.context, stage)
    await later.up(never())
    expect(await names()).toEqual(['kube-root-ca.crt', 'newer'])

    expect(await later.down()).toEqual([])
    expect(await later.down()).toEqual([])
    expect(await names()).toEqual(['kube-root-ca.crt'])
    expect(await client.get(DEPLOYMENTS, 'web', namespace)).toBeDefined()
    expect(two.ledger.at(-1)).toMatchObject({ entry: 'gone' })

    expect(await earlier.down()).toEqual([])
    expect(await client.get(DEPLOYMENTS, 'web', namespace)).toBeUndefined()
  })

  it('waits for a kind that its own manifests define', async () => {
    const stage = await openStage()
    const group = `${stage.namespace}.example.dev`
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `ships.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { plural: 'ships', kind: 'Ship' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    }
    const ship = { apiVersion: `${group}/v1`, kind: 'Ship', metadata: { name: 'one' } }
    const suite = suiteWith(stage, { 'a.yaml': [ship, deployment('web', 1)], 'z.yaml': [definition] })
    const { context, ledger } = contextOf(suite)
    const platform = createKubernetesPlatform(context, stage)
    await platform.up(never())
    expect(ledger).toHaveLength(3)
    expect(await platform.down()).toEqual([])
    expect(await stage.client.get(CUSTOM_RESOURCE_DEFINITIONS, `ships.${group}`)).toBeUndefined()
  })

  it('refuses objects of another namespace and of a kind that is not there', async () => {
    const stage = await openStage()
    const elsewhere = { ...configMap('a'), metadata: { name: 'a', namespace: 'default' } }
    const refused = contextOf(suiteWith(stage, { 'a.yaml': [elsewhere] })).context
    await expect(createKubernetesPlatform(refused, stage).up(never())).rejects.toMatchObject({
      code: 'PLATFORM',
      message: expect.stringContaining('ConfigMap a lies in namespace default'),
    })
    const unknown = contextOf(suiteWith(stage, { 'a.yaml': [{ ...configMap('a'), kind: 'ConfigMop' }] })).context
    await expect(createKubernetesPlatform(unknown, stage).up(never())).rejects.toThrow('no kind "ConfigMop" in "v1"')
  })

  it('runs a command with the very same cluster, and keeps what it said', async () => {
    const stage = await openStage()
    const script = `test "$NAMESPACE" = ${stage.namespace} && grep -q '"server"' "$KUBECONFIG" && stat -c 'mode %a' "$KUBECONFIG" && echo from $PWD`
    await deployed(stage, deployment('web', 1))
    const suite = suiteWith(stage, {}, script)
    const { context, folder } = contextOf(suite)
    const platform = createKubernetesPlatform(context, stage)
    await platform.up(never())
    expect(readFileSync(join(folder, 'deploy.log'), 'utf8')).toMatch(/^mode 600\nfrom \/.*\n$/)
    await platform.down()
  })

  it('says how a command failed, and ends it with the run', async () => {
    const stage = await openStage()
    const failing = contextOf(suiteWith(stage, {}, 'echo no such chart >&2; exit 7')).context
    await expect(createKubernetesPlatform(failing, stage).up(never())).rejects.toThrow(
      'the deploy command ended with code 7. Its last words:\n  no such chart',
    )
    const endless = contextOf(suiteWith(stage, {}, 'sleep 1000 & wait')).context
    const cancel = new AbortController()
    const up = createKubernetesPlatform(endless, stage).up(cancel.signal)
    cancel.abort(new Error('cancelled'))
    await expect(up).rejects.toThrow('cancelled')
  })
})
