import { type Clock, systemClock } from '../kit/clock.ts'
import { VERSION } from '../kit/version.ts'
import type { CallSettings } from './caller.ts'
import type { KubeConnection } from './connection.ts'
import { createInformer } from './informer.ts'
import type { KubeClient } from './kube-client.ts'
import { createObjectCalls } from './object-calls.ts'
import { createRateLimit } from './rate-limit.ts'
import { createRawCalls } from './raw-calls.ts'
import { createTransport } from './transport.ts'
import { DEFAULT_WATCH, type WatchSettings } from './watch.ts'

export interface KubeClientOptions {
  /** Requests a second, and how many at once; watches are not counted. */
  readonly ratePerSecond?: number
  readonly burst?: number
  /** For a call with all its attempts, where the call names no `timeoutMs`; and for one attempt. */
  readonly deadlineMs?: number
  readonly attemptMs?: number
  readonly backoff?: { readonly firstMs: number; readonly longestMs: number }
  readonly watch?: Partial<WatchSettings>
  readonly userAgent?: string
  readonly clock?: Clock
  /** Numbers in [0, 1) for jitter. */
  readonly random?: () => number
  /** Told when an informer could not go on and tries again, in one sentence without secrets. */
  readonly onTrouble?: (detail: string) => void
}

/** The one client of a process. Nothing is sent before its first call. */
export function createKubeClient(connection: KubeConnection, options: KubeClientOptions = {}): KubeClient {
  const clock = options.clock ?? systemClock
  const random = options.random ?? Math.random
  const transport = createTransport(connection)
  let requests = 0
  const settings: CallSettings = {
    connection,
    transport,
    clock,
    random,
    rateLimit: createRateLimit(options.ratePerSecond ?? 50, options.burst ?? 100, clock),
    deadlineMs: options.deadlineMs ?? 60_000,
    attemptMs: options.attemptMs ?? 20_000,
    backoff: options.backoff ?? { firstMs: 200, longestMs: 10_000 },
    userAgent: options.userAgent ?? `seaworthy/${VERSION}`,
    sent: () => {
      requests += 1
    },
  }
  const objects = createObjectCalls(settings)
  const watch = { ...DEFAULT_WATCH, ...options.watch }
  return {
    server: connection.server,
    ...objects,
    ...createRawCalls(settings),
    informer: (resource, scope = {}) =>
      createInformer({ resource, scope, settings, watch, onTrouble: options.onTrouble ?? (() => undefined) }),
    requests: () => requests,
    close: transport.close,
  }
}
