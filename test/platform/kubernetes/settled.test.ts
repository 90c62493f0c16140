import { describe, expect, it } from 'vitest'
import { SETTLE_MS, Settling } from '../../../src/platform/kubernetes/settled.ts'
import type { Pod } from '../../../src/platform/kubernetes/shapes.ts'
import { pod } from './objects.ts'

const START_MS = Date.parse('2026-01-01T00:00:00Z')

function probed(of: Pod): Pod {
  return { ...of, spec: { containers: of.spec.containers.map((container) => ({ ...container, readinessProbe: {} })) } }
}

function readySince(of: Pod, since: number): Pod {
  const lastTransitionTime = new Date(since).toISOString()
  return { ...of, status: { ...of.status, conditions: [{ type: 'Ready', status: 'True', lastTransitionTime }] } }
}

describe('pods that are ready', () => {
  it('are so at once where each container has a probe', () => {
    expect(new Settling().hasSettled('web', [probed(pod({ name: 'a' }))], START_MS)).toBe(true)
  })

  it('are so at once where they have been for long', () => {
    const old = readySince(pod({ name: 'a' }), START_MS - 61_000)
    expect(new Settling().hasSettled('web', [old], START_MS)).toBe(true)
  })

  it('must stay so for a while without a probe', () => {
    const settling = new Settling()
    const pods = [probed(pod({ name: 'a' })), readySince(pod({ name: 'b' }), START_MS - 1_000)]
    const at = (ms: number) => settling.hasSettled('web', pods, START_MS + ms)
    expect([at(0), at(SETTLE_MS - 1), at(SETTLE_MS)]).toEqual([false, false, true])
  })

  it.each([
    ['restarted', { name: 'a', restarts: 1 }],
    ['replaced', { name: 'a', uid: 'another' }],
  ])('begin anew when one was %s', (_what, later) => {
    const settling = new Settling()
    expect(settling.hasSettled('web', [pod({ name: 'a' })], START_MS)).toBe(false)
    const at = (ms: number) => settling.hasSettled('web', [pod(later)], START_MS + ms)
    expect([at(SETTLE_MS), at(SETTLE_MS + 1), at(2 * SETTLE_MS)]).toEqual([false, false, true])
  })

  it('begin anew when they were not ready in between', () => {
    const settling = new Settling()
    const at = (ms: number) => settling.hasSettled('web', [pod({ name: 'a' })], START_MS + ms)
    at(0)
    settling.forget('web')
    expect(at(SETTLE_MS)).toBe(false)
    expect(settling.hasSettled('other', [pod({ name: 'a' })], START_MS + SETTLE_MS)).toBe(false)
  })
})
