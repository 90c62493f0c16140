import { afterEach, expect, test, vi } from 'vitest'
import { watchQuiet } from '../../src/kit/quiet.ts'
import { collectGarbage } from '../../src/kit/small-heap.ts'

afterEach(() => vi.useRealTimers())

test('quiet comes once after each disturbance, however many there are', () => {
  vi.useFakeTimers()
  let quiets = 0
  const { disturb } = watchQuiet(100, () => {
    quiets += 1
  })
  vi.advanceTimersByTime(1_000)
  expect(quiets).toBe(0)
  for (let count = 0; count < 5; count++) {
    disturb()
    vi.advanceTimersByTime(99)
  }
  expect(quiets).toBe(0)
  vi.advanceTimersByTime(1)
  expect(quiets).toBe(1)
  vi.advanceTimersByTime(1_000)
  expect(quiets).toBe(1)
  disturb()
  vi.advanceTimersByTime(100)
  expect(quiets).toBe(2)
})

test('garbage is collected on request', () => {
  let lost: object | undefined = { held: new Array(1_000) }
  const reference = new WeakRef(lost)
  lost = undefined
  return new Promise<void>((resolve) => setTimeout(resolve)).then(() => {
    collectGarbage()
    expect(reference.deref()).toBeUndefined()
  })
})
