import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { KubeObject } from '../../../src/kube/kube-client.ts'
import { FAULTS, PODS, SERVICES } from '../../../src/kube/resources.ts'
import { ask, conditionIs, end, type StoredFault, untilFault } from '../controller/engine.ts'
import { start } from '../honesty/stage.ts'
import { closeStage, harmDone, openStage, reasonOf, refusalTo, type Stage, targetOf } from './stage.ts'
import { tenantKubeconfig } from './tenant.ts'

let stage: Stage

beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => closeStage(stage))

const FAULT = { apiVersion: 'seaworthy.dev/v1alpha1', kind: 'Fault' }
const spec = (more: object) => ({
  type: 'network-partition',
  parameters: {},
  durationMs: 5_000,
  targets: [targetOf(stage.pods)],
  ...more,
})
const pathOf = (namespace: string) => `/apis/seaworthy.dev/v1alpha1/namespaces/${namespace}/faults`

describe.concurrent('there is no selector', () => {
  const selectors: readonly (readonly [string, () => { readonly key: string; readonly spec: object }])[] = [
    ['of namespaces', () => ({ key: 'selector', spec: { selector: { namespaces: [stage.neighbour] } } })],
    ['of namespaces by their labels', () => ({ key: 'namespaceSelector', spec: { namespaceSelector: {} } })],
    ['of one namespace', () => ({ key: 'namespace', spec: { namespace: stage.neighbour } })],
    [
      'of a namespace for one target',
      () => ({ key: 'namespace', spec: { targets: [{ ...targetOf(stage.neighbours), namespace: stage.neighbour }] } }),
    ],
    [
      'of pods by their labels',
      () => ({
        key: 'labelSelector',
        spec: { targets: [{ ...targetOf(stage.pods), labelSelector: { app: 'web' } }] },
      }),
    ],
  ]
  test.each(selectors)('%s: the key is refused, and forgotten where nobody is strict', async (_, of) => {
    const { tenant, mine } = stage
    const { key, spec: asked } = of()
    const body = { ...FAULT, metadata: { generateName: 'selector-', namespace: mine }, spec: spec(asked) }
    const post = (fieldValidation: string) =>
      tenant.raw({ method: 'POST', path: pathOf(mine), body, query: { fieldValidation } })
    const strict = await post('Strict')
    expect({ status: strict.status, said: strict.body.toString('utf8') }).toEqual({
      status: 400,
      said: expect.stringMatching(new RegExp(`unknown field.*${key}`)),
    })
    const lenient = await post('Ignore')
    const stored = JSON.parse(lenient.body.toString('utf8')) as StoredFault
    expect(JSON.stringify(stored.spec)).not.toContain(key)
    if (JSON.stringify(asked).includes(targetOf(stage.neighbours).uid))
      expect(await reasonOf(tenant, stored)).toMatch(/is not there in namespace/)
    await tenant.remove(FAULTS, stored.metadata.name, mine)
  })

  test('in an object that says it lies elsewhere', async () => {
    const { tenant, mine, neighbour } = stage
    const body = { ...FAULT, metadata: { name: 'elsewhere', namespace: neighbour }, spec: spec({}) }
    const { status } = await tenant.raw({ method: 'POST', path: pathOf(mine), body })
    expect(status).toBe(400)
    expect(await stage.client.get(FAULTS, 'elsewhere', neighbour)).toBeUndefined()
  })

  test.each([
    { to: { workload: 'Deployment/web', namespace: 'other' } },
    { to: { workload: 'other/Deployment/web' } },
    { to: { workload: 'Deployment/../../other/web' } },
    { to: { namespaceSelector: {} } },
    { namespace: 'other' },
  ])('in the parameters %j', async (parameters) => {
    const attack = { type: 'network-partition', targets: [targetOf(stage.pods)], parameters }
    expect(await refusalTo(stage.tenant, stage.mine, attack)).toMatch(/parameters|to|namespace/)
  })

  test('that finds the other side at a neighbour of the same name', async () => {
    const { tenant, client, mine, pods } = stage
    const attack = await ask(tenant, mine, {
      type: 'network-partition',
      targets: [targetOf(pods)],
      parameters: { to: { workload: 'Deployment/web' } },
    })
    const on = await untilFault(tenant, attack, 'to be on', conditionIs('Injected'))
    const own = await client.list<KubeObject & { status: { podIP: string } }>(PODS, {
      namespace: mine,
      labels: 'app=web',
    })
    expect([...(on.spec.peers?.v4 ?? [])].sort()).toEqual(own.map(({ status }) => status.podIP).sort())
    await end(tenant, attack)
  })
})

describe('the gate, with the rights of a tenant', () => {
  async function gate(command: string, namespace: string) {
    const { client, cluster, mine } = stage
    const folder = mkdtempSync(join(tmpdir(), 'tenant-'))
    try {
      const kubeconfig = await tenantKubeconfig(cluster, client, mine, folder)
      const suite = {
        apiVersion: 'seaworthy.dev/v1',
        kind: 'Suite',
        metadata: { name: 'killing' },
        system: { namespace, workloads: ['Deployment/web'] },
        traffic: { http: { url: 'http://web/', rate: '50/s', timeout: '1s' } },
        objectives: [{ name: 'availability', indicator: { traffic: 'success' }, target: '99%' }],
        limits: { 'blast-radius': { targets: 10, percent: '100%' } },
        experiments: [
          { name: 'kill', fault: { type: 'pod-kill', target: { workload: 'Deployment/web', mode: 'all' } } },
        ],
      }
      writeFileSync(join(folder, 'seaworthy.yaml'), JSON.stringify(suite))
      return await start({ client, cluster: { ...cluster, kubeconfig } }, folder, [command, 'seaworthy.yaml']).ended
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }

  test.each(['plan', 'run'])(
    "%s: hurts nobody in a neighbour's namespace, and says which right is missing",
    async (command) => {
      const { client, neighbour, neighbours } = stage
      const forbidden = expect.stringMatching(/is forbidden: .*tenant.*\n.*Add to a ClusterRole/)
      expect(await gate(command, neighbour)).toEqual({ code: 3, said: forbidden })
      const left = await client.list<KubeObject>(PODS, { namespace: neighbour, labels: 'app=web' })
      expect(left.map(({ metadata }) => metadata.uid).sort()).toEqual(
        neighbours.map(({ metadata }) => metadata.uid).sort(),
      )
    },
  )

  test('has the rights that it needs in his own', async () => {
    const { client, mine } = stage
    await client.create(SERVICES, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: mine },
      spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
    } as KubeObject)
    const { code, said } = await gate('plan', mine)
    expect({ code, said }).toEqual({ code: 0, said: expect.stringMatching(/kill/) })
  })
})

test('after all of it nobody else has noticed anything', async () => {
  expect(await harmDone(stage)).toEqual([])
})
