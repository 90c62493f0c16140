import { describe, expect, test, vi } from 'vitest'
import { Leadership } from '../../src/controller/leadership.ts'
import { LeaseClock, LeaseWatchdog } from '../../src/controller/lease-watchdog.ts'
import { type Clock, systemClock } from '../../src/kit/clock.ts'
import type { KubeObject } from '../../src/kube/kube-client.ts'
import type { Lease } from '../../src/kube/lease.ts'
import { FAULTS, LEASES } from '../../src/kube/resources.ts'
import { FakeKube } from '../fakes/kube.ts'
import { type StoredFault, scaleFault, settingOn, shop } from './setting.ts'

const START = Date.parse('2026-01-01T00:00:00Z')

function handClock() {
  let ms = 0
  const clock: Clock = { now: () => START + ms, monotonic: () => ms, sleep: async () => undefined }
  return { clock, pass: (more: number) => (ms += more) }
}

function lease(holder: string | null, renewedMs: number, seconds = 10): Lease {
  const spec = {
    holderIdentity: holder,
    leaseDurationSeconds: seconds,
    renewTime: new Date(START + renewedMs).toISOString(),
  }
  return { metadata: { name: 'seaworthy', namespace: 'shop', uid: 'l' }, spec } as Lease
}

describe('a Lease ends', () => {
  test('its time after its renewal was seen, whatever the clock of its holder says', () => {
    for (const aheadMs of [-20_000, 0, 3_600_000]) {
      const { clock, pass } = handClock()
      const seen = new LeaseClock(clock)
      expect(seen.remainingMs(lease('r', aheadMs))).toBe(10_000)
      pass(9_999)
      expect(seen.remainingMs(lease('r', aheadMs))).toBeGreaterThan(0)
      pass(1)
      expect(seen.remainingMs(lease('r', aheadMs))).toBe(0)
      expect(seen.remainingMs(lease('r', aheadMs + 1))).toBe(10_000)
    }
  })

  test('at once when it had ended long before anybody looked', () => {
    expect(new LeaseClock(handClock().clock).remainingMs(lease('r', -3_600_000))).toBeLessThanOrEqual(0)
  })

  test('at once when it says no time', () => {
    const timeless = { metadata: { name: 'x' }, spec: { holderIdentity: 'r' } } as Lease
    expect(new LeaseClock(handClock().clock).remainingMs(timeless)).toBeLessThanOrEqual(0)
  })
})

describe('a fault that names a Lease', () => {
  async function checked(held: Lease | undefined, cached: Lease | undefined, run = 'r-1') {
    const kube = new FakeKube()
    scaleFault(kube, shop(kube), { run, lease: 'seaworthy' })
    if (held) kube.place(LEASES, held)
    const { clock } = handClock()
    const { events, onTrouble } = settingOn(kube)
    const watchdog = new LeaseWatchdog({
      client: kube,
      clock,
      events,
      onTrouble,
      faults: { all: () => kube.all<StoredFault>(FAULTS) },
      lease: () => cached,
    })
    await watchdog.check()
    return kube.peek<StoredFault>(FAULTS, 'f', 'shop')?.spec.end
  }

  test('goes on while its run holds it', async () => {
    expect(await checked(lease('r-1', 0), lease('r-1', 0))).toBeUndefined()
  })

  test.each([
    ['is missing', undefined],
    ['is held by another run', lease('r-2', 0)],
    ['is held by nobody', lease(null, 0)],
    ['has expired', lease('r-1', -3_600_000)],
  ])('is ended when it %s', async (_, held) => {
    expect(await checked(held, held)).toMatchObject({ by: 'lease' })
  })

  test('is not ended by a cache that is behind', async () => {
    expect(await checked(lease('r-1', 0), undefined)).toBeUndefined()
  })
})

describe('of several controllers', () => {
  const candidate = (kube: FakeKube, identity: string) =>
    new Leadership({ client: kube, clock: systemClock, namespace: 'own', identity, onTrouble: () => undefined })
  const holder = (kube: FakeKube) =>
    kube.peek<KubeObject & Lease>(LEASES, 'seaworthy-controller', 'own')?.spec?.holderIdentity

  test('one leads, and the next one follows as soon as it lets go', async () => {
    const kube = new FakeKube()
    const stop = new AbortController()
    const leaders: string[] = []
    const parties = ['a', 'b', 'c'].map((name) => {
      const party = candidate(kube, name)
      party.acquire(stop.signal).then(
        () => leaders.push(name),
        () => undefined,
      )
      return { name, party }
    })
    for (const count of [1, 2, 3]) {
      await vi.waitFor(() => expect(leaders).toHaveLength(count))
      expect(holder(kube)).toBe(leaders.at(-1))
      await parties.find(({ name }) => name === leaders.at(-1))?.party.release()
    }
    expect(new Set(leaders).size).toBe(3)
    stop.abort()
  }, 30_000)

  test('one that is told to stop does not wait longer than for a successor that has shown itself', async () => {
    const kube = new FakeKube()
    const [stop, end] = [new AbortController(), new AbortController()]
    const first = candidate(kube, 'a')
    await first.acquire(stop.signal)
    const next = candidate(kube, 'b').acquire(end.signal)
    await vi.waitFor(() =>
      expect(kube.peek(LEASES, 'seaworthy-controller', 'own')?.metadata.annotations).toMatchObject({
        'seaworthy.dev/candidate': 'b',
      }),
    )
    stop.abort()
    const requests = kube.asked.length
    await first.release()
    await next
    const renewals = kube.asked.slice(requests).filter(({ body }) => JSON.stringify(body)?.includes('"a"'))
    expect(renewals.length).toBeLessThan(2)
    expect(holder(kube)).toBe('b')
    end.abort()
  })

  test('one that is started again under its own name need not wait', async () => {
    const kube = new FakeKube()
    const stop = new AbortController()
    await candidate(kube, 'a').acquire(stop.signal)
    const requests = kube.asked.length
    await candidate(kube, 'a').acquire(stop.signal)
    expect(kube.asked.slice(requests).map(({ verb }) => verb)).toEqual(['list', 'patch'])
    stop.abort()
  })

  test('one that is cut off stops, and says that another leads', async () => {
    const kube = new FakeKube()
    const stop = new AbortController()
    const first = candidate(kube, 'a')
    await first.acquire(stop.signal)
    await kube.patch(LEASES, 'seaworthy-controller', 'own', { spec: { holderIdentity: 'b' } }, { type: 'merge' })
    await expect(first.keep(stop.signal)).rejects.toThrow('b leads now')
    stop.abort()
  })
})
