import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { SeaworthyError } from '../../kit/errors.ts'

/** Loopback ports for replicas, none given twice. */
export interface FreePorts {
  /** A port on which nobody listens. */
  readonly take: () => Promise<number>
  readonly giveBack: (port: number) => void
}

export const LOOPBACK = '127.0.0.1'
const LOWEST = 20_000
const ATTEMPTS = 100
/** What IANA recommends, and all systems but Linux use. */
const USUAL_LOWEST_EPHEMERAL = 49_152

/**
 * A replica keeps its port while it is down. Ports come from below those that the kernel gives to outgoing connections:
 * any of these could take the port in the meantime, and the replica would not come up again for a reason that is ours.
 */
export function createFreePorts(): FreePorts {
  const taken = new Set<number>()
  const highest = lowestEphemeral()
  const take = async () => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const port = highest > LOWEST + ATTEMPTS ? randomInt(LOWEST, highest) : 0
      const free = taken.has(port) ? undefined : await listenOnce(port)
      if (free === undefined || taken.has(free)) continue
      taken.add(free)
      return free
    }
    throw new SeaworthyError('PLATFORM', 'no free port was found for a service', {
      target: LOOPBACK,
      remedy: 'End programs that hold local ports; `ss -ltn` shows them.',
    })
  }
  return { take, giveBack: (port) => taken.delete(port) }
}

/** Somebody listens there, or could not be asked. */
export async function isTaken(port: number): Promise<boolean> {
  return (await listenOnce(port)) === undefined
}

/** The port if it can be listened on, for a moment; 0 means any. */
async function listenOnce(port: number): Promise<number | undefined> {
  const server = createServer()
  try {
    server.listen({ port, host: LOOPBACK, exclusive: true })
    await once(server, 'listening')
    const address = server.address()
    return typeof address === 'object' ? address?.port : undefined
  } catch {
    return undefined
  } finally {
    server.close()
  }
}

function lowestEphemeral(): number {
  try {
    return Number.parseInt(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8'), 10) || USUAL_LOWEST_EPHEMERAL
  } catch {
    return USUAL_LOWEST_EPHEMERAL
  }
}
