import { describe, expect, it } from 'vitest'
import { giveLeaseBack, isFreeLease, type Lease } from '../../src/kube/lease.ts'
import { LEASES } from '../../src/kube/resources.ts'
import { FakeKube } from '../fakes/kube.ts'
import { WorldClock } from '../fakes/world-clock.ts'

const RENEWED = Date.parse('2026-01-15T03:00:00.000Z')
const AT = { name: 'seaworthy', namespace: 'shop' }
function lease(spec: NonNullable<Lease['spec']>): Lease {
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: AT, spec }
}
const held = { holderIdentity: 'r-1', leaseDurationSeconds: 15, renewTime: '2026-01-15T03:00:00.000000Z' }

describe('a Lease', () => {
  it.each<[string, NonNullable<Lease['spec']>, number, boolean]>([
    ['is held until its time is over', held, 14_999, false],
    ['is held as long as clocks may be apart', held, 15_999, false],
    ['is free after that', held, 16_000, true],
    ['is free when it was given back', { ...held, holderIdentity: '' }, 0, true],
    ['is free when its holder was taken away', { ...held, holderIdentity: null }, 0, true],
    ['is held for ever when nobody says since when', { holderIdentity: 'r-1', leaseDurationSeconds: 15 }, 1e12, false],
  ])('%s', (_, spec, afterMs, isFree) => {
    expect(isFreeLease(lease(spec), RENEWED + afterMs, 1_000)).toBe(isFree)
  })

  it('is given back by its holder, and by nobody else', async () => {
    const client = new FakeKube()
    const clock = new WorldClock()
    client.place(LEASES, lease(held))
    expect(await giveLeaseBack(client, AT, 'r-2', clock)).toBe(false)
    expect(client.peek<Lease>(LEASES, AT.name, AT.namespace)?.spec).toMatchObject(held)
    expect(await giveLeaseBack(client, AT, 'r-1', clock)).toBe(true)
    expect(isFreeLease(client.peek<Lease>(LEASES, AT.name, AT.namespace) ?? lease(held), RENEWED, 1_000)).toBe(true)
    expect(await giveLeaseBack(client, AT, 'r-1', clock)).toBe(false)
  })

  it('is nobody’s to give back where there is none', async () => {
    expect(await giveLeaseBack(new FakeKube(), AT, 'r-1', new WorldClock())).toBe(false)
  })

  it('is given back though it was renewed while that was asked, and not when a successor has it by then', async () => {
    for (const [writer, isGiven] of [
      ['r-1', true],
      ['r-2', false],
    ] as const) {
      const client = new FakeKube()
      client.place(LEASES, lease(held))
      const renewed: FakeKube = Object.create(client, {
        get: {
          value: async (...args: Parameters<FakeKube['get']>) => {
            const found = await client.get<Lease>(...args)
            if (found?.spec?.renewTime === held.renewTime)
              await client.patch(
                LEASES,
                AT.name,
                AT.namespace,
                { spec: { holderIdentity: writer, renewTime: '2026-01-15T03:00:05.000000Z' } },
                { type: 'merge' },
              )
            return found
          },
        },
      })
      expect(await giveLeaseBack(renewed, AT, 'r-1', new WorldClock())).toBe(isGiven)
      expect(client.peek<Lease>(LEASES, AT.name, AT.namespace)?.spec?.holderIdentity).toBe(isGiven ? '' : 'r-2')
    }
  })
})
