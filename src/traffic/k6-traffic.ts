import type { Clock } from '../kit/clock.ts'
import { SeaworthyError } from '../kit/errors.ts'
import type { Emit } from '../model/events.ts'
import type { Problem } from '../model/measurement.ts'
import type { Traffic, TrafficRecords } from '../model/ports.ts'
import { createFailureKinds } from './failure-kinds.ts'
import type { K6Spec } from './k6-command.ts'
import type { K6End, K6Source } from './k6-source.ts'
import type { K6Request } from './k6-stream.ts'
import { createRecordStore, FAILED, OK } from './record-store.ts'
import { toRecords } from './to-records.ts'

export interface K6Setting {
  readonly clock: Clock
  readonly emit: Emit
}

/** k6's own default for a request; a script can set another, which its output does not tell. */
const K6_TIMEOUT_MS = 60_000
/** k6 writes every 200 ms, and the number of its users once a second. */
const LEAST_SETTLE_MS = 1_000
const POLL_MS = 20

/** Users are played by a k6 script of the suite's authors, for as long as the script says. */
export function createK6Traffic(spec: K6Spec, source: K6Source, setting: K6Setting): Traffic {
  return new K6Traffic(spec, source, setting)
}

class K6Traffic implements Traffic {
  readonly kind = 'k6'
  readonly #spec: K6Spec
  readonly #source: K6Source
  readonly #setting: K6Setting
  readonly #store = createRecordStore()
  readonly #kinds = createFailureKinds()
  #started = false
  #ended: K6End | undefined
  #startMs = 0
  #requests = 0
  #heardMs = 0
  #longestMs = 0
  #readUntilMs = 0
  #missed = 0
  readonly #dropped: { readonly atMs: number; readonly count: number }[] = []

  constructor(spec: K6Spec, source: K6Source, setting: K6Setting) {
    this.#spec = spec
    this.#source = source
    this.#setting = setting
  }

  /** Resolves when the first request has been answered. Throws SeaworthyError('TRAFFIC') when k6 ends before that. */
  readonly start = async (signal: AbortSignal): Promise<void> => {
    if (this.#started) return
    const { clock } = this.#setting
    this.#startMs = clock.now()
    await this.#source.start(this.#ears(), signal)
    this.#started = true
    signal.addEventListener('abort', () => void this.stop().catch(() => undefined), { once: true })
    const deadline = this.#startMs + this.#source.startLimitMs
    while (this.#requests === 0 && !this.#ended && clock.now() < deadline) await clock.sleep(POLL_MS, signal)
    if (this.#requests > 0) return
    const why = this.#ended ? (this.#ended.trouble ?? 'its script ended') : await this.#source.waitingFor()
    await this.stop()
    throw new SeaworthyError('TRAFFIC', `k6 sent no request: ${why ?? 'it is silent'}`, {
      target: this.#spec.script,
      remedy: this.#source.remedy,
    })
  }

  #ears() {
    return {
      onRequest: (request: K6Request) => this.#add(request),
      onDropped: (count: number, atMs: number) => {
        this.#dropped.push({ atMs, count })
      },
      onTime: (ms: number) => {
        this.#heardMs = Math.max(this.#heardMs, ms)
      },
      onEnd: (end: K6End) => {
        if (this.#ended) return
        this.#ended = end
        if (end.trouble !== undefined) this.#setting.emit({ event: 'warning', detail: end.trouble })
      },
    }
  }

  #add({ dueMs, latencyMs, failure }: K6Request): void {
    this.#requests += 1
    this.#longestMs = Math.max(this.#longestMs, latencyMs)
    if (dueMs < this.#readUntilMs) this.#missed += 1
    const row = this.#store.open(dueMs)
    this.#store.end(
      row,
      failure === undefined ? OK : FAILED,
      latencyMs,
      failure === undefined ? 0 : this.#kinds.indexOf(failure),
    )
  }

  /** k6 tells of a request when it has ended: waits as long again as the slowest one took so far. */
  readonly settle = async (untilMs: number): Promise<void> => {
    const { clock } = this.#setting
    const wait = () => Math.min(K6_TIMEOUT_MS, Math.max(LEAST_SETTLE_MS, this.#longestMs))
    const deaf = () => clock.now() > untilMs + wait() + LEAST_SETTLE_MS * 5
    while (this.#started && !this.#ended && this.#heardMs < untilMs + wait() && !deaf()) await clock.sleep(POLL_MS)
  }

  readonly records = (startMs: number, endMs: number): TrafficRecords => {
    const rows = this.#store.rows(startMs, endMs).flatMap((row) => this.#store.at(row) ?? [])
    const problems = this.#problems(startMs, endMs)
    this.#readUntilMs = Math.max(this.#readUntilMs, Math.min(endMs, this.#heardMs))
    return toRecords(rows, { failureKinds: this.#kinds.names(), timeoutMs: K6_TIMEOUT_MS, problems })
  }

  #problems(startMs: number, endMs: number): readonly Problem[] {
    const dropped = this.#dropped
      .filter(({ atMs }) => atMs >= startMs && atMs < endMs)
      .reduce((sum, { count }) => sum + count, 0)
    const problems: Problem[] = [...this.absent(startMs, endMs), ...this.#source.problems()]
    if (dropped > 0)
      problems.push({
        code: 'LOAD_NOT_DELIVERED',
        detail: `k6 dropped ${dropped} iterations because it had no virtual user free`,
      })
    if (this.#missed > 0)
      problems.push({
        code: 'PARTIAL_DATA',
        detail: `${this.#missed} requests ended only after their window had been read`,
      })
    return problems
  }

  readonly absent = (startMs: number, endMs: number): readonly Problem[] => {
    if (!this.#started) return [{ code: 'TRAFFIC_FAILED', detail: 'k6 was never started' }]
    const now = this.#setting.clock.now()
    const problems: Problem[] = []
    if (this.#ended?.trouble !== undefined) problems.push({ code: 'TRAFFIC_FAILED', detail: this.#ended.trouble })
    if (this.#ended && this.#ended.atMs < endMs) problems.push(endedEarly(endMs - this.#ended.atMs))
    if (!this.#ended && this.#heardMs < endMs && now >= endMs + LEAST_SETTLE_MS)
      problems.push({ code: 'PARTIAL_DATA', detail: `k6 has said nothing for ${Math.round(now - this.#heardMs)} ms` })
    if (startMs < this.#startMs)
      problems.push({
        code: 'LOAD_NOT_DELIVERED',
        detail: `k6 was started ${Math.round(this.#startMs - startMs)} ms into the window`,
      })
    return problems
  }

  readonly forget = (beforeMs: number): void => {
    this.#store.forget(beforeMs)
    const kept = this.#dropped.filter(({ atMs }) => atMs >= beforeMs)
    this.#dropped.splice(0, this.#dropped.length, ...kept)
  }

  readonly stats = () => {
    const description = `k6 ${this.#spec.script}${this.#source.where}`
    return { requests: this.#requests, lateP99Ms: null, description }
  }

  readonly stop = (): Promise<void> => this.#source.stop()
}

function endedEarly(earlyMs: number): Problem {
  return {
    code: 'LOAD_NOT_DELIVERED',
    detail: `k6 ended ${Math.round(earlyMs)} ms before the window did; its script must run longer than the suite`,
  }
}
