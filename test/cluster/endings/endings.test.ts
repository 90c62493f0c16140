import { readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { installEngine } from '../../../src/install/install-engine.ts'
import { defaultInstallation } from '../../../src/install/objects/manifest.ts'
import { systemClock } from '../../../src/kit/clock.ts'
import { VERSION } from '../../../src/kit/version.ts'
import { DAEMON_SETS, DEPLOYMENTS, FAULTS, LEASES, NAMESPACES, PODS } from '../../../src/kube/resources.ts'
import { LEASE_NAME, SYSTEM_NAMESPACE } from '../../../src/model/cluster/fault-object.ts'
import { CONTROLLER_NAME, DAEMON_NAME } from '../../../src/model/cluster/system.ts'
import { startComponent, stopComponent } from '../cluster.ts'
import { bringDown } from '../down.ts'
import { deleteFault, endFault, readFault, type StoredFault, untilCondition } from '../faults/faults.ts'
import { podProcesses } from '../faults/kernel.ts'
import { closeSite, isReady, openStage, podsOf, type Site, type Stage } from '../faults/stage.ts'
import { until } from '../tools.ts'
import {
  begin,
  type FAMILIES,
  type Live,
  openFamilies,
  overdueMs,
  refreshed,
  tracesLeft,
  untilFelt,
} from './families.ts'

/** Its parts are stopped here: nobody else's. */
const NUMBER = 3
const SHORT_MS = 12_000
const LONG_MS = 600_000

let stage: Stage
let places: readonly { readonly family: (typeof FAMILIES)[number]; readonly site: Site }[] = []

beforeAll(async () => {
  stage = await openStage(NUMBER)
  places = await openFamilies(stage)
})
/** One that went wrong is none of the next one's business. */
afterEach(async () => {
  for (const { site } of places) {
    const faults = await site.client.list<StoredFault>(FAULTS, { namespace: site.namespace })
    await Promise.all(faults.map((fault) => endFault(stage, fault)))
    await until(`all faults of ${site.namespace} to be over`, async () => {
      const now = await site.client.list<StoredFault>(FAULTS, { namespace: site.namespace })
      return now.some(({ status }) => status?.targets?.some(({ phase }) => phase === 'Injected')) ? undefined : true
    })
    await Promise.all(faults.map((fault) => deleteFault(stage, fault)))
  }
})
afterAll(async () => {
  await Promise.all(places.map(({ site }) => closeSite(site)))
  stage?.client.close()
  await bringDown(NUMBER)
})

/** One of each family, on pods of their own, all felt by their users. */
function beginAll(durationMs: number, more: (site: Site) => object = () => ({})): Promise<readonly Live[]> {
  return Promise.all(places.map(({ family, site }) => begin(family, site, { durationMs, ...more(site) })))
}

/** After their deadlines nobody feels them, and the nodes have nothing of them. */
async function expectOver(lives: readonly Live[]): Promise<void> {
  await Promise.all(lives.map((live) => overdueMs(live)))
  for (const live of lives) expect(await tracesLeft(live), live.family.type).toEqual([])
}

/** Whoever was away is back: the records say that it is over, and name nothing left. */
async function expectTold(lives: readonly Live[]): Promise<void> {
  await Promise.all(
    lives.map(async ({ fault }) => {
      const recovered = await untilCondition(stage, fault, 'Recovered')
      expect(recovered.status?.targets?.flatMap(({ leftovers = [] }) => leftovers)).toEqual([])
      await deleteFault(stage, fault)
    }),
  )
}

async function partPods(name: string) {
  const pods = await podsOf(stage.client, SYSTEM_NAMESPACE)
  return pods.filter(({ metadata }) => metadata.name.startsWith(`${name}-`))
}

/** The program of this part on every node, by its pid, with no time to do anything. */
async function kill(name: string): Promise<void> {
  for (const pod of await partPods(name)) {
    const main = podProcesses(stage.shape, pod).find((pid) => /cli\.cjs (daemon|controller)/.test(commandOf(pid)))
    if (main === undefined) throw new Error(`${pod.metadata.name} runs nothing`)
    process.kill(main, 'SIGKILL')
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return ''
  }
}

function untilPartsReady(): Promise<true> {
  return until('all parts to be ready', async () => {
    const pods = await podsOf(stage.client, SYSTEM_NAMESPACE)
    return pods.length === 3 && pods.every(isReady) ? (true as const) : undefined
  })
}

async function scaleController(replicas: number): Promise<void> {
  await stage.client.patch(DEPLOYMENTS, CONTROLLER_NAME, SYSTEM_NAMESPACE, { spec: { replicas } }, { type: 'merge' })
  await until(`${replicas} controllers`, async () =>
    (await partPods(CONTROLLER_NAME)).length === replicas ? true : undefined,
  )
}

describe('every family of faults is over in time', () => {
  test('when its runner is gone: nobody renews the Lease', async () => {
    const run = 'r-gone'
    await Promise.all(places.map(({ site }) => holdLease(site, run)))
    const renewing = setInterval(() => {
      for (const { site } of places) holdLease(site, run).catch(() => undefined)
    }, 1_000)
    const lives = await beginAll(LONG_MS, () => ({ run, lease: LEASE_NAME })).finally(() => clearInterval(renewing))
    await Promise.all(lives.map(({ family, site }) => untilFelt(family, site, false)))
    for (const live of lives) expect(await tracesLeft(live), live.family.type).toEqual([])
    for (const { fault } of lives) {
      const ended = await untilCondition(stage, fault, 'Recovered')
      expect(ended.status?.targets?.map(({ endReason }) => endReason)).toEqual(['lease'])
    }
    await expectTold(lives)
  })

  test('when the daemons are killed', async () => {
    const lives = await beginAll(SHORT_MS)
    await kill(DAEMON_NAME)
    await expectOver(lives)
    await untilPartsReady()
    await expectTold(lives)
  })

  test('when the controller is killed', async () => {
    const lives = await beginAll(SHORT_MS)
    await kill(CONTROLLER_NAME)
    await expectOver(lives)
    await untilPartsReady()
    await expectTold(lives)
  })

  test('when there is no controller any more; what only it can undo is undone when there is one', async () => {
    const lives = await beginAll(SHORT_MS)
    await scaleController(0)
    await expectOver(lives.filter(({ byController }) => !byController))
    await scaleController(1)
    await expectOver(lives)
    await expectTold(lives)
  })

  test('when the API server is away for longer; what goes through it is undone when it is back', async () => {
    const lives = await beginAll(SHORT_MS)
    await stopComponent('apiserver', NUMBER)
    try {
      await expectOver(lives.filter(({ byController }) => !byController))
    } finally {
      await startComponent('apiserver', NUMBER)
    }
    await expectOver(lives)
    await expectTold(lives)
  })

  test('when the kubelets are restarted', async () => {
    const lives = await beginAll(SHORT_MS)
    for (const name of ['kubelet-1', 'kubelet-2'] as const) {
      await stopComponent(name, NUMBER)
      await startComponent(name, NUMBER)
    }
    await expectOver(lives)
    await expectTold(lives)
  })

  test('when its object is deleted without grace', async () => {
    const lives = await beginAll(LONG_MS)
    await Promise.all(
      lives.map(({ fault: { metadata } }) =>
        stage.client.remove(FAULTS, metadata.name, metadata.namespace, { graceSeconds: 0 }),
      ),
    )
    await Promise.all(lives.map(({ family, site }) => untilFelt(family, site, false)))
    for (const live of lives) expect(await tracesLeft(live), live.family.type).toEqual([])
  })

  test('when the DaemonSet is deleted; it is said when there is one again', async () => {
    const lives = await beginAll(SHORT_MS)
    await stage.client.remove(DAEMON_SETS, DAEMON_NAME, SYSTEM_NAMESPACE)
    await expectOver(lives)
    const installation = defaultInstallation(VERSION)
    await installEngine(stage.client, { installation, clock: systemClock, mode: 'apply', waitMs: 120_000 })
    await expectTold(lives)
  })

  test('when its pods are deleted in the middle: their successors are well by its deadline', async () => {
    const lives = await beginAll(SHORT_MS)
    const pods = lives.flatMap(({ site }) => site.pods)
    await Promise.all(
      pods.map(({ metadata }) => stage.client.remove(PODS, metadata.name, metadata.namespace, { graceSeconds: 0 })),
    )
    await Promise.all(
      lives.map(async ({ family, site, fault, deadlineMs }) => {
        await until('the deadline', () => (Date.now() > deadlineMs ? true : undefined), { everyMs: 200 })
        const successors = await until(`successors in ${site.namespace}`, async () => {
          const { pods: now } = await refreshed(site)
          return now.length === 1 && now.every(isReady) ? now : undefined
        })
        await untilFelt(family, { ...site, pods: successors }, false)
        await until(`${fault.metadata.name} to be over`, async () => {
          const targets = (await readFault(stage, fault))?.status?.targets ?? []
          return targets.every(({ phase }) => phase !== 'Injected') ? true : undefined
        })
      }),
    )
    for (const live of lives) {
      expect(await tracesLeft(live), live.family.type).toEqual([])
      await deleteFault(stage, live.fault)
    }
  })

  test('when its namespace is deleted in the middle: nothing holds that up', async () => {
    const lives = await beginAll(LONG_MS)
    await Promise.all(lives.map(({ site }) => stage.client.remove(NAMESPACES, site.namespace)))
    await Promise.all(
      lives.map(({ site }) =>
        until(`namespace ${site.namespace} to be gone`, async () =>
          (await stage.client.get(NAMESPACES, site.namespace)) ? undefined : true,
        ),
      ),
    )
    for (const live of lives) expect(await tracesLeft(live), live.family.type).toEqual([])
    places = []
  })
})

const LEASE_SECONDS = 3

async function holdLease({ client, namespace }: Site, holder: string): Promise<void> {
  const now = new Date().toISOString().replace(/Z$/, '000Z')
  const lease = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: LEASE_NAME, namespace },
    spec: { holderIdentity: holder, leaseDurationSeconds: LEASE_SECONDS, acquireTime: now, renewTime: now },
  }
  await client.apply(LEASES, lease, { manager: 'tests', force: true })
}
