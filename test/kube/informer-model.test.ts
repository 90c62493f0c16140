import type { ServerResponse } from 'node:http'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { systemClock } from '../../src/kit/clock.ts'
import type { KubeObject } from '../../src/kube/kube-client.ts'
import { CONFIG_MAPS } from '../../src/kube/resources.ts'
import { type Answer, clientOf, configMap, fakeApi } from './fake-api.ts'
import { expired, listing, until, type WatchLine, watching } from './fake-watch.ts'

/** A server with a history of which it remembers only a part. */
class World {
  readonly objects = new Map<string, KubeObject>()
  readonly history: (WatchLine & { readonly version: number })[] = []
  version = 1
  compacted = 0
  streams = new Set<ServerResponse>()

  change(name: string, kind: 'put' | 'drop'): void {
    const before = this.objects.get(name)
    if (kind === 'drop' && !before) return
    this.version += 1
    const object = configMap(name, this.version)
    if (kind === 'put') this.objects.set(name, object)
    else this.objects.delete(name)
    const type = kind === 'drop' ? 'DELETED' : before ? 'MODIFIED' : 'ADDED'
    this.history.push({ version: this.version, type, object })
    for (const stream of this.streams) stream.write(`${JSON.stringify({ type, object })}\n`)
  }

  readonly serve: Answer = (response, request) => {
    if (request.query.get('watch') !== 'true')
      return listing([...this.objects.values()], this.version)(response, request)
    const from = Number(request.query.get('resourceVersion'))
    if (from < this.compacted) return expired(response, request)
    watching(this.history.filter(({ version }) => version > from))(response, request)
    this.streams.add(response)
    response.once('close', () => this.streams.delete(response))
  }

  breakStreams(how: 'close' | 'reset' | 'cut' | 'forget'): void {
    if (how === 'forget') this.compacted = this.version
    for (const stream of this.streams) {
      this.streams.delete(stream)
      if (how === 'close' || how === 'forget') stream.end()
      if (how === 'cut') stream.end('{"type":"ADDED","obj')
      if (how === 'reset') stream.socket?.resetAndDestroy()
    }
  }
}

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ name: fc.constantFrom('a', 'b', 'c'), kind: fc.constantFrom('put', 'drop') }) },
  { weight: 1, arbitrary: fc.constantFrom('close', 'reset', 'cut', 'forget', 'pause') },
)

it('has what the server has in the end, and told every step of it, whatever broke between', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const world = new World()
      const api = await fakeApi(world.serve)
      const { client } = clientOf(api, { clock: systemClock, backoff: { firstMs: 1, longestMs: 2 } })
      const end = new AbortController()
      const informer = client.informer(CONFIG_MAPS, { namespace: 'shop' })
      const told = new Map<string, string | undefined>()
      informer.on((change, { metadata }) => {
        expect(told.has(metadata.name)).toBe(change !== 'added')
        if (change === 'removed') told.delete(metadata.name)
        else told.set(metadata.name, metadata.resourceVersion)
      })
      await informer.start(end.signal)
      for (const one of steps) {
        if (typeof one !== 'string') world.change(one.name, one.kind as 'put' | 'drop')
        else if (one === 'pause') await new Promise((resolve) => setTimeout(resolve, 3))
        else world.breakStreams(one as 'close')
      }
      const wanted = () =>
        JSON.stringify([...world.objects].map(([name, { metadata }]) => [name, metadata.resourceVersion]).sort())
      await until(() => JSON.stringify([...told].sort()) === wanted())
      expect(
        informer
          .items()
          .map(({ metadata }) => metadata.name)
          .sort(),
      ).toEqual([...world.objects.keys()].sort())
      end.abort()
      client.close()
    }),
    { numRuns: 40 },
  )
})
