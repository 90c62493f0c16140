import { describe, expect, it, onTestFinished } from 'vitest'
import { systemClock } from '../../src/kit/clock.ts'
import type { KubeClientOptions } from '../../src/kube/create-kube-client.ts'
import type { KubeObject } from '../../src/kube/kube-client.ts'
import { CONFIG_MAPS } from '../../src/kube/resources.ts'
import {
  type Answer,
  clientOf,
  configMap,
  type FakeApi,
  fakeApi,
  hangs,
  refuses,
  resets,
  type Seen,
} from './fake-api.ts'
import { bookmark, errorEvent, expired, listing, until, watching } from './fake-watch.ts'

const QUICK = { clock: systemClock, backoff: { firstMs: 2, longestMs: 10 } } satisfies KubeClientOptions

/** Answers to lists and to watches apart, since only their own order is certain. */
function serve(lists: Answer[], watches: Answer[]): Answer {
  return (response, request) => {
    const script = isWatch(request) ? watches : lists
    const answer = script.length > 1 ? script.shift() : script[0]
    answer?.(response, request)
  }
}

const isWatch = ({ query }: Seen) => query.get('watch') === 'true'
const versions = (api: FakeApi) => api.seen.filter(isWatch).map(({ query }) => query.get('resourceVersion'))
const lists = (api: FakeApi) => api.seen.filter((request) => !isWatch(request)).length

async function follow(api: FakeApi, options: KubeClientOptions = {}) {
  const troubles: string[] = []
  const { client } = clientOf(api, { ...QUICK, onTrouble: (detail) => troubles.push(detail), ...options })
  const end = new AbortController()
  onTestFinished(() => end.abort())
  const informer = client.informer(CONFIG_MAPS, { namespace: 'shop' })
  const changes: string[] = []
  informer.on((change, object: KubeObject) => {
    changes.push(`${change} ${object.metadata.name} ${object.metadata.resourceVersion}`)
  })
  await informer.start(end.signal)
  return { informer, changes, end, troubles }
}

const a1 = configMap('a', 1)
const a2 = configMap('a', 2)
const b3 = configMap('b', 3)

describe('an informer', () => {
  it('lists, watches from there, and tells every change once', async () => {
    const events = [
      { type: 'MODIFIED', object: a2 },
      { type: 'MODIFIED', object: a2 },
      { type: 'ADDED', object: b3 },
      { type: 'DELETED', object: configMap('a', 4) },
    ]
    const api = await fakeApi(serve([listing([a1], 1)], [watching(events)]))
    const { informer, changes } = await follow(api)
    await until(() => changes.length === 4)
    expect(changes).toEqual(['added a 1', 'changed a 2', 'added b 3', 'removed a 4'])
    expect(informer.items()).toEqual([b3])
    expect(informer.get('b')).toEqual(b3)
    expect(api.seen.find(isWatch)?.query.get('allowWatchBookmarks')).toBe('true')
    expect(Number(api.seen.find(isWatch)?.query.get('timeoutSeconds'))).toBeGreaterThanOrEqual(60)
  })

  it('keeps nothing of who has written what', async () => {
    const managedFields = [{ manager: 'kubectl', operation: 'Update', fieldsV1: { 'f:data': {} } }]
    const written = (map: KubeObject) => ({ ...map, metadata: { ...map.metadata, managedFields } })
    const api = await fakeApi(serve([listing([written(a1)], 1)], [watching([{ type: 'ADDED', object: written(b3) }])]))
    const { informer, changes } = await follow(api)
    await until(() => changes.length === 2)
    expect(informer.items()).toEqual([a1, b3])
  })

  it('goes on from the last version, which a bookmark may be all to tell', async () => {
    const api = await fakeApi(
      serve([listing([a1], 1)], [watching([bookmark(9)], 'close'), watching([bookmark(12)], 'reset'), watching([])]),
    )
    await follow(api)
    await until(() => versions(api).length === 3)
    expect(versions(api)).toEqual(['1', '9', '12'])
    expect(lists(api)).toBe(1)
  })

  it.each([
    ['410 in place of a stream', expired],
    ['an ERROR event inside a 200', watching([errorEvent(410, 'Expired')])],
  ])('lists again after %s, and tells only what differs', async (_name, answer) => {
    const api = await fakeApi(
      serve([listing([a1, b3], 3), listing([a2, configMap('c', 5)], 5)], [answer, watching([])]),
    )
    const { changes } = await follow(api)
    await until(() => versions(api).length === 2)
    expect(changes.slice(2)).toEqual(['removed b 3', 'changed a 2', 'added c 5'])
    expect(versions(api)).toEqual(['3', '5'])
  })

  it('tells of an object that was replaced by another of its name', async () => {
    const other = { ...a2, metadata: { ...a2.metadata, uid: 'another' } }
    const api = await fakeApi(serve([listing([a1], 1)], [watching([{ type: 'ADDED', object: other }])]))
    const { changes } = await follow(api)
    await until(() => changes.length === 3)
    expect(changes.slice(1)).toEqual(['removed a 1', 'added a 2'])
  })

  it('goes on where it was after any other error', async () => {
    const api = await fakeApi(
      serve(
        [listing([a1], 1)],
        [watching([errorEvent(500, 'InternalError')]), refuses(503, 'ServiceUnavailable'), resets, watching([])],
      ),
    )
    await follow(api)
    await until(() => versions(api).length === 4)
    expect(versions(api)).toEqual(['1', '1', '1', '1'])
    expect(lists(api)).toBe(1)
  })

  it('loses nothing when a line is cut off or is no JSON', async () => {
    const garbage: Answer = (response) => {
      response.writeHead(200)
      response.end(`${JSON.stringify({ type: 'MODIFIED', object: a2 })}\n<html>\n`)
    }
    const api = await fakeApi(
      serve([listing([a1], 1)], [garbage, watching([], 'cut'), watching([{ type: 'ADDED', object: b3 }])]),
    )
    const { changes } = await follow(api)
    await until(() => changes.length === 3)
    expect(versions(api)).toEqual(['1', '2', '2'])
  })

  it('notices a stream that fell silent, and one that never began', async () => {
    const api = await fakeApi(
      serve([listing([a1], 1)], [watching([]), hangs, watching([{ type: 'ADDED', object: b3 }])]),
    )
    const watch = { serverSeconds: [60, 60], silenceMs: 80 } as const
    const { changes, informer, troubles } = await follow(api, { watch })
    await until(() => changes.length === 2)
    expect(versions(api).slice(0, 3)).toEqual(['1', '1', '1'])
    expect(informer.get('b')).toBeDefined()
    expect(troubles.join()).toContain('the stream fell silent')
  })

  it('leaves a stream that is not closed when it should be', async () => {
    const chatting: Answer = (response) => {
      response.writeHead(200)
      const timer = setInterval(() => response.write(`${JSON.stringify(bookmark(8))}\n`), 5)
      response.once('close', () => clearInterval(timer))
    }
    const api = await fakeApi(serve([listing([a1], 1)], [chatting]))
    await follow(api, { watch: { serverSeconds: [0, 0], silenceMs: 60_000, overdueMs: 150 } })
    await until(() => versions(api).includes('8'))
    expect(lists(api)).toBe(1)
  })

  it('says how long the server has been silent', async () => {
    const api = await fakeApi(serve([listing([], 1)], [watching([])]))
    const { informer } = await follow(api)
    await until(() => informer.silentMs() > 20)
  })

  it('does not take a kind of which nothing changes for a server that is silent', async () => {
    let now = 0
    const closedLate: Answer = (response) => {
      now = 100_000
      response.end()
    }
    const api = await fakeApi(serve([listing([], 1)], [closedLate, watching([])]))
    const { informer } = await follow(api, { clock: { ...systemClock, monotonic: () => now } })
    await until(() => versions(api).length === 2)
    expect(informer.silentMs()).toBe(0)
  })

  it('ends with its signal', async () => {
    const api = await fakeApi(serve([listing([], 1)], [watching([])]))
    const { end } = await follow(api)
    await until(() => versions(api).length === 1)
    end.abort()
    await until(() => api.open() === 0)
    expect(versions(api)).toHaveLength(1)
  })
})

describe('the start of an informer', () => {
  it.each([403, 404])('refuses what waiting does not help: %i', async (status) => {
    const api = await fakeApi(refuses(status, 'Forbidden'))
    await expect(follow(api)).rejects.toMatchObject({ status })
    expect(api.seen).toHaveLength(1)
  })

  it('waits for a server that is not well', async () => {
    const api = await fakeApi(
      serve([resets, refuses(503, 'ServiceUnavailable'), refuses(429, 'TooManyRequests'), listing([a1], 1)], [hangs]),
    )
    const { informer } = await follow(api, { deadlineMs: 5 })
    expect(informer.items()).toEqual([a1])
  })

  it('rejects with its signal', async () => {
    const api = await fakeApi(resets)
    const { client } = clientOf(api, QUICK)
    const end = new AbortController()
    const started = client.informer(CONFIG_MAPS).start(end.signal)
    end.abort(new Error('enough'))
    await expect(started).rejects.toThrow('enough')
  })
})
