import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { systemClock } from '../../../src/kit/clock.ts'
import type { KubeClient, KubeObject } from '../../../src/kube/kube-client.ts'
import { PODS, SERVICES } from '../../../src/kube/resources.ts'
import type { LedgerEntry } from '../../../src/model/ledger.ts'
import type { CheckSpec } from '../../../src/model/suite.ts'
import { runCheck } from '../../../src/run/checks.ts'
import { clusterHands } from '../../../src/run/cluster/cluster-hands.ts'
import type { Session } from '../../../src/run/session.ts'
import { loadProductImage } from '../cluster.ts'
import { deployed, deployment, openStage, type Stage, until } from './stage.ts'

const never = new AbortController().signal
const NO_ENDPOINTS = '{"kind":"Status","status":"Failure","reason":"ServiceUnavailable","code":503}'
/** Answers 503 in the very words that an API server has for a Service without endpoints. */
const BROKEN = `require('node:http').createServer((q, s) => {
  s.writeHead(q.url === '/broken' ? 503 : 200, { 'content-type': 'application/json' })
  s.end(q.url === '/broken' ? '${NO_ENDPOINTS}' : q.socket.remoteAddress)
}).listen(8080)`

/** From now on this program is beside a cluster that it has no route to: nothing that it asks itself gets there. */
function withoutRoute() {
  const straight = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('there is no route'))
  onTestFinished(() => straight.mockRestore())
  return straight
}

async function service({ client, namespace }: Stage, name: string, selector: string) {
  await client.create(SERVICES, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { selector: { app: selector }, ports: [{ port: 80, targetPort: 8080 }] },
  } as KubeObject)
}

/** A session as far as checks look at one, with every object that its client made. */
function sessionOn({ client, namespace }: Stage, image: string) {
  const made: string[] = []
  const ledger: LedgerEntry[] = []
  const counting: KubeClient = {
    ...client,
    create: (resource, object, options) => {
      made.push(`${resource.kind} ${object.metadata.name}`)
      return client.create(resource, object, options)
    },
  }
  const hands = clusterHands({
    client: counting,
    namespace,
    run: 'r-inside',
    image,
    clock: systemClock,
    ledger: { write: (entry) => ledger.push(entry) },
  })
  const session = {
    clock: systemClock,
    platform: { resolve: (url: string) => url },
    cluster: hands,
  } as unknown as Session
  return { session, made, ledger }
}

const http = (url: string, status?: number[], body?: string): CheckSpec => ({
  check: 'http',
  url,
  expect: { status, body },
  withinMs: 0,
})

describe('checks of names that only the cluster knows', () => {
  it('are asked by a pod beside the preview, and tell the word of the service and nobody else', async () => {
    const stage = await openStage()
    const { client, namespace } = stage
    const image = await loadProductImage()
    await deployed(stage, deployment('web', 1, { image, command: ['node', '-e', BROKEN] }))
    await Promise.all([service(stage, 'web', 'web'), service(stage, 'empty', 'nobody')])
    await until(async () => {
      const pods = await client.list<KubeObject & { status?: { phase?: string } }>(PODS, { namespace })
      return pods.length === 1 && pods[0]?.status?.phase === 'Running'
    })
    const { session, made, ledger } = sessionOn(stage, image)
    const straight = withoutRoute()
    const asked = (check: CheckSpec) => runCheck(check, session, never)

    expect(await asked({ ...http('http://web/'), withinMs: 20_000 } as CheckSpec)).toEqual({
      what: 'check http://web/',
      ok: true,
      detail: 'answered 200',
    })
    expect(await asked(http(`http://web.${namespace}.svc:80/broken`))).toMatchObject({
      ok: false,
      detail: 'answered 503',
    })
    // The service's own 503 …
    expect(await asked(http('http://web/broken', [503], '"reason":"ServiceUnavailable"'))).toMatchObject({ ok: true })
    // … and a Service that nobody stands behind, which is no answer of any status.
    const empty = await asked(http('http://empty/', [503]))
    expect(empty).toMatchObject({ ok: false, detail: expect.not.stringContaining('answered') })
    expect(await asked({ check: 'tcp', address: 'web:80', withinMs: 0 })).toMatchObject({ ok: true })
    expect(await asked({ check: 'tcp', address: 'missing:80', withinMs: 0 })).toMatchObject({
      ok: false,
      detail: expect.stringContaining('ENOTFOUND'),
    })

    expect(straight).not.toHaveBeenCalled()
    expect(made).toEqual([1, 2, 3, 4, 5, 6].map((number) => `Pod r-inside-check-${number}`))
    expect(ledger.map(({ entry }) => entry)).toEqual(made.flatMap(() => ['object', 'gone']))
    const left = await client.list(PODS, { namespace, labels: 'seaworthy.dev/run=r-inside' })
    expect(left.filter(({ metadata }) => metadata.deletionTimestamp === undefined)).toEqual([])
  })

  it('asks addresses of everybody from here', async () => {
    const stage = await openStage()
    const { session, made } = sessionOn(stage, 'unused:1')
    withoutRoute()
    expect(await runCheck(http('http://shop.example.com/'), session, never)).toMatchObject({
      ok: false,
      detail: 'there is no route',
    })
    expect(made).toEqual([])
  })
})
