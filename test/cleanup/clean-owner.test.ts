import { describe, expect, it } from 'vitest'
import { removeOwnerObjects } from '../../src/cleanup/clean-owner.ts'
import type { Clock } from '../../src/kit/clock.ts'
import { KubeError } from '../../src/kube/kube-error.ts'
import { CONFIG_MAPS, FAULTS, LEASES, NODE_FAULTS, PODS } from '../../src/kube/resources.ts'
import { runId } from '../../src/model/run-id.ts'
import { FakeKube } from '../fakes/kube.ts'

const NAMESPACE = 'shop'
const OWNER = 'b7c1f0de-0000-4000-8000-000000000001'
const MINE = [runId('1111111111', OWNER), runId('2222222222', OWNER)]
const OTHERS = [runId('3333333333', 'another pipeline'), runId('4444444444', undefined)]
const START = Date.parse('2026-01-01T00:00:00Z')

/** Two attempts of this pipeline, and runs of others, each with a pod and a ConfigMap. */
function previewOfMany() {
  const kube = new FakeKube()
  for (const run of [...MINE, ...OTHERS])
    for (const [resource, kind] of [
      [PODS, 'Pod'],
      [CONFIG_MAPS, 'ConfigMap'],
    ] as const)
      kube.place(resource, labelled(kind, run, run))
  return kube
}

function labelled(kind: string, name: string, run: string, more: object = {}) {
  return {
    apiVersion: 'v1',
    kind,
    metadata: { name, namespace: NAMESPACE, labels: { 'seaworthy.dev/run': run } },
    ...more,
  }
}

function lease(kube: FakeKube, holderIdentity: string, renewedAt: number) {
  const spec = { holderIdentity, leaseDurationSeconds: 15, renewTime: new Date(renewedAt).toISOString() }
  kube.place(LEASES, labelled('Lease', 'seaworthy', holderIdentity, { spec }))
}

function holderIn(kube: FakeKube): unknown {
  return (kube.all(LEASES)[0] as { spec?: { holderIdentity?: unknown } } | undefined)?.spec?.holderIdentity
}

/** Time that passes only where somebody sleeps; `onSleep` is what others do meanwhile. */
function clockOf(onSleep: (elapsedMs: number) => void = () => undefined): Clock {
  let elapsed = 0
  return {
    now: () => START + elapsed,
    monotonic: () => elapsed,
    sleep: async (ms) => {
      elapsed += ms
      onSleep(elapsed)
    },
  }
}

const clean = (kube: FakeKube, clock: Clock = clockOf()) =>
  removeOwnerObjects(NAMESPACE, OWNER, { client: kube, clock, patienceMs: 60_000 })

describe('cleaning up after a pipeline', () => {
  it('takes all runs of it, and none of others', async () => {
    const kube = previewOfMany()
    const { removed, leftovers } = await clean(kube)
    expect(leftovers).toEqual([])
    expect([...removed].sort()).toEqual(MINE.flatMap((run) => [`ConfigMap shop/${run}`, `Pod shop/${run}`]).sort())
    expect(kube.all(PODS).map(({ metadata }) => metadata.name)).toEqual(OTHERS)
  })

  it('does nothing twice', async () => {
    const kube = previewOfMany()
    await clean(kube)
    expect(await clean(kube)).toEqual({ removed: [], leftovers: [] })
  })

  it('waits for a run that still mends things, and takes what it makes meanwhile', async () => {
    const kube = previewOfMany()
    lease(kube, MINE[1] ?? '', START)
    const clock = clockOf((elapsed) => {
      lease(kube, elapsed < 6_000 ? (MINE[1] ?? '') : '', START + elapsed)
      if (elapsed === 3_000) kube.place(PODS, labelled('Pod', 'late', MINE[1] ?? ''))
    })
    const { removed, leftovers } = await clean(kube, clock)
    expect(leftovers).toEqual([])
    expect(removed).toContain('Pod shop/late')
    expect(clock.monotonic()).toBeGreaterThanOrEqual(6_000)
  })

  it('waits until a killed run has lost its Lease, and gives that back', async () => {
    const kube = previewOfMany()
    lease(kube, MINE[0] ?? '', START)
    const clock = clockOf()
    const { removed, leftovers } = await clean(kube, clock)
    expect(leftovers).toEqual([])
    expect(removed).toContain('Lease shop/seaworthy')
    expect(holderIn(kube)).toBeFalsy()
    expect(clock.monotonic()).toBeGreaterThanOrEqual(15_000)
  })

  it('leaves the Lease of another run alone, and does not wait for it', async () => {
    const kube = previewOfMany()
    lease(kube, OTHERS[0] ?? '', START)
    const clock = clockOf()
    await clean(kube, clock)
    expect(holderIn(kube)).toBe(OTHERS[0])
    expect(clock.monotonic()).toBeLessThan(15_000)
  })

  it('names a run that does not end', async () => {
    const kube = previewOfMany()
    lease(kube, MINE[0] ?? '', START)
    const clock = clockOf((elapsed) => lease(kube, MINE[0] ?? '', START + elapsed))
    const { leftovers } = await clean(kube, clock)
    expect(leftovers).toMatchObject([{ what: `run ${MINE[0]}` }])
    expect(holderIn(kube)).toBe(MINE[0])
  })

  it('names what it may not remove', async () => {
    const kube = previewOfMany()
    kube.fail = ({ verb, plural }) =>
      verb === 'remove' && plural === 'pods' ? new KubeError(403, 'Forbidden', 'pods may not be deleted') : undefined
    const { leftovers } = await clean(kube)
    expect(leftovers.map(({ what }) => what)).toEqual(expect.arrayContaining(MINE.map((run) => `Pod shop/${run}`)))
  })

  it('never says that all is well when it could not look', async () => {
    const kube = previewOfMany()
    kube.fail = ({ plural }) => (plural === 'configmaps' ? new KubeError(500, 'InternalError', 'no') : undefined)
    expect((await clean(kube)).leftovers).not.toEqual([])
  })

  it('ends faults of nodes, and takes it that who may not see them made none', async () => {
    const fault = { spec: { type: 'node-taint', run: MINE[0], targets: [], end: { by: 'cleanup', at: '' } } }
    const kube = previewOfMany()
    const { metadata, ...rest } = labelled('NodeFault', 'n1', MINE[0] ?? '', fault)
    kube.place(NODE_FAULTS, { ...rest, metadata: { name: 'n1', labels: metadata.labels } })
    expect((await clean(kube)).removed).toContain('NodeFault n1')
    kube.fail = ({ plural }) => (plural === 'nodefaults' ? new KubeError(403, 'Forbidden', 'no') : undefined)
    expect(await clean(kube)).toEqual({ removed: [], leftovers: [] })
    expect(kube.all(FAULTS)).toEqual([])
  })
})
