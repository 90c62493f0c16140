import { expect, test } from 'vitest'
import { Readings } from '../../../src/daemon/faults/readings.ts'
import type { RunSetting } from '../../../src/daemon/faults/run-setting.ts'
import type { NodeProbe } from '../../../src/model/cluster/reading.ts'

/** A first look that has not come when a second has passed. */
function slowLook(probe: NodeProbe) {
  let come: (reading: object) => void = () => undefined
  const looked = new Promise<object>((resolve) => {
    come = resolve
  })
  // Whoever waits for a second or less has waited for it; nobody sees a longer wait end.
  const sleep = (ms: number) => (ms <= 1_000 ? Promise.resolve() : new Promise<void>(() => undefined))
  const clock = { now: () => 0, monotonic: () => 0, sleep }
  const setting = { clock, looks: { run: () => looked } } as unknown as RunSetting
  const sight = { probe, peers: undefined, work: { actions: [] } } as never
  return { readings: new Readings(setting, () => sight), come: () => come({ probe: probe.probe, at: 1 }) }
}

test('a fault does not wait for a first look that takes long', async () => {
  const { readings } = slowLook({ probe: 'packets' })
  await readings.lookBeforeInHaste()
  expect(readings.seen.before).toBeUndefined()
})

test('but for one that its proof cannot do without', async () => {
  const { readings, come } = slowLook({ probe: 'script', container: undefined, command: 'true' })
  let isOver = false
  const looked = readings.lookBeforeInHaste().then(() => {
    isOver = true
  })
  // The limit of a second has passed by the next turn of the loop.
  await new Promise((resolve) => setImmediate(resolve))
  expect(isOver).toBe(false)
  come()
  await looked
  expect(readings.seen.before).toEqual({ probe: 'script', at: 1 })
})
