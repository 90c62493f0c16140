import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../../src/kube/kube-client.ts'
import { KubeError } from '../../src/kube/kube-error.ts'
import { CONFIG_MAPS, NODES, PODS } from '../../src/kube/resources.ts'
import { type Answer, clientOf, configMap, fakeApi, hangs, json, refuses, resets, text } from './fake-api.ts'

const found = json(200, configMap('a', 7))
const wanted: KubeObject = { ...configMap('a', 0), metadata: { name: 'a', namespace: 'shop', labels: { run: 'r-1' } } }

async function refusalOf(promise: Promise<unknown>): Promise<KubeError> {
  const error = await promise.then(
    () => undefined,
    (caught: unknown) => caught,
  )
  if (error instanceof KubeError) return error
  throw new Error(`expected a KubeError, got ${String(error)}`)
}

describe('repeating', () => {
  it('waits as long as Retry-After says', async () => {
    const api = await fakeApi(refuses(429, 'TooManyRequests', 'slow', undefined, { 'retry-after': '7' }), found)
    const { client, clock } = clientOf(api)
    expect((await client.get(CONFIG_MAPS, 'a', 'shop'))?.metadata.name).toBe('a')
    expect(clock.slept).toEqual([7_000])
  })

  it.each([500, 502, 503, 504])('asks again after %i, each time later', async (status) => {
    const api = await fakeApi(text(status, 'oops'), text(status, 'oops'), found)
    const { client, clock } = clientOf(api)
    expect(await client.get(CONFIG_MAPS, 'a', 'shop')).toBeDefined()
    expect(clock.slept).toHaveLength(2)
    expect(clock.slept[1]).toBeGreaterThan(clock.slept[0] ?? 0)
  })

  it('asks again after a reset, a cut body and a body that does not end', async () => {
    const cut: Answer = (response) => {
      response.writeHead(200, { 'content-length': '1000' })
      response.write('{"kind":')
      setImmediate(() => response.destroy())
    }
    const slow: Answer = (response) => {
      response.writeHead(200)
      response.write('{')
    }
    const api = await fakeApi(resets, cut, slow, hangs, found)
    const { client } = clientOf(api, { attemptMs: 60 })
    expect(await client.get(CONFIG_MAPS, 'a', 'shop')).toBeDefined()
    expect(api.seen).toHaveLength(5)
  })

  it('gives up at its deadline and says so', async () => {
    const api = await fakeApi(resets)
    const { client, clock } = clientOf(api, { deadlineMs: 5_000 })
    const error = await refusalOf(client.list(PODS, { namespace: 'shop' }))
    expect(error).toMatchObject({ status: 0, reason: '', code: 'PLATFORM' })
    expect(error.message).toContain('cannot list pods in namespace shop: no answer')
    expect(error.remedy).toContain(api.url)
    expect(clock.slept.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(5_000)
  })

  it('does not repeat a JSON patch that may have been done', async () => {
    const api = await fakeApi(resets, found)
    const { client } = clientOf(api)
    const patch = [{ op: 'add', path: '/data/a', value: '1' }]
    expect((await refusalOf(client.patch(CONFIG_MAPS, 'a', 'shop', patch, { type: 'json' }))).status).toBe(0)
    expect(api.seen).toHaveLength(1)
  })

  it('leaves the answer to an eviction alone', async () => {
    const api = await fakeApi(refuses(429, 'TooManyRequests', 'Cannot evict pod as it would violate the budget'))
    const { client } = clientOf(api)
    const path = '/api/v1/namespaces/shop/pods/web/eviction'
    expect((await client.raw({ method: 'POST', path, body: {} })).status).toBe(429)
    expect(api.seen).toHaveLength(1)
  })

  it('gives back what a program behind the server answered', async () => {
    const api = await fakeApi(text(503, 'not now'))
    const { client } = clientOf(api)
    const answer = await client.raw({ method: 'GET', path: '/api/v1/namespaces/m/services/p:9090/proxy/-/ready' })
    expect([answer.status, answer.body.toString()]).toEqual([503, 'not now'])
  })

  it('ends at once with its signal, in flight and between attempts', async () => {
    const api = await fakeApi(hangs)
    const { client } = clientOf(api)
    const reason = new Error('enough')
    const inFlight = new AbortController()
    api.script(() => inFlight.abort(reason))
    await expect(client.get(CONFIG_MAPS, 'a', 'shop', { signal: inFlight.signal })).rejects.toBe(reason)
    await expect(client.get(CONFIG_MAPS, 'a', 'shop', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })
})

describe('creating when an answer is lost', () => {
  it('knows its own object again', async () => {
    const ours = json(200, configMap('a', 7, { run: 'r-1', added: 'by somebody' }))
    const api = await fakeApi(resets, refuses(409, 'AlreadyExists'), ours)
    const { client } = clientOf(api)
    expect((await client.create(CONFIG_MAPS, wanted)).metadata.uid).toBe('uid-a')
    expect(api.seen.map(({ method }) => method)).toEqual(['POST', 'POST', 'GET'])
  })

  it("does not take somebody else's for its own", async () => {
    const theirs = json(200, configMap('a', 7, { run: 'r-2' }))
    const api = await fakeApi(resets, refuses(409, 'AlreadyExists'), theirs)
    const { client } = clientOf(api)
    expect(await refusalOf(client.create(CONFIG_MAPS, wanted))).toMatchObject({ status: 409, reason: 'AlreadyExists' })
  })

  it('believes a first refusal, and one after 429, which is no lost answer', async () => {
    const api = await fakeApi(refuses(429, 'TooManyRequests'), refuses(409, 'AlreadyExists'))
    const { client } = clientOf(api)
    expect((await refusalOf(client.create(CONFIG_MAPS, wanted))).status).toBe(409)
    expect(api.seen).toHaveLength(2)
  })
})

describe('removing', () => {
  const absent = refuses(404, 'NotFound', 'not found', { name: 'a', kind: 'configmaps' })

  it('says whether it was there, also after a lost answer', async () => {
    const api = await fakeApi(absent)
    const { client } = clientOf(api)
    expect(await client.remove(CONFIG_MAPS, 'a', 'shop')).toBe(false)
    api.script(resets, absent)
    expect(await client.remove(CONFIG_MAPS, 'a', 'shop')).toBe(true)
  })

  it('sends precondition, grace and propagation', async () => {
    const api = await fakeApi(json(200, { kind: 'Status', status: 'Success' }))
    const { client } = clientOf(api)
    await client.remove(PODS, 'web', 'shop', { uid: 'u', graceSeconds: 0, propagation: 'Foreground', dryRun: true })
    expect(JSON.parse(api.seen[0]?.body ?? '')).toMatchObject({
      preconditions: { uid: 'u' },
      gracePeriodSeconds: 0,
      propagationPolicy: 'Foreground',
      dryRun: ['All'],
    })
  })
})

describe('answers that are none', () => {
  it('does not take a proxy for Kubernetes', async () => {
    const api = await fakeApi(text(404, '<html>log in</html>'))
    const { client } = clientOf(api)
    const error = await refusalOf(client.get(CONFIG_MAPS, 'a', 'shop'))
    expect(error.status).toBe(404)
    expect(error.message).toContain('not as Kubernetes does: <html>log in</html>')
    api.script(text(200, '<html>log in</html>'))
    expect((await refusalOf(client.get(CONFIG_MAPS, 'a', 'shop'))).status).toBe(0)
    api.script(text(200, '{"kind":"ConfigMap","metadata":{"na'))
    expect((await refusalOf(client.get(CONFIG_MAPS, 'a', 'shop'))).message).toContain('it is not JSON')
  })

  it('takes no more than it was told to', async () => {
    const api = await fakeApi(text(200, 'x'.repeat(100_000)))
    const { client } = clientOf(api)
    const error = await refusalOf(client.raw({ method: 'GET', path: '/logs', maxBytes: 1_000 }))
    expect(error.message).toContain('more than 1000 bytes')
    expect(api.seen).toHaveLength(1)
  })

  it.each(['', '.', '..'])('never asks for the name %j', async (name) => {
    const api = await fakeApi(found)
    const { client } = clientOf(api)
    await expect(client.get(CONFIG_MAPS, name, 'shop')).rejects.toThrow('is not a name')
    await expect(client.get(CONFIG_MAPS, 'a')).rejects.toThrow('needs a namespace')
    expect(api.seen).toHaveLength(0)
  })

  it('escapes what a name may hold', async () => {
    const api = await fakeApi(found)
    const { client } = clientOf(api)
    await client.get(NODES, 'a/../b?x=1')
    expect(api.seen[0]?.path).toBe('/api/v1/nodes/a%2F..%2Fb%3Fx%3D1')
  })
})

describe('lists', () => {
  const page = (names: readonly string[], next?: string) =>
    json(200, { metadata: { resourceVersion: '9', continue: next }, items: names.map((name) => configMap(name, 1)) })

  it('are put together from their pages', async () => {
    const api = await fakeApi(page(['a', 'b'], 'next'), page(['c']))
    const { client } = clientOf(api)
    const items = await client.list(CONFIG_MAPS, { namespace: 'shop', labels: 'a=b', fields: 'metadata.name!=x' })
    expect(items.map(({ metadata, kind }) => `${kind} ${metadata.name}`)).toEqual([
      'ConfigMap a',
      'ConfigMap b',
      'ConfigMap c',
    ])
    expect(api.seen[1]?.query.get('continue')).toBe('next')
    expect(api.seen[1]?.query.get('labelSelector')).toBe('a=b')
  })

  it('start again when their continuation has expired, at last in one piece', async () => {
    const expired = refuses(410, 'Expired')
    const api = await fakeApi(page(['a'], 'x'), expired, page(['a'], 'x'), expired, page(['a', 'b']))
    const { client } = clientOf(api)
    expect(await client.list(CONFIG_MAPS, { namespace: 'shop' })).toHaveLength(2)
    expect(api.seen.map(({ query }) => query.get('limit'))).toEqual(['500', '500', '500', '500', null])
  })
})
