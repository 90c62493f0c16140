import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Limiter } from '../../../../src/platform/process/link/limiter.ts'

const warnings: string[] = []
const onWarning = ({ name }: Error) => warnings.push(name)
beforeEach(() => process.on('warning', onWarning))
afterEach(() => {
  process.off('warning', onWarning)
  warnings.length = 0
})

/** Nothing else runs in this process meanwhile. */
function block(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

describe('a line of a fixed rate', () => {
  it('lets one piece through after the other, in the order in which they came', async () => {
    const limiter = new Limiter(1_000_000)
    const through: number[] = []
    await new Promise<void>((resolve) => {
      for (const place of [1, 2, 3])
        limiter.take(1_000, () => {
          through.push(place)
          if (place === 3) resolve()
        })
    })
    expect(through).toEqual([1, 2, 3])
  })

  it('catches up after the process stood still, and asks for no time before now', async () => {
    const limiter = new Limiter(1_000_000)
    const done = new Promise<void>((resolve) => {
      for (let place = 1; place <= 20; place++) limiter.take(1_000, place === 20 ? resolve : () => undefined)
    })
    block(30)
    await done
    // A warning is told in a later turn than that in which it arose.
    await new Promise((resolve) => setImmediate(resolve))
    expect(warnings).toEqual([])
  })

  it('goes on with the next when the one in service is cancelled', async () => {
    const limiter = new Limiter(1_000_000)
    const first = limiter.take(1_000_000, () => expect.unreachable('it was cancelled'))
    const second = new Promise<void>((resolve) => limiter.take(1_000, resolve))
    first.cancel()
    await second
  })
})
