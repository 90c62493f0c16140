import { serve } from './serve.mjs'

/** Keeps the prices. */
serve('/prices', () => JSON.stringify({ anchor: 120, rope: 35 }))
