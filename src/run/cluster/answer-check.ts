import * as z from 'zod'
import { systemClock } from '../../kit/clock.ts'
import { type AddressCheck, type Answer, askAddress, askUntil, urlOf } from '../ask-address.ts'

/** What a pod that asks is told, by its environment. */
const orderSchema = z.discriminatedUnion('check', [
  z.strictObject({
    check: z.literal('http'),
    url: z.string(),
    expect: z.strictObject({ status: z.array(z.number()).optional(), body: z.string().optional() }),
    withinMs: z.number(),
  }),
  z.strictObject({ check: z.literal('tcp'), address: z.string(), withinMs: z.number() }),
])

const answerSchema = z.strictObject({ ok: z.boolean(), detail: z.string() })

/**
 * The life of a pod that asks: asks until it holds or its time is over, which begins now, and writes what it found as one
 * line to its log. Resolves with an exit code.
 */
export async function answerCheck(
  orderText: string,
  write: (line: string) => void,
  signal: AbortSignal,
): Promise<number> {
  const check = checkOf(orderSchema.parse(JSON.parse(orderText)))
  const ask = () => askAddress(check, urlOf(check))
  write(JSON.stringify(await askUntil(ask, { withinMs: check.withinMs, clock: systemClock, signal })))
  return 0
}

function checkOf(order: z.infer<typeof orderSchema>): AddressCheck {
  if (order.check === 'tcp') return order
  return { ...order, expect: { status: order.expect.status, body: order.expect.body } }
}

/** The order as the pod's environment holds it. */
export function orderText(check: AddressCheck): string {
  return JSON.stringify(check)
}

/** What a line of the pod's log says; undefined for whatever else is in it. */
export function readAnswer(line: string): Answer | undefined {
  try {
    return answerSchema.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}
