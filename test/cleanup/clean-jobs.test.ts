import { describe, expect, it } from 'vitest'
import { removeLedgerObjects, removeRunObjects } from '../../src/cleanup/clean-cluster.ts'
import { systemClock } from '../../src/kit/clock.ts'
import type { KubeClient, Resource } from '../../src/kube/kube-client.ts'
import { CONFIG_MAPS, JOBS } from '../../src/kube/resources.ts'
import type { LedgerEntry } from '../../src/model/ledger.ts'
import { FakeKube } from '../fakes/kube.ts'

const NAMESPACE = 'shop'

/** A cluster with what k6 of two runs left, which remembers what became of the pods of a Job. */
function leftByK6() {
  const kube = new FakeKube()
  for (const run of ['run-1', 'run-2']) {
    const metadata = { name: `${run}-k6`, namespace: NAMESPACE, labels: { 'seaworthy.dev/run': run } }
    kube.place(JOBS, { apiVersion: 'batch/v1', kind: 'Job', metadata })
    kube.place(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata })
  }
  const podsOf: string[] = []
  const { remove } = kube
  const client: KubeClient = Object.assign(kube, {
    remove: (resource: Resource, name: string, ...rest: [string?, { propagation?: string }?]) => {
      if (resource.plural === 'jobs') podsOf.push(`${name} ${rest[1]?.propagation}`)
      return remove(resource, name, rest[0])
    },
  })
  return { kube, podsOf, setting: { client, clock: systemClock, run: 'run-1' } }
}

describe('what a killed run left of its Job', () => {
  it('is found by the run label, and its pods go along', async () => {
    const { kube, podsOf, setting } = leftByK6()
    expect(await removeRunObjects(NAMESPACE, setting)).toMatchObject({
      removed: ['Job shop/run-1-k6', 'ConfigMap shop/run-1-k6'],
      leftovers: [],
    })
    expect(podsOf).toEqual(['run-1-k6 Background'])
    expect(kube.all(JOBS).map(({ metadata }) => metadata.name)).toEqual(['run-2-k6'])
  })

  it('is found by the ledger', async () => {
    const { podsOf, setting } = leftByK6()
    const entry = (kind: string, apiVersion: string): LedgerEntry => ({
      entry: 'object',
      at: 1,
      id: `${kind}/run-1-k6`,
      apiVersion,
      kind,
      namespace: NAMESPACE,
      name: 'run-1-k6',
    })
    const cleaned = await removeLedgerObjects([entry('Job', 'batch/v1')], setting)
    expect(cleaned).toEqual({ removed: ['Job shop/run-1-k6'], leftovers: [] })
    expect(podsOf).toEqual(['run-1-k6 Background'])
  })
})
