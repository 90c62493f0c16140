import * as z from 'zod'
import type { Clock } from '../../kit/clock.ts'
import { SeaworthyError } from '../../kit/errors.ts'
import type { Informer, KubeClient } from '../../kube/kube-client.ts'
import { type ScrapedPod, targetGroups } from './scrape-targets.ts'

export interface Scraping {
  readonly client: Pick<KubeClient, 'raw'>
  readonly clock: Clock
  readonly pods: Pick<Informer<ScrapedPod>, 'items'>
  /** Of Prometheus, for the API server's proxy. */
  readonly path: string
}

const POLL_MS = 200
/** Some times what it takes to look for targets and to scrape them. */
const LIMIT_MS = 30_000

const upSchema = z.object({
  data: z.object({ result: z.array(z.object({ metric: z.object({ instance: z.string().optional() }) })) }),
})

/**
 * Resolves when every pod that is there to be scraped has been, whether it answered or not: Prometheus takes a new list of
 * targets every five seconds, and what a counter held before its first scrape belongs to no window. Throws
 * SeaworthyError('OBSERVE') when that does not come.
 */
export async function untilScraping({ client, clock, pods, path }: Scraping, signal: AbortSignal): Promise<void> {
  const deadline = clock.monotonic() + LIMIT_MS
  for (;;) {
    const answer = await client.raw({ method: 'GET', path: `${path}/api/v1/query?query=up`, signal })
    const scraped = answer.status === 200 ? instancesIn(answer.body) : new Set<string>()
    const missing = targetGroups(pods.items()).flatMap(({ targets }) => targets.filter((one) => !scraped.has(one)))
    if (missing.length === 0) return
    if (clock.monotonic() > deadline)
      throw new SeaworthyError('OBSERVE', `Prometheus has not scraped ${missing.join(', ')}`, {
        remedy: 'See its pod in the namespace of the preview, and whether a network policy keeps it from the others.',
      })
    await clock.sleep(POLL_MS, signal)
  }
}

/** Those that have a sample of `up`, be it 0. */
function instancesIn(body: Buffer): ReadonlySet<string> {
  const { data } = upSchema.parse(JSON.parse(body.toString()))
  return new Set(data.result.flatMap(({ metric }) => metric.instance ?? []))
}
