import type { Clock } from '../kit/clock.ts'
import { messageOf, SeaworthyError } from '../kit/errors.ts'
import { deriveSeed, seededRandom } from '../kit/random.ts'
import type { Emit } from '../model/events.ts'
import type { Problem } from '../model/measurement.ts'
import type { Traffic, TrafficRecords } from '../model/ports.ts'
import type { HttpRequestSpec, TrafficSpec } from '../model/suite.ts'
import { deliveryProblems, plannedBetween } from './delivery.ts'
import { describeRequests } from './describe-requests.ts'
import { createFailureKinds } from './failure-kinds.ts'
import { latenessLimitMs } from './lateness.ts'
import { createLatenessSketch } from './lateness-sketch.ts'
import { createRecordStore, FAILED, OK, PENDING, type StoredRow, UNSENT } from './record-store.ts'
import { createConnections, type Destination, type Ended, sendRequest } from './send-request.ts'
import { toRecords } from './to-records.ts'
import { weightedChoice } from './weighted-choice.ts'

type HttpSpec = Extract<TrafficSpec, { kind: 'http' }>

export interface HttpTrafficSetting {
  readonly resolve: (url: string) => string
  readonly seed: number
  readonly clock: Clock
  readonly emit: Emit
  /** Told of every request as it ends, for a reader in another process. */
  readonly onEnd?: (ended: EndedRequest) => void
}

export interface EndedRequest {
  readonly dueMs: number
  readonly lateMs: number
  readonly latencyMs: number
  readonly outcome: typeof OK | typeof FAILED | typeof UNSENT
  /** `ok` when it did not fail. */
  readonly failure: string
}

/** How far a generator is: every request that was due before has been sent, and every one before `endedMs` has ended. */
interface GeneratorProgress {
  /** When request 0 was due. */
  readonly startMs: number
  readonly dueMs: number
  readonly endedMs: number
}

export interface HttpTraffic extends Traffic {
  readonly progress: () => GeneratorProgress
}

/** A wall clock that was set by more than this while we ran puts windows and requests out of step. */
const CLOCK_STEP_MS = 250
const SETTLE_POLL_MS = 5

/**
 * An open loop at a constant rate: request i is due at start + i / rate whatever became of those before,
 * and its latency counts from then, so that a stall is felt by every request that fell into it (no coordinated omission).
 */
export function createHttpTraffic(spec: HttpSpec, setting: HttpTrafficSetting): HttpTraffic {
  const generator = new HttpGenerator(spec, setting)
  return {
    kind: 'http',
    start: async (signal) => generator.start(signal),
    settle: (untilMs) => generator.settle(untilMs),
    records: (startMs, endMs) => generator.records(startMs, endMs),
    forget: (beforeMs) => generator.forget(beforeMs),
    stats: () => generator.stats(),
    stop: () => generator.stop(),
    progress: () => generator.progress(),
  }
}

class HttpGenerator {
  readonly #spec: HttpSpec
  readonly #setting: HttpTrafficSetting
  readonly #store = createRecordStore()
  readonly #kinds = createFailureKinds()
  readonly #lateness = createLatenessSketch()
  readonly #connections
  readonly #stopping = new AbortController()
  /** By row: drops the request. */
  readonly #inFlight = new Map<number, () => void>()
  readonly #mostInFlight: number
  #next: () => { readonly destination: Destination } = () => {
    throw new SeaworthyError('TRAFFIC', 'traffic was not started')
  }
  #startMs = 0
  #startMonotonic = 0
  #issued = 0
  #ended = 0
  #pacing: Promise<void> | undefined
  #broken: string | undefined

  constructor(spec: HttpSpec, setting: HttpTrafficSetting) {
    this.#spec = spec
    this.#setting = setting
    this.#connections = createConnections(spec.keepAlive)
    this.#mostInFlight = Math.max(16, Math.ceil(((spec.ratePerSecond * spec.timeoutMs) / 1_000) * 2))
  }

  start(signal: AbortSignal): void {
    if (this.#pacing) return
    const { clock, seed } = this.#setting
    const destinations = this.#spec.requests.map((request) => ({
      weight: request.weight,
      destination: this.#destination(request),
    }))
    this.#next = weightedChoice(destinations, seededRandom(deriveSeed(seed, 'traffic')))
    this.#startMs = clock.now()
    this.#startMonotonic = clock.monotonic()
    const ending = AbortSignal.any([signal, this.#stopping.signal])
    ending.addEventListener('abort', () => void this.stop(), { once: true })
    this.#pacing = this.#pace(ending).catch((error: unknown) => {
      if (ending.aborted) return
      this.#broken = messageOf(error)
      this.#setting.emit({ event: 'warning', detail: `traffic ended early: ${this.#broken}` })
    })
  }

  #destination(spec: HttpRequestSpec): Destination {
    const url = this.#setting.resolve(spec.url)
    const parsed = URL.canParse(url) ? new URL(url) : undefined
    if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
      throw new SeaworthyError('TRAFFIC', `traffic cannot be sent to ${spec.url}`, {
        target: spec.url,
        remedy: 'Give an http:// or https:// address.',
      })
    }
    return { url: parsed, spec }
  }

  async #pace(signal: AbortSignal): Promise<void> {
    const { clock } = this.#setting
    while (!signal.aborted) {
      while (!signal.aborted && this.#dueIn() <= 0) this.#issue()
      await clock.sleep(Math.max(1, this.#dueIn()), signal)
    }
  }

  /** Milliseconds from the start to the due time of a request. */
  #offset(index: number): number {
    return (index * 1_000) / this.#spec.ratePerSecond
  }

  #elapsed(): number {
    return this.#setting.clock.monotonic() - this.#startMonotonic
  }

  #dueIn(): number {
    return this.#offset(this.#issued) - this.#elapsed()
  }

  #issue(): void {
    const offset = this.#offset(this.#issued)
    this.#issued += 1
    const { destination } = this.#next()
    const row = this.#store.open(this.#startMs + offset)
    const lateMs = this.#elapsed() - offset
    this.#lateness.add(lateMs)
    this.#store.sent(row, lateMs)
    // Too late to be answered in time, whatever the service does: it is not the service that failed.
    if (lateMs >= this.#spec.timeoutMs || this.#inFlight.size >= this.#mostInFlight) this.#end(row, UNSENT, 0, 0)
    else this.#send(destination, row, offset, this.#spec.timeoutMs - lateMs)
  }

  #send(destination: Destination, row: number, offset: number, leftMs: number): void {
    const { timeoutMs } = this.#spec
    const timer = setTimeout(() => {
      drop()
      this.#end(row, FAILED, timeoutMs, this.#kinds.indexOf('timeout'))
    }, leftMs)
    const drop = sendRequest(destination, this.#connections, (how) => {
      clearTimeout(timer)
      this.#conclude(row, how, Math.min(timeoutMs, this.#elapsed() - offset))
    })
    this.#inFlight.set(row, () => {
      clearTimeout(timer)
      drop()
    })
  }

  #conclude(row: number, how: Ended, latencyMs: number): void {
    if (how.as === 'ok' && latencyMs < this.#spec.timeoutMs) this.#end(row, OK, latencyMs, 0)
    else if (how.as === 'ok') this.#end(row, FAILED, latencyMs, this.#kinds.indexOf('timeout'))
    else if (how.as === 'failed') this.#end(row, FAILED, latencyMs, this.#kinds.indexOf(how.kind))
    else this.#end(row, UNSENT, 0, 0)
  }

  #end(row: number, outcome: typeof OK | typeof FAILED | typeof UNSENT, latencyMs: number, failure: number): void {
    this.#inFlight.delete(row)
    this.#store.end(row, outcome, latencyMs, failure)
    if (outcome !== UNSENT) this.#ended += 1
    this.#tell(row, outcome, latencyMs, failure)
  }

  #tell(row: number, outcome: EndedRequest['outcome'], latencyMs: number, failure: number): void {
    const { onEnd } = this.#setting
    const stored = onEnd && this.#store.at(row)
    if (!stored) return
    const { dueMs, lateMs } = stored
    onEnd({ dueMs, lateMs, latencyMs, outcome, failure: this.#kinds.names()[failure] ?? 'other' })
  }

  progress(): GeneratorProgress {
    const dueMs = this.#nextDueMs()
    return { startMs: this.#startMs, dueMs, endedMs: Math.min(dueMs, this.#store.firstPendingMs() ?? dueMs) }
  }

  async settle(untilMs: number): Promise<void> {
    while (this.#pacing && !this.#over() && (this.#nextDueMs() < untilMs || this.#store.pendingBefore(untilMs))) {
      await this.#setting.clock.sleep(SETTLE_POLL_MS)
    }
  }

  #over(): boolean {
    return this.#stopping.signal.aborted || this.#broken !== undefined
  }

  #nextDueMs(): number {
    return this.#startMs + this.#offset(this.#issued)
  }

  records(startMs: number, endMs: number): TrafficRecords {
    const rows = this.#store.rows(startMs, endMs).flatMap((row) => this.#store.at(row) ?? [])
    return toRecords(
      rows.filter(({ state }) => state !== PENDING && state !== UNSENT),
      {
        failureKinds: this.#kinds.names(),
        timeoutMs: this.#spec.timeoutMs,
        problems: this.#problems(startMs, endMs, rows),
      },
    )
  }

  #problems(startMs: number, endMs: number, rows: readonly StoredRow[]): readonly Problem[] {
    if (!this.#pacing) return [{ code: 'TRAFFIC_FAILED', detail: 'traffic was never started' }]
    const { ratePerSecond, timeoutMs } = this.#spec
    const now = this.#startMs + this.#elapsed()
    // What has stopped will not send any more: nothing of the window is merely late.
    const isComplete = this.#over() || this.#nextDueMs() >= endMs
    const untilMs = isComplete ? endMs : Math.min(endMs, now - latenessLimitMs(timeoutMs))
    const planned = plannedBetween(this.#startMs, ratePerSecond, startMs, untilMs)
    return [
      ...(this.#broken === undefined
        ? []
        : [{ code: 'TRAFFIC_FAILED' as const, detail: `the generator ended early: ${this.#broken}` }]),
      ...deliveryProblems({ planned, rows, timeoutMs }),
      ...this.#clockProblems(now),
    ]
  }

  #clockProblems(now: number): readonly Problem[] {
    const stepMs = Math.round(this.#setting.clock.now() - now)
    if (Math.abs(stepMs) <= CLOCK_STEP_MS) return []
    return [{ code: 'CLOCK_SKEW', detail: `this machine's clock was set by ${stepMs} ms while the traffic ran` }]
  }

  forget(beforeMs: number): void {
    this.#store.forget(beforeMs)
  }

  stats() {
    return {
      requests: this.#ended,
      lateP99Ms: this.#lateness.p99Ms(),
      description: describeRequests(this.#spec),
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('traffic was stopped'))
    for (const [row, drop] of [...this.#inFlight]) {
      drop()
      this.#end(row, UNSENT, 0, 0)
    }
    this.#connections.close()
    await this.#pacing
  }
}
