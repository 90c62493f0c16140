import { call } from './call.mjs'
import { serve } from './serve.mjs'

/** The page that users open. Sturdy: a time limit and two more attempts. Fragile: one attempt, however long it takes. */
const timeoutMs = Number(process.env.API_TIMEOUT_MS ?? 0)
const attempts = Number(process.env.API_ATTEMPTS ?? 1)

serve('/checkout', async () => `ok ${await call(`${process.env.API_URL}/quote`, { timeoutMs, attempts })}`)
