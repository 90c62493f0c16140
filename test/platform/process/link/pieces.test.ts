import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sampleDelay } from '../../../../src/kit/delay-sample.ts'
import { seededRandom } from '../../../../src/kit/random.ts'
import { Fifo } from '../../../../src/platform/process/link/fifo.ts'
import { HeldTimes } from '../../../../src/platform/process/link/held-times.ts'
import { httpMatches, wildcardMatches } from '../../../../src/platform/process/link/http/http-match.ts'
import { Limiter } from '../../../../src/platform/process/link/limiter.ts'

describe('matching requests', () => {
  test.each([
    ['/orders', '/orders', true],
    ['/orders', '/orders/1', false],
    ['/orders/*', '/orders/1?a=b', true],
    ['/orders/*', '/orders', false],
    ['*/items/*', 'http://api:80/v1/items/2', true],
    ['/a%20b', '/a b', false],
    ['*', '*', true],
    ['/', 'http://api', true],
    ['/*a*b', '/ab', true],
    ['/*ab*ab', '/ab', false],
  ])('path %s, target %s: %s', (path, target, expected) => {
    expect(httpMatches({ path, method: undefined, share: 1 }, { method: 'GET', target, minor: 1 })).toBe(expected)
  })

  test('methods match in any case', () => {
    const request = { method: 'GET', target: '/', minor: 1 } as const
    expect(httpMatches({ path: undefined, method: 'get', share: 1 }, request)).toBe(true)
    expect(httpMatches({ path: undefined, method: 'POST', share: 1 }, request)).toBe(false)
  })

  test('a wildcard means the same as the regular expression that it stands for', () => {
    const word = fc.array(fc.constantFrom('a', 'b', '/', '*'), { maxLength: 8 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(word, word, (pattern, text) => {
        expect(wildcardMatches(pattern, text)).toBe(new RegExp(`^${pattern.split('*').join('.*')}$`, 's').test(text))
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('sampled delays', () => {
  const many = (distribution: 'uniform' | 'normal' | 'pareto', latencyMs = 100, jitterMs = 20) => {
    const random = seededRandom(42)
    return Array.from({ length: 20_000 }, () => sampleDelay({ latencyMs, jitterMs, distribution }, random))
  }
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

  test.each(['uniform', 'normal', 'pareto'] as const)(
    '%s: lie around the latency, and a seed repeats them',
    (distribution) => {
      expect(mean(many(distribution))).toBeCloseTo(100, -0.5)
      expect(many(distribution)).toEqual(many(distribution))
      expect(Math.min(...many(distribution, 1, 50))).toBe(0)
      expect(new Set(many(distribution, 100, 0))).toEqual(new Set([100]))
    },
  )

  test('uniform stays within the jitter; pareto has its tail above', () => {
    expect(Math.min(...many('uniform'))).toBeGreaterThanOrEqual(80)
    expect(Math.max(...many('uniform'))).toBeLessThanOrEqual(120)
    expect(Math.min(...many('pareto'))).toBeGreaterThan(85)
    expect(Math.max(...many('pareto'))).toBeGreaterThan(200)
  })
})

describe('parts of a lane', () => {
  test('a queue gives back what it was given, in order', () => {
    const steps = fc.array(fc.oneof(fc.constant('shift' as const), fc.nat(), fc.record({ remove: fc.nat() })), {
      maxLength: 2_000,
    })
    fc.assert(
      fc.property(steps, (all) => {
        const fifo = new Fifo<object>()
        const model: object[] = []
        for (const step of all) {
          if (step === 'shift') expect(fifo.shift()).toBe(model.shift())
          else if (typeof step === 'number') {
            const item = {}
            fifo.push(item)
            model.push(item)
          } else if (model.length > 0) {
            fifo.remove(model.splice(step.remove % model.length, 1)[0] ?? {})
          }
          expect(fifo.length).toBe(model.length)
          expect(fifo.peek()).toBe(model[0])
        }
        expect([...fifo]).toEqual(model)
      }),
    )
  })

  test('the median is of the latest times and of what is held still', () => {
    const times = new HeldTimes()
    expect(times.median()).toBeUndefined()
    expect(times.median([3])).toBe(3)
    for (const ms of [1, 2, 9]) times.add(ms)
    expect(times.median()).toBe(2)
    expect(times.median([10, 11])).toBe(9)
    for (let count = 0; count < 5_000; count += 1) times.add(7)
    expect(times.median()).toBe(7)
  })

  test('a line serves in turns, skips who left, and is never faster than its rate', async () => {
    const line = new Limiter(10_000)
    const start = performance.now()
    const order: string[] = []
    const served = new Promise<void>((resolve) => {
      line.take(200, () => {
        order.push('a')
        line.take(200, () => {
          order.push('a again')
          resolve()
        })
      })
      line.take(200, () => order.push('left')).cancel()
      line.take(200, () => order.push('b'))
    })
    await served
    expect(order).toEqual(['a', 'b', 'a again'])
    expect(performance.now() - start).toBeGreaterThanOrEqual(60)
    expect(line.pieceBytes).toBe(200)
    expect(new Limiter(1).pieceBytes).toBe(1)
    expect(new Limiter(1e12).pieceBytes).toBe(65_536)
  })

  test('one who leaves while served makes room for the next', async () => {
    const line = new Limiter(1)
    const ticket = line.take(1_000_000, () => {})
    await new Promise<void>((resolve) => {
      const other = new Limiter(1_000)
      other.take(1, resolve)
    })
    const next = line.take(1, () => {})
    ticket.cancel()
    next.cancel()
    ticket.cancel()
    await new Promise<void>((resolve) => new Limiter(1_000_000).take(1, resolve))
  })
})
