import { setTimeout as sleep } from 'node:timers/promises'
import { sha256 } from '../../../src/kit/canonical-json.ts'
import { PODS } from '../../../src/kube/resources.ts'
import type { FaultSpecification } from '../../../src/model/cluster/fault-object.ts'
import { type FaultCase, type Look, look } from '../faults/case.ts'
import { NETWORK_CASES } from '../faults/cases-network.ts'
import { POD_CASES } from '../faults/cases-pods.ts'
import { askFor, type StoredFault, targetsOf, untilCondition } from '../faults/faults.ts'
import { tracesOf } from '../faults/kernel.ts'
import { openSite, podsOf, readyPods, type Site, type Stage } from '../faults/stage.ts'
import { PATIENCE_MS, until } from '../tools.ts'

/** One type for each way in which a fault is held and ended. */
const TYPES = [
  'network-partition',
  'network-delay',
  'network-bandwidth',
  'http-abort',
  'dns-error',
  'connection-exhaust',
  'memory-stress',
  'process-pause',
  'io-throttle',
  'disk-fill',
  'script',
  'pod-failure',
  'scale',
] as const

/** Ended by the controller, and so not while there is none, nor while there is no API. */
const BY_CONTROLLER: readonly string[] = ['pod-failure', 'scale']

export const FAMILIES: readonly FaultCase[] = TYPES.map((type) => {
  const found = [...NETWORK_CASES, ...POD_CASES].find((one) => one.type === type)
  if (!found) throw new Error(`no case for ${type}`)
  // One pod is enough to see whether it ends.
  return { ...found, replicas: 1, look: type === 'scale' ? scaled : found.look }
})

/** Pods that are to be there, ready or not: after its parts were stopped a cluster may take longer to start one than the fault lasts. */
async function scaled({ client, namespace }: Site): Promise<Look> {
  const pods = await podsOf(client, namespace)
  const wanted = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  return look(wanted.length === 3, `${wanted.length} pods`)
}

/** A fault that is on, and where. */
export interface Live {
  readonly family: FaultCase
  readonly site: Site
  readonly fault: StoredFault
  /** Milliseconds since the epoch: the latest end of any target. */
  readonly deadlineMs: number
  readonly byController: boolean
}

export function openFamilies(stage: Stage): Promise<readonly { family: FaultCase; site: Site }[]> {
  return Promise.all(
    FAMILIES.map(async (family) => ({
      family,
      site: await openSite(stage, family.type, family.kind, family.replicas),
    })),
  )
}

/** Pods may be others by now. */
export async function refreshed(site: Site): Promise<Site> {
  return { ...site, pods: await podsOf(site.client, site.namespace) }
}

/** A kubelet starts a container again that was given another image often, as pod-failure does, only after a while: on a pod of its own each time. */
async function ready(family: FaultCase, site: Site): Promise<Site> {
  if (family.type !== 'pod-failure') return refreshed(site)
  const { client, namespace } = site
  const former = await podsOf(client, namespace)
  await Promise.all(former.map(({ metadata }) => client.remove(PODS, metadata.name, namespace, { graceSeconds: 0 })))
  return { ...site, pods: await readyPods(client, namespace, former.length) }
}

/** Begins one, and resolves when its users feel it. */
export async function begin(
  family: FaultCase,
  at: Site,
  spec: Pick<FaultSpecification, 'durationMs'> & Partial<FaultSpecification>,
): Promise<Live> {
  const site = await ready(family, at)
  await untilFelt(family, site, false)
  const fault = await askFor(site.stage, site.namespace, {
    type: family.type,
    parameters: family.parameters,
    targets: await targetsOf(family, site),
    ...spec,
  })
  const injected = await untilCondition(site.stage, fault, 'Injected')
  await untilFelt(family, site, true)
  const ends = injected.status?.targets?.map(({ expiresAt = '' }) => Date.parse(expiresAt)) ?? []
  return {
    family,
    site,
    fault: injected,
    deadlineMs: Math.max(...ends),
    byController: BY_CONTROLLER.includes(family.type),
  }
}

/** Asks those who use it. */
export function untilFelt(family: FaultCase, site: Site, broken: boolean): Promise<true> {
  let measured = 'nothing'
  return until(
    `${family.type} ${broken ? 'to be felt' : 'to be over'}`,
    async () => {
      const seen = await family.look(site, site)
      measured = seen.measured
      return seen.broken === broken ? (true as const) : undefined
    },
    { timeoutMs: PATIENCE_MS },
  ).catch((error: Error) => {
    throw new Error(`${error.message}; last seen: ${measured}`)
  })
}

/** Waits for its deadline, and then until its users feel it no more. Milliseconds from the one to the other. */
export async function overdueMs({ family, site, deadlineMs }: Live): Promise<number> {
  await sleep(Math.max(0, deadlineMs - Date.now()))
  await untilFelt(family, site, false)
  return Date.now() - deadlineMs
}

/** Programs and control groups of a fault that are still there, once they have had time to go. */
export async function tracesLeft({ fault }: Live): Promise<readonly string[]> {
  const ids = fault.spec.targets.map(({ uid }) => sha256(`${fault.metadata.uid}/${uid}/0`).slice(0, 8))
  let left: readonly string[] = []
  await until(
    'nothing to be left',
    () => {
      left = ids.flatMap(tracesOf)
      return left.length === 0 ? true : undefined
    },
    { timeoutMs: 60_000, everyMs: 250 },
  ).catch(() => undefined)
  return left
}
