import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/kit/clock.ts'
import type { KubeClient, KubeObject } from '../../../src/kube/kube-client.ts'
import { PODS } from '../../../src/kube/resources.ts'
import type { LedgerEntry } from '../../../src/model/ledger.ts'
import type { AddressCheck } from '../../../src/run/ask-address.ts'
import { answerCheck, readAnswer } from '../../../src/run/cluster/answer-check.ts'
import { type AskPlace, askFromPod } from '../../../src/run/cluster/ask-from-pod.ts'
import { FakeKube } from '../../fakes/kube.ts'

const never = new AbortController().signal
let server: Server
let port = 0

beforeAll(async () => {
  server = createServer((request, response) => {
    response.statusCode = request.url === '/broken' ? 503 : 200
    response.end('no endpoints available for service "web"')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})

afterAll(() => server.close())

interface AskingPod extends KubeObject {
  readonly spec: { readonly containers: readonly { readonly env: readonly { name: string; value: string }[] }[] }
}

/** A cluster in which a pod that asks does so, in this process, and its log can be followed; `words` come before its own. */
function kubelet(words: readonly string[] = []) {
  const kube = new FakeKube()
  const stream: KubeClient['stream'] = async function* ({ path }) {
    const name = /\/pods\/([^/]+)\/log$/.exec(path)?.[1] ?? ''
    const pod = kube.peek<AskingPod>(PODS, name, 'shop')
    const order = pod?.spec.containers[0]?.env.find((one) => one.name === 'SEAWORTHY_CHECK')?.value ?? ''
    const lines = [...words]
    await answerCheck(order, (line) => lines.push(line), never)
    yield Buffer.from(`${lines.join('\n')}\n`)
  }
  return { kube, client: { ...kube, stream } as KubeClient }
}

function placeOf(client: KubeClient) {
  const ledger: LedgerEntry[] = []
  const place: AskPlace = {
    client,
    namespace: 'shop',
    run: 'r-1',
    name: 'r-1-check-1',
    image: 'seaworthy:1',
    clock: systemClock,
    ledger: { write: (entry) => ledger.push(entry) },
  }
  return { place, ledger }
}

const http = (path: string, status?: number[], body?: string): AddressCheck => ({
  check: 'http',
  url: `http://127.0.0.1:${port}${path}`,
  expect: { status, body },
  withinMs: 0,
})

describe('a check from a pod', () => {
  it.each([
    ['answers', () => http('/'), { ok: true, detail: 'answered 200' }],
    ['has another status', () => http('/broken', [200]), { ok: false, detail: 'answered 503' }],
    ['says 503 itself', () => http('/broken', [503], 'no endpoints'), { ok: true, detail: 'answered 503' }],
    [
      'lacks the body',
      () => http('/', undefined, 'x'),
      { ok: false, detail: 'answered 200 without the expected body' },
    ],
    [
      'refuses',
      () => ({ ...http('/'), url: 'http://127.0.0.1:9/' }),
      { ok: false, detail: expect.stringMatching(/fetch failed/) },
    ],
    [
      'takes a connection',
      () => ({ check: 'tcp', address: `127.0.0.1:${port}`, withinMs: 0 }) as const,
      { ok: true, detail: 'connected' },
    ],
    [
      'takes none',
      () => ({ check: 'tcp', address: '127.0.0.1:9', withinMs: 0 }) as const,
      { ok: false, detail: expect.stringContaining('ECONNREFUSED') },
    ],
  ])('gives the word of a service that %s, and removes its pod', async (_, check, answer) => {
    const { kube, client } = kubelet()
    const { place, ledger } = placeOf(client)
    expect(await askFromPod(check(), place, never)).toEqual(answer)
    expect(kube.all(PODS)).toEqual([])
    expect(kube.asked.map(({ verb, plural }) => `${verb} ${plural}`)).toEqual(['create pods', 'remove pods'])
    expect(ledger.map(({ entry }) => entry)).toEqual(['object', 'gone'])
  })

  it('takes no other line of the log for an answer', async () => {
    const { client } = kubelet(['{"ok": "yes"}', 'true', '{"ok":true,"detail":"x","more":1}', 'a warning of Node'])
    expect(await askFromPod(http('/broken', [200]), placeOf(client).place, never)).toMatchObject({ ok: false })
    expect(readAnswer('{"ok":true,"detail":"d"}')).toEqual({ ok: true, detail: 'd' })
  })

  it('is an error, and no answer, when the pod ended without a word', async () => {
    const kube = new FakeKube()
    const client: KubeClient = {
      ...kube,
      create: async (resource, object) => {
        const made = await kube.create(resource, object)
        kube.place(PODS, { ...made, status: { phase: 'Failed' } } as KubeObject)
        return made
      },
    }
    const { place, ledger } = placeOf(client)
    await expect(askFromPod(http('/'), place, never)).rejects.toMatchObject({
      code: 'PLATFORM',
      message: 'the pod that asks for a check said nothing: it is Failed',
      remedy: expect.stringContaining('kubectl -n shop describe pod r-1-check-1'),
    })
    expect(kube.all(PODS)).toEqual([])
    expect(ledger.map(({ entry }) => entry)).toEqual(['object', 'gone'])
  })

  it('ends with the signal, and leaves no pod', async () => {
    const kube = new FakeKube()
    const stop = new AbortController()
    const { place } = placeOf(kube)
    const asking = askFromPod(http('/'), place, stop.signal)
    await expect.poll(() => kube.all(PODS).length).toBe(1)
    stop.abort(new Error('a guard fired'))
    await expect(asking).rejects.toThrow('a guard fired')
    expect(kube.all(PODS)).toEqual([])
  })
})
