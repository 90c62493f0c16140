import { get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

const AT_ONCE = 4
const TIMEOUT_MS = 1_000
const PAUSE_MS = 10

export interface JudgedTraffic {
  readonly stop: () => Promise<void>
}

/** Users who ask for one page again and again, a new connection each time, and do not mind what they get. */
export function startTraffic(url: string): JudgedTraffic {
  let stopping = false
  const user = async () => {
    while (!stopping) {
      await ask(url)
      await sleep(PAUSE_MS)
    }
  }
  const users = Array.from({ length: AT_ONCE }, user)
  return {
    stop: async () => {
      stopping = true
      await Promise.all(users)
    },
  }
}

/** Resolves when the connection is over, however that came about. */
function ask(url: string): Promise<void> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false }, (response) => response.on('error', () => undefined).resume())
    const timer = setTimeout(() => request.destroy(), TIMEOUT_MS)
    request.on('error', () => undefined)
    request.on('close', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
