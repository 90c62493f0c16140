import fc from 'fast-check'
import { expect, test } from 'vitest'
import { differences } from '../../src/controller/difference.ts'
import { changedBy, type FieldChange, valueAt } from '../../src/controller/fields.ts'
import { releaseChanges } from '../../src/controller/stacked-changes.ts'

/** Faults as they come and go on one object in memory, as the controller would do it. */
class Stacked {
  object: unknown
  layers: (readonly FieldChange[])[] = []

  constructor(object: unknown) {
    this.object = object
  }

  begin(after: unknown): void {
    const changes = differences(this.object, after)
    this.object = changedBy(this.object, changes, 'apply').object
    this.layers.push(changes)
  }

  end(at: number): readonly FieldChange[] {
    const released = releaseChanges(this.object, this.layers[at] ?? [], this.layers.slice(at + 1))
    this.object = released.object
    this.layers.splice(at, this.layers.length, ...released.above)
    return released.foreign
  }
}

const values = fc.record(Object.fromEntries(['a', 'b', 'c'].map((name) => [name, fc.integer({ min: 0, max: 3 })])))
const ends = (count: number) =>
  fc.shuffledSubarray(
    Array.from({ length: count }, (_, at) => at),
    { minLength: count },
  )

test('in whatever order faults on the same fields end, what stays holds, and the last one leaves what was there', () => {
  fc.assert(
    fc.property(values, fc.array(values, { minLength: 1, maxLength: 5 }), ends(5), (before, all, order) => {
      const stacked = new Stacked({ spec: before })
      for (const spec of all) stacked.begin({ spec })
      const left = all.map((_, at) => at)
      for (const which of order.filter((at) => at < all.length)) {
        const place = left.indexOf(which)
        expect(stacked.end(place)).toEqual([])
        left.splice(place, 1)
        for (const name of ['a', 'b', 'c']) {
          const holding = stacked.layers.flat().findLast(({ path }) => path[1] === name)
          const expected = holding ? holding.after : { value: before[name] }
          expect(valueAt(stacked.object, ['spec', name])).toEqual(expected)
        }
      }
      expect(stacked.object).toEqual({ spec: before })
    }),
    { numRuns: 1_000 },
  )
})

test('a member that lies in what another one brought stays when that one ends, and goes with the last', () => {
  for (const order of [
    [0, 0],
    [1, 0],
  ]) {
    const before = { metadata: { name: 'x' } }
    const stacked = new Stacked(before)
    stacked.begin({ metadata: { name: 'x', annotations: { a: '1' } } })
    stacked.begin({ metadata: { name: 'x', annotations: { a: '1', b: { c: '2' } } } })
    const [first = 0, second = 0] = order
    expect(stacked.end(first)).toEqual([])
    expect(stacked.object).toEqual({
      metadata: { name: 'x', annotations: first === 0 ? { b: { c: '2' } } : { a: '1' } },
    })
    expect(stacked.end(second)).toEqual([])
    expect(stacked.object).toEqual(before)
  }
})

test('a change of what another one brought goes with it', () => {
  const stacked = new Stacked({ spec: { taints: [] } })
  stacked.begin({ spec: { taints: [{ key: 'x', effect: 'NoSchedule' }] } })
  stacked.begin({ spec: { taints: [{ key: 'x', effect: 'NoExecute' }] } })
  stacked.end(0)
  stacked.end(0)
  expect(stacked.object).toEqual({ spec: { taints: [] } })
})

test('what somebody else has written since is left so, and named', () => {
  const stacked = new Stacked({ spec: { replicas: 3 } })
  stacked.begin({ spec: { replicas: 1 } })
  stacked.begin({ spec: { replicas: 5 } })
  stacked.object = { spec: { replicas: 9 } }
  expect(stacked.end(0)).toHaveLength(1)
  expect(stacked.end(0)).toHaveLength(1)
  expect(stacked.object).toEqual({ spec: { replicas: 9 } })
})

test('what somebody else wrote between two faults is what the second one puts back', () => {
  const stacked = new Stacked({ spec: { replicas: 3 } })
  stacked.begin({ spec: { replicas: 1 } })
  stacked.object = { spec: { replicas: 9 } }
  stacked.begin({ spec: { replicas: 5 } })
  expect(stacked.end(0)).toHaveLength(1)
  expect(stacked.end(0)).toEqual([])
  expect(stacked.object).toEqual({ spec: { replicas: 9 } })
})
