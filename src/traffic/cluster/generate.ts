import * as z from 'zod'
import { systemClock } from '../../kit/clock.ts'
import { messageOf } from '../../kit/errors.ts'
import { createHttpTraffic } from '../http-traffic.ts'
import { createBatcher } from './wire.ts'

/** The end of each window is waited for until it was told. */
const LINE_EVERY_MS = 100

/** What a traffic pod is told, by its environment. */
const orderSchema = z.strictObject({
  spec: z.strictObject({
    kind: z.literal('http'),
    ratePerSecond: z.number(),
    timeoutMs: z.number(),
    keepAlive: z.boolean(),
    requests: z.array(
      z.strictObject({
        url: z.string(),
        method: z.string(),
        headers: z.record(z.string(), z.string()),
        body: z.string().optional(),
        weight: z.number(),
        expect: z.strictObject({ status: z.array(z.number()).optional(), body: z.string().optional() }),
      }),
    ),
  }),
  seed: z.number(),
})
export type TrafficOrder = z.infer<typeof orderSchema>

/**
 * The life of a traffic pod: plays the users until it is told to end, and writes what became of every request to its log.
 * Resolves with an exit code; the last line says why when it ended by itself.
 */
export async function generateTraffic(
  orderText: string,
  write: (line: string) => void,
  stop: AbortSignal,
): Promise<number> {
  const order = orderSchema.parse(JSON.parse(orderText))
  const batcher = createBatcher()
  const spec = {
    ...order.spec,
    requests: order.spec.requests.map((one) => ({
      ...one,
      body: one.body,
      expect: { status: one.expect.status, body: one.expect.body },
    })),
  }
  let broken: string | undefined
  const traffic = createHttpTraffic(spec, {
    resolve: (url) => url,
    seed: order.seed,
    clock: systemClock,
    emit: (event) => {
      if (event.event === 'warning') broken = event.detail
    },
    onEnd: batcher.add,
  })
  try {
    await traffic.start(stop)
    while (!stop.aborted && broken === undefined) {
      await systemClock.sleep(LINE_EVERY_MS, stop).catch(() => undefined)
      write(batcher.line(systemClock.now(), traffic.progress()))
    }
  } catch (error) {
    broken = messageOf(error)
  }
  await traffic.stop()
  write(batcher.line(systemClock.now(), traffic.progress(), broken))
  return broken === undefined ? 0 : 1
}
