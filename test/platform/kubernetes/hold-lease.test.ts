import { describe, expect, it } from 'vitest'
import { holdLease, leaseHolder } from '../../../src/platform/kubernetes/hold-lease.ts'
import { FakeKube } from '../../fakes/kube.ts'
import { WorldClock } from '../../fakes/world-clock.ts'

const LINK = 'https://github.com/acme/shop/actions/runs/1042/attempts/1'

describe('the right to break things in a namespace', () => {
  it('names its holder to who is refused: run, link, since when, and how long still', async () => {
    const client = new FakeKube()
    const clock = new WorldClock()
    const held = await holdLease(client, 'shop', 'r-1', { durationMs: 15_000, clock, link: LINK })
    await clock.sleep(2_000)
    const refusal = holdLease(client, 'shop', 'r-2', { durationMs: 15_000, clock })
    await expect(refusal).rejects.toMatchObject({
      code: 'PLATFORM',
      message: `run r-1 has been breaking things in namespace shop since 2026-01-15T03:00:00.000000Z, see ${LINK}`,
      remedy:
        'Wait for it, also with --lock-wait. If it is dead, its right ends 15 s after 2026-01-15T03:00:00.000000Z by itself (in 13 s), unless it renews it.',
    })
    expect(await leaseHolder(client, 'shop', clock)).toMatchObject({ run: 'r-1', words: expect.stringContaining(LINK) })
    await held.release()
    expect(await leaseHolder(client, 'shop', clock)).toBeUndefined()
  })

  it('is waited for, and who has it is told once', async () => {
    const client = new FakeKube()
    const clock = new WorldClock()
    const held = await holdLease(client, 'shop', 'r-1', { durationMs: 15_000, clock, link: LINK })
    const told: string[] = []
    const waiting = holdLease(client, 'shop', 'r-2', {
      durationMs: 15_000,
      waitMs: 600_000,
      clock,
      onWait: (holder) => told.push(holder),
    })
    await clock.sleep(60_000)
    expect(told).toEqual([expect.stringContaining(`run r-1 has been breaking things in namespace shop since`)])
    await held.release()
    const next = await waiting
    expect(told).toHaveLength(1)
    expect(await leaseHolder(client, 'shop', clock)).toMatchObject({ run: 'r-2' })
    // What the holder before was followed by is not this run's.
    expect((await leaseHolder(client, 'shop', clock))?.words).not.toContain(LINK)
    await next.release()
  })

  it('is refused when the wait is over', async () => {
    const client = new FakeKube()
    const clock = new WorldClock()
    const held = await holdLease(client, 'shop', 'r-1', { durationMs: 15_000, clock })
    const told: string[] = []
    const options = { durationMs: 15_000, waitMs: 30_000, clock, onWait: (holder: string) => told.push(holder) }
    await expect(holdLease(client, 'shop', 'r-2', options)).rejects.toThrow('run r-1')
    expect(told).toHaveLength(1)
    await held.release()
  })
})
