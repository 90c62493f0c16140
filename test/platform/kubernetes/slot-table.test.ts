import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PreviewWorkload } from '../../../src/platform/kubernetes/preview.ts'
import type { Pod } from '../../../src/platform/kubernetes/shapes.ts'
import { SlotTable } from '../../../src/platform/kubernetes/slot-table.ts'
import { pod } from './objects.ts'

function web(pods: readonly Pod[], desired: number, name = 'Deployment/web'): PreviewWorkload {
  return { name, kind: name.split('/')[0] ?? '', uid: 'u', labels: {}, desired, pods }
}

const held = (table: SlotTable, workload = 'Deployment/web') =>
  table.slots(workload).map((slot) => table.podOf(slot)?.name)

describe('slots', () => {
  it('are named after their workload, and after its kind where two share a name', () => {
    const table = new SlotTable()
    table.update([web([], 2), web([pod({ name: 'db-0' })], 1, 'StatefulSet/db'), web([], 1, 'Deployment/db')])
    expect(table.snapshot().map(({ slot }) => slot)).toEqual(['web-1', 'web-2', 'statefulset-db-0', 'deployment-db-1'])
    expect(table.workloadOf('web-2')).toBe('Deployment/web')
  })

  it('keep their pod, and give the place of one that went to the next', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name, created) => pod({ name, created }))
    if (!a || !b || !c) throw new Error('three pods')
    const table = new SlotTable()
    table.update([web([a, b], 2)])
    expect(held(table)).toEqual(['a', 'b'])
    expect(table.update([web([b], 2)])).toMatchObject([{ change: 'emptied', slot: 'web-1', pod: { name: 'a' } }])
    expect(table.podOf('web-1')).toBeUndefined()
    expect(table.update([web([b, c], 2)])).toMatchObject([
      { change: 'filled', slot: 'web-1', pod: { name: 'c' }, formerUid: 'uid-a', was: undefined },
    ])
    expect(table.update([web([b, c], 2)])).toEqual([])
  })

  it('wait for a pod of a rollout until one goes, and pass to it as soon as the old one ends', () => {
    const table = new SlotTable()
    const old = pod({ name: 'old' })
    const next = pod({ name: 'next', created: 1 })
    table.update([web([old], 1)])
    expect(table.update([web([old, next], 1)])).toEqual([])
    expect(table.update([web([pod({ name: 'old', ending: true }), next], 1)])).toMatchObject([
      { change: 'filled', slot: 'web-1', pod: { name: 'next' }, formerUid: 'uid-old', was: { name: 'old' } },
    ])
  })

  it('of a DaemonSet go to the pod of the same node', () => {
    const table = new SlotTable()
    const on = (name: string, node: string) => pod({ name, node })
    const set = (pods: readonly Pod[]) => [web(pods, 2, 'DaemonSet/agent')]
    table.update(set([on('a', 'n1'), on('b', 'n2')]))
    const ending = pod({ name: 'a', node: 'n1', ending: true })
    table.update(set([ending, pod({ name: 'b', node: 'n2', ending: true }), on('d', 'n2')]))
    expect(held(table, 'DaemonSet/agent')).toEqual(['a', 'd'])
  })

  it('hold each pod once, and never move one, whatever comes and goes', () => {
    const step = fc.record({
      desired: fc.integer({ min: 0, max: 4 }),
      present: fc.uniqueArray(fc.integer({ min: 0, max: 7 }), { maxLength: 6 }),
      ending: fc.uniqueArray(fc.integer({ min: 0, max: 7 }), { maxLength: 3 }),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const table = new SlotTable()
        const places = new Map<string, string>()
        for (const { desired, present, ending } of steps) {
          const pods = present.map((n) => pod({ name: `p${n}`, created: n, ending: ending.includes(n) }))
          table.update([web(pods, desired)])
          const now = table.snapshot().flatMap(({ slot, pod: one }) => (one ? [[one.uid, slot] as const] : []))
          expect(new Set(now.map(([uid]) => uid)).size).toBe(now.length)
          for (const [uid, slot] of now) expect(places.get(uid) ?? slot).toBe(slot)
          places.clear()
          for (const [uid, slot] of now) places.set(uid, slot)
          const alive = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined).length
          expect(table.slots('Deployment/web').length).toBeGreaterThanOrEqual(desired)
          const standing = table.snapshot().filter(({ pod: one }) => one && !one.ending).length
          expect(standing).toBe(Math.min(alive, table.slots('Deployment/web').length))
        }
      }),
    )
  })

  it('come back the same from JSON', () => {
    const table = new SlotTable()
    table.update([web([pod({ name: 'a', node: 'n1', restarts: 2 })], 2)])
    expect(JSON.parse(JSON.stringify(table.snapshot()))).toMatchObject([
      { workload: 'Deployment/web', slot: 'web-1', pod: { name: 'a', node: 'n1', restarts: 2, ips: ['10.0.0.1'] } },
      { slot: 'web-2' },
    ])
  })
})
