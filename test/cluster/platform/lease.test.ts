import { describe, expect, it } from 'vitest'
import { type Clock, systemClock } from '../../../src/kit/clock.ts'
import { LEASES } from '../../../src/kube/resources.ts'
import { holdLease } from '../../../src/platform/kubernetes/hold-lease.ts'
import { openStage, until } from './stage.ts'

/** A clock that is ahead, and passes as the real one does. */
function ahead(ms: number): Clock {
  return { ...systemClock, now: () => systemClock.now() + ms }
}

describe('the right to break things', () => {
  it('belongs to one run at a time, who is named to the others', async () => {
    const { client, namespace } = await openStage()
    const held = await holdLease(client, namespace, 'r-1', { durationMs: 15_000 })
    await expect(holdLease(client, namespace, 'r-2', { durationMs: 15_000 })).rejects.toMatchObject({
      code: 'PLATFORM',
      message: expect.stringMatching(/^run r-1 has been breaking things in namespace .* since 2/),
      remedy: expect.stringContaining('ends 15 s after'),
    })
    await held.release()
    await held.release()
    expect(held.lost.aborted).toBe(false)
    const next = await holdLease(client, namespace, 'r-2', { durationMs: 15_000 })
    await next.release()
  })

  it('goes to exactly one of many racers', async () => {
    const { client, namespace } = await openStage()
    const runs = ['r-1', 'r-2', 'r-3', 'r-4', 'r-5']
    const race = () => Promise.allSettled(runs.map((run) => holdLease(client, namespace, run, { durationMs: 15_000 })))
    for (let round = 0; round < 3; round += 1) {
      const winners = (await race()).filter((outcome) => outcome.status === 'fulfilled')
      expect(winners).toHaveLength(1)
      await winners[0]?.value.release()
    }
  })

  it('is waited for, and taken over when its holder is dead', async () => {
    const { client, namespace } = await openStage()
    const held = await holdLease(client, namespace, 'r-1', { durationMs: 15_000 })
    const waiting = holdLease(client, namespace, 'r-2', { durationMs: 15_000, waitMs: 60_000 })
    await held.release()
    const second = await waiting
    const third = await holdLease(client, namespace, 'r-3', { durationMs: 15_000, clock: ahead(60_000) })
    await expect(holdLease(client, namespace, 'r-4', { durationMs: 15_000 })).rejects.toThrow('run r-3')
    await third.release()
    await second.release()
  })

  it('is renewed, and its loss is told', async () => {
    const { client, namespace } = await openStage()
    const held = await holdLease(client, namespace, 'r-1', { durationMs: 6_000 })
    const first = await client.get(LEASES, 'seaworthy', namespace)
    await until(async () => {
      const now = await client.get(LEASES, 'seaworthy', namespace)
      return now?.metadata.resourceVersion !== first?.metadata.resourceVersion
    })
    await client.patch(LEASES, 'seaworthy', namespace, { spec: { holderIdentity: 'thief' } }, { type: 'merge' })
    await until(() => held.lost.aborted)
    expect(String(held.lost.reason)).toContain('run thief has it now')
    await held.release()
    const now = await client.get(LEASES, 'seaworthy', namespace)
    expect(now).toMatchObject({ spec: { holderIdentity: 'thief' } })
  })
})
