import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { differences } from '../../src/controller/difference.ts'
import { type FieldChange, patchFor, valueAt } from '../../src/controller/fields.ts'
import { jsonPatch } from '../fakes/json-patch.ts'

const member = fc.constantFrom('a', 'b', 'c/d', 'e~f')
const leaf = fc.oneof(fc.integer(), fc.string({ maxLength: 3 }), fc.boolean(), fc.constant(null))
const { tree } = fc.letrec<{ tree: unknown; list: unknown[] }>((tie) => ({
  tree: fc.oneof({ depthSize: 'small' }, leaf, tie('list'), fc.dictionary(member, tie('tree'), { maxKeys: 3 })),
  list: fc.oneof(
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.uniqueArray(fc.record({ name: member, value: tie('tree') }), { maxLength: 3, selector: ({ name }) => name }),
  ),
}))
const object = fc.record({ spec: tree, data: fc.dictionary(member, tree, { maxKeys: 3 }) })

describe('changed fields', () => {
  test('lead from one state to the other and back', () => {
    fc.assert(
      fc.property(object, object, (before, after) => {
        const changes = differences(before, after)
        const applied = patchFor(before, changes, 'apply')
        expect(applied.foreign).toEqual([])
        expect(jsonPatch(before, applied.patch)).toEqual(after)
        const undone = patchFor(after, changes, 'undo')
        expect(undone.foreign).toEqual([])
        expect(jsonPatch(after, undone.patch)).toEqual(before)
      }),
      { numRuns: 2_000 },
    )
  })

  test('are put back where they are still ours, and stay where somebody else wrote since', () => {
    const names = ['a', 'b', 'c', 'd']
    const values = fc.record(Object.fromEntries(names.map((name) => [name, fc.integer({ min: 0, max: 3 })])))
    fc.assert(
      fc.property(values, values, fc.subarray(names), (before, after, taken) => {
        const changes = differences({ spec: before }, { spec: after })
        const ours = Object.fromEntries(changes.map(({ path }) => [String(path[1]), true]))
        const now = { ...after, ...Object.fromEntries(taken.map((name) => [name, 99])) }
        const { patch, foreign } = patchFor({ spec: now }, changes, 'undo')
        const restored = (jsonPatch({ spec: now }, patch) as { spec: Record<string, number> }).spec
        for (const name of names) expect(restored[name]).toBe(taken.includes(name) ? 99 : before[name])
        expect(foreign.map(({ path }) => path[1]).sort()).toEqual(taken.filter((name) => ours[name]).sort())
      }),
    )
  })

  test('are found by name in a list that somebody reordered', () => {
    const change: FieldChange = {
      path: ['spec', 'containers', { match: { name: 'web' } }, 'image'],
      before: { value: 'web:1' },
      after: { value: 'none' },
    }
    const pod = {
      spec: {
        containers: [
          { name: 'log', image: 'log:1' },
          { name: 'web', image: 'none' },
        ],
      },
    }
    expect(patchFor(pod, [change], 'undo').patch).toEqual([
      { op: 'test', path: '/spec/containers/1/image', value: 'none' },
      { op: 'replace', path: '/spec/containers/1/image', value: 'web:1' },
    ])
  })

  test('that are there already need no patch: doing it twice is doing it once', () => {
    fc.assert(
      fc.property(object, object, (before, after) => {
        const changes = differences(before, after)
        expect(patchFor(after, changes, 'apply')).toEqual({ patch: [], foreign: [] })
        expect(patchFor(before, changes, 'undo')).toEqual({ patch: [], foreign: [] })
      }),
    )
  })

  test('leave status and bookkeeping alone', () => {
    const before = {
      metadata: { name: 'x', resourceVersion: '1', managedFields: [] },
      spec: { a: 1 },
      status: { b: 1 },
    }
    const after = {
      metadata: { name: 'x', resourceVersion: '2', managedFields: [1] },
      spec: { a: 2 },
      status: { b: 2 },
    }
    expect(differences(before, after).map(({ path }) => path)).toEqual([['spec', 'a']])
  })

  test('without a container to be in are not there', () => {
    expect(valueAt({ spec: {} }, ['spec', 'a', 'b'])).toEqual({ absent: true })
    expect(valueAt({ spec: [1] }, ['spec', 1])).toEqual({ absent: true })
  })
})
