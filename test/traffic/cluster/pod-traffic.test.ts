import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../../../src/kube/kube-client.ts'
import { PODS } from '../../../src/kube/resources.ts'
import { createPodTraffic } from '../../../src/traffic/cluster/pod-traffic.ts'
import { createBatcher } from '../../../src/traffic/cluster/wire.ts'
import { httpSpec, request } from '../servers.ts'
import { fastClock, NAMESPACE, stage } from './stage.ts'

const signal = new AbortController().signal

async function heard(broken?: string) {
  const cluster = stage(fastClock(20))
  const { clock } = cluster.setting
  const nowMs = clock.now()
  const batcher = createBatcher()
  cluster.streams.push([`${batcher.line(nowMs, { startMs: nowMs, dueMs: nowMs, endedMs: nowMs }, broken)}\n`])
  const traffic = createPodTraffic(httpSpec({ timeoutMs: 1_000 }), { ...cluster.setting, image: 'own:1', seed: 1 })
  await traffic.start(signal)
  return { cluster, traffic, clock, nowMs }
}

describe('a pod that plays the users', () => {
  it('is missed where it is silent, also by what Prometheus counted', async () => {
    const { traffic, nowMs } = await heard()
    expect(traffic.absent?.(nowMs, nowMs)).toEqual([])
    await traffic.settle(nowMs + 5_000)
    expect(traffic.absent?.(nowMs, nowMs + 5_000)).toEqual([
      { code: 'LOAD_NOT_DELIVERED', detail: 'the traffic pod was last heard 5000 ms before the window ended' },
    ])
    await traffic.stop()
  })

  it('is described without the query of its address, where keys stand', async () => {
    const { traffic: quiet } = await heard()
    expect(quiet.stats().description).toBe('GET http://web/ at 100/s from a pod')
    await quiet.stop()
    const cluster = stage(fastClock(20))
    const spec = httpSpec({ requests: [request({ url: 'http://web/pay?key=abc' })] })
    const traffic = createPodTraffic(spec, { ...cluster.setting, image: 'own:1', seed: 1 })
    expect(traffic.stats().description).toBe('GET http://web/pay?… at 100/s from a pod')
  })

  it('says why its generator ended', async () => {
    const { traffic, nowMs } = await heard('too many open files')
    expect(traffic.absent?.(nowMs, nowMs + 1)).toEqual([
      { code: 'TRAFFIC_FAILED', detail: 'the generator ended early: too many open files' },
    ])
    await traffic.stop()
  })

  it('says why it does not run', async () => {
    const cluster = stage(fastClock(100))
    cluster.kube.fail = ({ verb, plural }) => {
      if (verb === 'get' && plural === 'pods') {
        const waiting = { reason: 'ErrImagePull', message: 'not found' }
        const metadata = { name: 'run-1-traffic', namespace: NAMESPACE }
        cluster.kube.place(PODS, {
          metadata,
          status: { containerStatuses: [{ name: 'traffic', state: { waiting } }] },
        } as KubeObject)
      }
      return undefined
    }
    const traffic = createPodTraffic(httpSpec(), { ...cluster.setting, image: 'own:1', seed: 1 })
    await expect(traffic.start(signal)).rejects.toThrow('container traffic waits: ErrImagePull: not found')
    expect(cluster.kube.all(PODS)).toEqual([])
  })
})
