import { describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/kit/clock.ts'
import { KubeError } from '../../../src/kube/kube-error.ts'
import type { Lease } from '../../../src/kube/lease.ts'
import { LEASES } from '../../../src/kube/resources.ts'
import type { Platform } from '../../../src/model/ports.ts'
import { withLease } from '../../../src/run/cluster/with-lease.ts'
import { FakeKube } from '../../fakes/kube.ts'

/** Platforms of runs on one cluster, and what they did in which order. */
function runs(clusterStays = true) {
  const kube = new FakeKube()
  const told: string[] = []
  const holder = () => kube.peek<Lease>(LEASES, 'seaworthy', 'shop')?.spec?.holderIdentity || 'nobody'
  const run = (name: string, parts: Partial<Platform> = {}): Platform => {
    const platform = {
      up: async () => void told.push(`${name} up, ${holder()} holds`),
      down: async () => {
        told.push(`${name} down, ${holder()} holds`)
        return []
      },
      ...parts,
    } as unknown as Platform
    const place = { client: kube, namespace: 'shop', run: name, clock: systemClock, emit: () => undefined }
    return withLease(platform, { ...place, lockWaitMs: 0, link: undefined, clusterStays })
  }
  return { kube, told, holder, run }
}

const never = new AbortController().signal

describe('the Lease of a namespace', () => {
  it('is held from before the deployment until all is removed', async () => {
    const { told, holder, run } = runs()
    const platform = run('r-1')
    await platform.up(never)
    expect(holder()).toBe('r-1')
    await platform.down()
    expect(told).toEqual(['r-1 up, r-1 holds', 'r-1 down, r-1 holds'])
    expect(holder()).toBe('nobody')
  })

  it('keeps a second run from deploying into what the first one will remove', async () => {
    const { told, run } = runs()
    const first = run('r-1')
    await first.up(never)
    const second = run('r-2')
    await expect(second.up(never)).rejects.toThrow(/run r-1 has been breaking things/)
    await second.down()
    await first.down()
    expect(told.filter((line) => line.startsWith('r-2 up'))).toEqual([])
    await run('r-3').up(never)
    expect(told.at(-1)).toBe('r-3 up, r-3 holds')
  })

  it('is taken after the deployment where that makes the namespace', async () => {
    const { kube, told, holder, run } = runs()
    let isThere = false
    kube.fail = ({ verb, plural }) =>
      verb === 'create' && plural === 'leases' && !isThere
        ? new KubeError(404, 'NotFound', 'namespaces "shop" not found')
        : undefined
    const platform = run('r-1', {
      up: async () => {
        isThere = true
        told.push('deployed')
      },
    })
    await platform.up(never)
    expect([told, holder()]).toEqual([['deployed'], 'r-1'])
  })

  it('is given back when the deployment or the removal fails', async () => {
    const { holder, run } = runs()
    const fails = () => Promise.reject(new Error('no'))
    const platform = run('r-1', { up: fails, down: fails })
    await expect(platform.up(never)).rejects.toThrow('no')
    await expect(platform.down()).rejects.toThrow('no')
    expect(holder()).toBe('nobody')
  })

  it('is given back before a cluster of the run itself is deleted, which is not asked any more then', async () => {
    const { kube, told, holder, run } = runs(false)
    let askedBefore = 0
    const down = async () => {
      told.push('deleted')
      askedBefore = kube.asked.length
      return []
    }
    const platform = run('r-1', { down })
    await platform.up(never)
    expect(holder()).toBe('r-1')
    await platform.down()
    expect(holder()).toBe('nobody')
    expect(kube.asked).toHaveLength(askedBefore)
    expect(told).toEqual(['r-1 up, nobody holds', 'deleted'])
  })
})
