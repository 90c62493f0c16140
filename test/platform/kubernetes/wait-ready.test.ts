import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { RunEventBody } from '../../../src/model/events.ts'
import type { BroughtSpec } from '../../../src/model/suite.ts'
import type { FollowedPreview } from '../../../src/platform/kubernetes/follow-preview.ts'
import { previewOf } from '../../../src/platform/kubernetes/preview.ts'
import { type ReadyWait, waitReady } from '../../../src/platform/kubernetes/wait-ready.ts'
import { workload } from './objects.ts'

const WEB: BroughtSpec = { workload: 'Deployment/web', pods: 2, line: 9 }
const HOUR_MS = 3_600_000
const never = new AbortController().signal

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** A Deployment that lacks nothing to be as its own spec says. */
function settled(replicas: number, ready = replicas) {
  const status = {
    observedGeneration: 1,
    replicas,
    readyReplicas: ready,
    availableReplicas: ready,
    updatedReplicas: replicas,
  }
  return workload('Deployment', 'web', replicas, { status })
}

/** A namespace that is another one at each look, the last for ever; time passes only between looks. */
function waitOn(looks: readonly (ReturnType<typeof settled> | undefined)[], change: Partial<ReadyWait> = {}) {
  const events: RunEventBody[] = []
  let place = 0
  let passedMs = 0
  const objects = () => [looks[Math.min(place, looks.length - 1)]].flatMap((one) => one ?? [])
  const preview = {
    workloads: () => previewOf({ workloads: objects(), pods: [] }),
    objects,
    nextChange: async (ms: number) => {
      place += 1
      passedMs += ms
      vi.advanceTimersByTime(ms)
    },
  }
  const wait = {
    client: { list: async () => [] },
    preview,
    namespace: 'shop',
    workloads: ['Deployment/web'],
    brings: [WEB],
    file: 'seaworthy.yaml',
    withinMs: HOUR_MS,
    emit: (event: RunEventBody) => events.push(event),
    ...change,
  }
  const error = waitReady(wait as unknown as ReadyWait & { preview: FollowedPreview }, never).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return { error, events, passedMs: () => passedMs }
}

describe('waiting for what a deploy command brings', () => {
  it('ends where its number is the one that the suite says', async () => {
    const { error, events } = waitOn([undefined, settled(2, 0), settled(2)])
    expect(await error).toBeUndefined()
    expect(events).toMatchObject([{ event: 'service.ready', service: 'Deployment/web' }])
  })

  it('gives an autoscaler the time to correct the number', async () => {
    const { error, passedMs } = waitOn([...Array.from({ length: 20 }, () => settled(1)), settled(2, 1), settled(2)])
    expect(await error).toBeUndefined()
    expect(passedMs()).toBe(21_000)
  })

  it('gives up after half a minute with another number, however long it might wait', async () => {
    const { error, events, passedMs } = waitOn([settled(3)])
    expect(await error).toMatchObject({
      code: 'PLATFORM',
      message: expect.stringContaining(
        'Deployment/web is to have 3 pods after the deploy command, and line 9 of seaworthy.yaml says 2',
      ),
    })
    expect(passedMs()).toBe(30_000)
    expect(events).toEqual([])
  })

  it('counts that half minute anew when it lacked something else in between', async () => {
    const wrong = Array.from({ length: 20 }, () => settled(3))
    const { error, passedMs } = waitOn([...wrong, settled(2, 1), ...wrong, settled(2)])
    expect(await error).toBeUndefined()
    expect(passedMs()).toBe(41_000)
  })

  it('says so when its time is over before', async () => {
    expect(await waitOn([settled(1)], { withinMs: 5_000 }).error).toMatchObject({
      message: expect.stringContaining('is to have 1 pod after the deploy command'),
    })
  })

  it('says that nothing came', async () => {
    expect(await waitOn([undefined], { withinMs: 5_000 }).error).toMatchObject({
      code: 'PLATFORM',
      message: expect.stringContaining('there is no Deployment/web after the deploy command, and line 9'),
    })
  })

  it('tells of pods that are not ready before it tells of their number', async () => {
    expect(await waitOn([settled(3, 1)], { withinMs: 60_000 }).error).toMatchObject({
      message: expect.stringContaining('Deployment/web was not ready within 1m: 1 of 3 are ready'),
    })
  })

  it('takes any number where the suite says none', async () => {
    expect(await waitOn([settled(7)], { brings: [] }).error).toBeUndefined()
  })
})
