import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { stringify } from 'yaml'
import type { BroughtSpec, KubernetesSystem, Suite } from '../../../src/model/suite.ts'
import { requirePlanned, withBrings } from '../../../src/platform/kubernetes/brought.ts'
import { inventoryOf, withManifests } from '../../../src/platform/kubernetes/inventory.ts'
import { checkKindPlatform } from '../../../src/platform/kubernetes/kind/check-kind.ts'
import { kindInventory } from '../../../src/platform/kubernetes/kind/kind-platform.ts'
import { previewOf } from '../../../src/platform/kubernetes/preview.ts'
import { parseSuite } from '../../../src/suite/parse-suite.ts'
import { workload } from './objects.ts'

interface Deploy {
  readonly command?: string
  readonly manifests?: readonly string[]
  readonly brings?: Readonly<Record<string, number>>
}

function suiteWith(deploy: Deploy, cluster = 'connect', file = 'seaworthy.yaml'): Suite & { system: KubernetesSystem } {
  const suite = parseSuite({
    text: stringify({
      apiVersion: 'seaworthy.dev/v1',
      kind: 'Suite',
      metadata: { name: 'shop' },
      system: { namespace: 'shop', cluster, workloads: ['Deployment/web', 'Deployment/api'], deploy },
      traffic: { http: { url: 'http://web/', rate: '50/s' } },
      objectives: [{ name: 'availability', indicator: { traffic: 'success' }, target: '99%' }],
      experiments: [{ name: 'a', fault: { type: 'pod-kill', target: { workload: 'Deployment/web', mode: 'one' } } }],
    }),
    file,
    environment: {},
  })
  if (suite.system.platform !== 'kubernetes') throw new Error('it is not on Kubernetes')
  return { ...suite, system: suite.system }
}

/** What is there: Deployments with so many pods to have. */
function there(replicas: Readonly<Record<string, number>>) {
  const workloads = Object.entries(replicas).map(([name, count]) => workload('Deployment', name, count))
  return previewOf({ workloads, pods: [] })
}
const says = (workload: string, pods: number): BroughtSpec => ({ workload, pods, line: 9 })
const { system } = suiteWith({})

describe('what the suite says of its deploy command', () => {
  it('makes the slots of what is not there yet', () => {
    const workloads = withBrings(there({ api: 1 }), [says('Deployment/web', 2), says('StatefulSet/db', 2)])
    expect(inventoryOf(system, workloads, []).workloads).toEqual([
      { name: 'Deployment/api', labels: { app: 'api' }, replicas: ['api-1'], mayBeHurt: true },
      {
        name: 'Deployment/web',
        labels: {},
        replicas: ['web-1', 'web-2'],
        mayBeHurt: true,
        brought: { without: undefined },
      },
      {
        name: 'StatefulSet/db',
        labels: {},
        replicas: ['db-0', 'db-1'],
        mayBeHurt: false,
        brought: { without: undefined },
      },
    ])
  })

  it('counts also for what is there or comes with the manifests', () => {
    const manifest = { apiVersion: 'apps/v1', ...workload('Deployment', 'web', 3) }
    const come = withManifests(there({ api: 4 }), [manifest as never])
    const workloads = withBrings(come, [says('Deployment/web', 2), says('Deployment/api', 5)])
    expect(inventoryOf(system, workloads, []).workloads).toMatchObject([
      { replicas: ['api-1', 'api-2', 'api-3', 'api-4', 'api-5'], labels: { app: 'api' }, brought: { without: 4 } },
      { replicas: ['web-1', 'web-2'], labels: { app: 'web' }, brought: { without: 3 } },
    ])
  })

  it('is nothing that changes what is there otherwise', () => {
    expect(withBrings(there({ web: 2 }), [])).toEqual(there({ web: 2 }))
  })
})

describe('what is there after the deploy command', () => {
  const inventory = (replicas: Readonly<Record<string, number>>, brings: readonly BroughtSpec[] = []) =>
    inventoryOf(system, withBrings(there(replicas), brings), [])
  const saying = suiteWith({ command: 'make', brings: { 'Deployment/web': 2 } })
  const planned = inventory({ api: 4 }, [says('Deployment/web', 2)])
  const error = (suite: Suite, now: Readonly<Record<string, number>>) => {
    try {
      requirePlanned(suite, planned, inventory(now))
    } catch (thrown) {
      return thrown
    }
    return undefined
  }

  it('has to be what the suite said, and what was seen of the rest', () => {
    expect(error(saying, { web: 2, api: 4 })).toBeUndefined()
    expect(error(saying, { web: 2, api: 4, other: 7 })).toBeUndefined()
  })

  it.each([3, 1])('is refused with both numbers and the line where it is %i', (count) => {
    expect(error(saying, { web: count, api: 4 })).toMatchObject({
      code: 'PLATFORM',
      target: 'Deployment/web',
      message: `Deployment/web is to have ${count === 1 ? '1 pod' : '3 pods'} after the deploy command, and line 14 of seaworthy.yaml says 2 (system.deploy.brings), with which the plan, its limits and its digest were made`,
      remedy: `Correct the deploy command, or write \`Deployment/web: ${count}\` there; a plan that was approved changes with it.`,
    })
  })

  it('is refused where it is nothing', () => {
    expect(error(saying, { api: 4 })).toMatchObject({
      code: 'PLATFORM',
      message: expect.stringContaining('there is no Deployment/web after the deploy command, and line 14'),
      remedy: expect.stringContaining('remove that line and the workload'),
    })
  })

  it('is refused where the command scaled what the suite says nothing of', () => {
    expect(error(saying, { web: 2, api: 2 })).toMatchObject({
      code: 'PLATFORM',
      message:
        'Deployment/api is to have 2 pods after the deploy command, and the plan, its limits and its digest were made with 4',
      remedy: 'Say in seaworthy.yaml how many the command brings: `Deployment/api: 2` under system.deploy.brings.',
    })
  })

  it('is refused where another workload of the same name changes what the plan calls its pods', () => {
    const workloads = [
      ...there({ web: 2, api: 4 }),
      ...previewOf({ workloads: [workload('StatefulSet', 'api', 1)], pods: [] }),
    ]
    const now = inventoryOf(system, workloads, [])
    expect(() => requirePlanned(saying, planned, now)).toThrow(
      'the plan names a pod of Deployment/api api-1, and after the deploy command it is deployment-api-1',
    )
  })

  it('is not looked at without a command: an autoscaler may be at work', () => {
    expect(error(suiteWith({}), { web: 5, api: 1 })).toBeUndefined()
  })
})

describe('in a cluster of kind', () => {
  const search = { named: undefined, environment: { PATH: '' }, cacheFolder: '/nowhere' }
  const manifestsOf = (...objects: readonly object[]) => {
    const folder = mkdtempSync(join(tmpdir(), 'brought-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'all.yaml'), objects.map((object) => stringify(object)).join('---\n'))
    return [join(folder, 'all.yaml')]
  }
  const api = { apiVersion: 'apps/v1', ...workload('Deployment', 'api', 1) }
  const aboutWorkloads = async (suite: Suite) =>
    (await checkKindPlatform(suite, search)).filter(({ message }) => message.includes('Deployment/'))

  it('is all that is known of what the command brings', async () => {
    const manifests = manifestsOf({ ...api, metadata: { name: 'api' } })
    const suite = suiteWith({ command: 'make', manifests, brings: { 'Deployment/web': 2 } }, 'kind')
    expect(await aboutWorkloads(suite)).toEqual([])
    expect((await kindInventory(suite)).workloads).toMatchObject([
      { name: 'Deployment/api', replicas: ['api-1'], labels: { app: 'api' } },
      { name: 'Deployment/web', replicas: ['web-1', 'web-2'], labels: {}, brought: { without: undefined } },
    ])
  })

  it('must be said of every workload that no manifest brings', async () => {
    expect(await aboutWorkloads(suiteWith({ command: 'make', brings: { 'Deployment/api': 1 } }, 'kind'))).toMatchObject(
      [
        {
          message: 'nothing in the suite says how many pods of Deployment/web its command brings',
          remedy: 'Say it: `system.deploy.brings: {Deployment/web: 2}`, or give the manifest.',
        },
      ],
    )
    const manifests = manifestsOf({ ...api, metadata: { name: 'api' } })
    expect(await aboutWorkloads(suiteWith({ manifests }, 'kind'))).toMatchObject([
      { message: 'no manifest of the suite brings Deployment/web' },
    ])
  })
})
