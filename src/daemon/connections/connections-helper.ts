import { setTimeout as sleep } from 'node:timers/promises'
import { type HelperPipes, serveHelper } from '../proxy/helper/serve.ts'
import { HeldConnections, type Place } from './hold-connections.ts'

/** Where a server answers nobody, attempts take their time; the rest is done while the fault is on. */
const TRIED_MS = 10_000

export interface ConnectionsOrder {
  readonly places: readonly Place[]
  readonly count: number
  readonly remainingMs: number
}

/** `internal connections JSON`: holds connections until its time is over or its input ends, and they close with it. */
export async function runConnections([words = '']: readonly string[], pipes: HelperPipes): Promise<number> {
  const { places, count, remainingMs } = JSON.parse(words) as ConnectionsOrder
  const held = new HeldConnections(places, count)
  const over = Promise.withResolvers<void>()
  const timer = setTimeout(() => over.resolve(), remainingMs)
  await serveHelper(pipes, {
    answer: async ({ ask }) => {
      if (ask === 'add') await Promise.race([held.tried, sleep(TRIED_MS)])
      return held.counts()
    },
    done: over.promise,
  })
  clearTimeout(timer)
  held.close()
  return 0
}
