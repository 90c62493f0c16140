import { expect, test } from 'vitest'
import { together } from '../../src/kit/together.ts'

const never = new AbortController().signal

function untilStopped(signal: AbortSignal, stopped: () => void): Promise<void> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      stopped()
      reject(signal.reason)
    })
  })
}

test('runs all at once', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  await together(never, [() => promise, async () => resolve()])
})

test('stops the others when one fails, waits for their ends, and throws what failed first', async () => {
  const ends: string[] = []
  const slow = async (signal: AbortSignal) => {
    await untilStopped(signal, () => ends.push('told')).catch(() => undefined)
    await new Promise(setImmediate)
    ends.push('ended')
    throw new Error('second')
  }
  await expect(together(never, [slow, () => Promise.reject(new Error('first'))])).rejects.toThrow('first')
  expect(ends).toEqual(['told', 'ended'])
})

test('is stopped from outside', async () => {
  const stop = new AbortController()
  const ends: string[] = []
  const done = together(stop.signal, [(signal) => untilStopped(signal, () => ends.push('told'))])
  stop.abort(new Error('cancelled'))
  await expect(done).rejects.toThrow('cancelled')
  expect(ends).toEqual(['told'])
})
