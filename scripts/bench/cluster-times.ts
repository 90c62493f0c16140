import { setTimeout as sleep } from 'node:timers/promises'
import type { Resource } from '../../src/kube/kube-client.ts'
import { FAULTS, NODE_FAULTS } from '../../src/kube/resources.ts'
import type { FaultCase } from '../../test/cluster/faults/case.ts'
import {
  askFor,
  conditionOf,
  deleteFault,
  endFault,
  type StoredFault,
  targetsOf,
} from '../../test/cluster/faults/faults.ts'
import { readyPods, type Site, type Stage } from '../../test/cluster/faults/stage.ts'
import { until } from '../../test/cluster/tools.ts'

/** Of a client that watches, in milliseconds: from the request until the event that says so. */
export interface Times {
  readonly injectedMs: readonly number[]
  readonly recoveredMs: readonly number[]
}

/** As in a run a fault is not ended while it is first looked at: of a silent partition that is over, and told, after about 1.5 s. */
const ON_MS = 2_500
/** What is looked at afterwards is not in the way of the next. */
const REST_MS = 500

/** Tries a fault `count` times on the same site, whose pods may be replaced meanwhile. */
export async function timesOf(site: Site, one: FaultCase, count: number): Promise<Times> {
  const { stage } = site
  const isOnNode = one.target === 'node'
  const following = await follow(stage, isOnNode ? NODE_FAULTS : FAULTS, isOnNode ? undefined : site.namespace)
  const injectedMs: number[] = []
  const recoveredMs: number[] = []
  try {
    for (let turn = 0; turn < count; turn += 1) {
      const pods = one.kind === 'bare' ? [] : await readyPods(stage.client, site.namespace, site.pods.length)
      const targets = await targetsOf(one, { ...site, pods })
      const asked = { type: one.type, parameters: one.parameters, targets }
      const from = performance.now()
      const fault = await askFor(stage, isOnNode ? undefined : site.namespace, asked)
      injectedMs.push((await following.when(fault, 'Injected')) - from)
      await sleep(ON_MS)
      const endFrom = performance.now()
      await endFault(stage, fault)
      recoveredMs.push((await following.when(fault, 'Recovered')) - endFrom)
      await deleteFault(stage, fault)
      await sleep(REST_MS)
    }
  } finally {
    following.stop()
  }
  return { injectedMs, recoveredMs }
}

/** Follows all faults of a kind; `when` resolves with the moment at which one became so. */
async function follow({ client }: Stage, resource: Resource, namespace: string | undefined) {
  const stop = new AbortController()
  const seen = new Map<string, number>()
  const informer = client.informer<StoredFault>(resource, namespace === undefined ? {} : { namespace })
  informer.on((_, fault) => {
    for (const type of ['Injected', 'Recovered']) {
      const key = `${fault.metadata.name} ${type}`
      if (conditionOf(fault, type)?.status === 'True' && !seen.has(key)) seen.set(key, performance.now())
    }
  })
  await informer.start(stop.signal)
  return {
    when: (fault: StoredFault, type: string) =>
      until(`${fault.metadata.name} to be ${type}`, () => seen.get(`${fault.metadata.name} ${type}`), { everyMs: 2 }),
    stop: () => stop.abort(),
  }
}

/** p50 and p95 by nearest rank, in whole milliseconds. */
export function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b)
  const quantile = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
  return `${Math.round(quantile(0.5))} / ${Math.round(quantile(0.95))}`
}
