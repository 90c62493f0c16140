import { setTimeout as sleep } from 'node:timers/promises'
import { call } from './call.mjs'
import { serve } from './serve.mjs'

/**
 * Quotes a price. Sturdy: asks the store within a time limit, answers from its last known prices when the store does
 * not, and works on many requests at once. Fragile: waits for the store for ever, and works on one request after the
 * other from a queue without a limit, also for users who have long gone.
 */
const timeoutMs = Number(process.env.STORE_TIMEOUT_MS ?? 0)
const oneByOne = process.env.QUEUE === 'unbounded'
const WORK_MS = 12

let known
async function quote() {
  try {
    known = await call(`${process.env.STORE_URL}/prices`, { timeoutMs, attempts: timeoutMs ? 2 : 1 })
  } catch (error) {
    if (known === undefined) throw error
  }
  await sleep(WORK_MS)
  return known
}

let last = Promise.resolve()
function queued() {
  last = last.then(quote, quote)
  return last
}

serve('/quote', oneByOne ? queued : quote)
