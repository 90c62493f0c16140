import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createDeadlines } from '../../../src/daemon/network/packets/deadlines.ts'

test('what is due comes in the order of time, and of the same time in the order in which it came', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 })), fc.integer({ min: 0, max: 20 }), (times, now) => {
      const deadlines = createDeadlines<number>()
      for (const [place, at] of times.entries()) deadlines.push(at, place)
      const expected = times
        .map((at, place) => ({ at, place }))
        .filter(({ at }) => at <= now)
        .toSorted((left, right) => left.at - right.at || left.place - right.place)
        .map(({ place }) => place)
      const taken: number[] = []
      for (let place = deadlines.takeDue(now); place !== undefined; place = deadlines.takeDue(now)) taken.push(place)
      expect(taken).toEqual(expected)
      expect(deadlines.size()).toBe(times.length - expected.length)
      expect(deadlines.next()).toBe(times.filter((at) => at > now).toSorted((left, right) => left - right)[0])
    }),
  )
})

test('whatever is pushed and taken in between', () => {
  const step = fc.oneof(
    fc.record({ push: fc.integer({ min: 0, max: 50 }) }),
    fc.record({ take: fc.integer({ min: 0, max: 50 }) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const deadlines = createDeadlines<number>()
      const model: { at: number; order: number }[] = []
      for (const [order, one] of steps.entries()) {
        if ('push' in one) {
          deadlines.push(one.push, order)
          model.push({ at: one.push, order })
          continue
        }
        const [first] = model.toSorted((left, right) => left.at - right.at || left.order - right.order)
        const due = first && first.at <= one.take ? first : undefined
        if (due) model.splice(model.indexOf(due), 1)
        expect(deadlines.takeDue(one.take)).toBe(due?.order)
      }
    }),
  )
})
