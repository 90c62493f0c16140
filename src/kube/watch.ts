import type { IncomingMessage } from 'node:http'
import type { CallSettings } from './caller.ts'
import { jsonLines } from './json-lines.ts'
import type { KubeObject, Resource, Scope } from './kube-client.ts'
import { askedOf } from './object-call.ts'
import { pathOf, queryOf, scopeQuery } from './paths.ts'
import { noAnswer, refusal } from './refusal.ts'

export interface WatchSettings {
  /** The server is asked to close after a time between these two, in seconds. */
  readonly serverSeconds: readonly [number, number]
  /** A stream on which nothing came for so long is dead: bookmarks come about once a minute. */
  readonly silenceMs: number
  /** A stream that the server has not closed so long after it was asked to is dead. */
  readonly overdueMs: number
}

export const DEFAULT_WATCH: WatchSettings = { serverSeconds: [60, 90], silenceMs: 90_000, overdueMs: 10_000 }

export interface WatchEvent {
  readonly type: string
  readonly object: KubeObject
}

export interface WatchOptions {
  readonly resource: Resource
  readonly scope: Scope
  readonly resourceVersion: string
  readonly settings: CallSettings
  readonly watch: WatchSettings
  readonly signal: AbortSignal
}

/**
 * The events of one watch until the server closes it. Throws KubeError for a refusal, for silence and for a stream that
 * is not closed in time; BrokenLine for what is not JSON; Node's error for a reset; the signal's reason.
 */
export async function* watchOnce(options: WatchOptions): AsyncGenerator<WatchEvent> {
  const { settings, watch, signal } = options
  const [least, most] = watch.serverSeconds
  const seconds = Math.round(least + settings.random() * (most - least))
  const patience = createPatience(watch.silenceMs, seconds * 1_000 + watch.overdueMs)
  const asked = askedOf(settings, 'watch', options.resource, options.scope.namespace, undefined)
  try {
    const answer = await openWatch(options, seconds, AbortSignal.any([signal, patience.signal]))
    if (answer.statusCode !== 200) throw refusal(asked, answer.statusCode ?? 0, await wholeBody(answer))
    for await (const event of jsonLines(heard(answer, patience.heard))) if (isWatchEvent(event)) yield event
  } catch (error) {
    if (signal.aborted) throw signal.reason
    throw patience.signal.aborted ? noAnswer(asked, 'the stream fell silent') : error
  } finally {
    patience.end()
  }
}

async function openWatch(options: WatchOptions, seconds: number, signal: AbortSignal): Promise<IncomingMessage> {
  const { resource, scope, settings } = options
  const query = queryOf({
    ...scopeQuery(scope),
    watch: 'true',
    allowWatchBookmarks: 'true',
    resourceVersion: options.resourceVersion,
    timeoutSeconds: String(seconds),
  })
  const { credentials } = settings.connection
  const send = async () => {
    const held = await credentials.current()
    settings.sent()
    return settings.transport.send({
      method: 'GET',
      path: `${pathOf(resource, scope.namespace)}${query}`,
      headers: { 'user-agent': settings.userAgent },
      body: undefined,
      credentials: held,
      signal,
      pool: 'streams',
    })
  }
  const answer = await send()
  if (answer.statusCode !== 401 || !(await credentials.renew())) return answer
  answer.resume()
  return send()
}

/** Aborts when nothing was heard for `silenceMs`, or at the latest after `atMostMs`. */
function createPatience(silenceMs: number, atMostMs: number) {
  const controller = new AbortController()
  const giveUp = () => controller.abort()
  const silence = setTimeout(giveUp, silenceMs)
  const end = setTimeout(giveUp, atMostMs)
  return {
    signal: controller.signal,
    heard: () => {
      silence.refresh()
    },
    end: () => {
      clearTimeout(silence)
      clearTimeout(end)
      // Whoever stopped reading has left the stream open.
      controller.abort()
    },
  }
}

async function* heard(chunks: AsyncIterable<Buffer>, tell: () => void): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    tell()
    yield chunk
  }
}

async function wholeBody(answer: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of answer) if (chunks.length < 64) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function isWatchEvent(value: unknown): value is WatchEvent {
  if (typeof value !== 'object' || value === null) return false
  const { type, object } = value as { type?: unknown; object?: unknown }
  return typeof type === 'string' && typeof object === 'object' && object !== null
}
