import { expect, test } from 'vitest'
import type { Clock } from '../../../src/kit/clock.ts'
import type { ScrapedPod } from '../../../src/observe/cluster/scrape-targets.ts'
import { untilScraping } from '../../../src/observe/cluster/until-scraping.ts'

function pod(name: string, podIP: string, annotations = { 'prometheus.io/scrape': 'true' }): ScrapedPod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', annotations },
    spec: { containers: [{ ports: [{ containerPort: 8080 }] }] },
    status: { phase: 'Running', podIP },
  }
}

/** Time that passes only by sleeping. */
function clockOf(): Clock {
  let nowMs = 0
  const sleep = async (ms: number) => {
    nowMs += ms
  }
  return { now: () => nowMs, monotonic: () => nowMs, sleep }
}

function scraping(answers: readonly (readonly [status: number, instances: readonly string[]])[]) {
  const asked: string[] = []
  const clock = clockOf()
  const raw = async ({ path }: { readonly path: string }) => {
    const [status, instances] = answers[Math.min(asked.length, answers.length - 1)] ?? [500, []]
    asked.push(path)
    const result = instances.map((instance) => ({ metric: { instance }, value: [1, '0'] }))
    return { status, headers: {}, body: Buffer.from(JSON.stringify({ status: 'success', data: { result } })) }
  }
  const pods = { items: () => [pod('web', '10.0.0.1'), pod('api', '10.0.0.2'), pod('other', '10.0.0.3', {} as never)] }
  const done = untilScraping({ client: { raw }, clock, pods, path: '/prometheus' }, new AbortController().signal)
  return { asked, done }
}

test('waits until each pod that is to be scraped has a sample, and for no other', async () => {
  const { asked, done } = scraping([
    [200, []],
    [503, ['10.0.0.1:8080', '10.0.0.2:8080']],
    [200, ['10.0.0.1:8080']],
    [200, ['10.0.0.2:8080', '10.0.0.1:8080']],
  ])
  await done
  expect(asked).toEqual(Array(4).fill('/prometheus/api/v1/query?query=up'))
})

test('gives up with the names of those that were never scraped', async () => {
  const { done } = scraping([[200, ['10.0.0.1:8080']]])
  await expect(done).rejects.toMatchObject({ code: 'OBSERVE', message: 'Prometheus has not scraped 10.0.0.2:8080' })
})
