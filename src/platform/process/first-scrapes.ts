import { systemClock } from '../../kit/clock.ts'
import { formatDuration } from '../../kit/duration.ts'
import { SeaworthyError } from '../../kit/errors.ts'
import type { Emit } from '../../model/events.ts'

export interface ScrapeWait {
  readonly url: string
  /** How many replicas have metrics. */
  readonly targets: number
  readonly withinMs: number
  readonly emit: Emit
}

/** Of `GET /api/v1/targets` (Prometheus HTTP API, Targets). */
interface ActiveTarget {
  readonly health: 'up' | 'down' | 'unknown'
  readonly lastError: string
  readonly labels: Readonly<Record<string, string>>
}

const POLL_MS = 100
const ANSWER_MS = 5_000

/**
 * Waits until every target was scraped once: Prometheus looks for targets only every 5 s, and what is measured before it
 * found them has no data. One whose metrics cannot be read is a warning. Throws SeaworthyError('PLATFORM') when the time is over.
 */
export async function waitForFirstScrapes(
  { url, targets, withinMs, emit }: ScrapeWait,
  signal: AbortSignal,
): Promise<void> {
  const deadline = systemClock.monotonic() + withinMs
  for (;;) {
    const scraped = (await activeTargets(url, signal)).filter(({ health }) => health !== 'unknown')
    if (scraped.length >= targets) {
      for (const { health, labels, lastError } of scraped) {
        if (health === 'down')
          emit({ event: 'warning', detail: `the metrics of ${labels.replica} cannot be read: ${lastError}` })
      }
      return
    }
    if (systemClock.monotonic() > deadline) {
      throw new SeaworthyError(
        'PLATFORM',
        `Prometheus scraped ${scraped.length} of ${targets} replicas within ${formatDuration(withinMs)}`,
        {
          target: 'prometheus',
          remedy: 'Look at its log beside those of the services.',
        },
      )
    }
    await systemClock.sleep(POLL_MS, signal)
  }
}

async function activeTargets(url: string, signal: AbortSignal): Promise<readonly ActiveTarget[]> {
  try {
    const response = await fetch(`${url}/api/v1/targets?state=active`, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
    })
    const { data } = (await response.json()) as { readonly data?: { readonly activeTargets?: readonly ActiveTarget[] } }
    return data?.activeTargets ?? []
  } catch {
    signal.throwIfAborted()
    return []
  }
}
