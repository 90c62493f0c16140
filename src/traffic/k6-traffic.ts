import { createInterface } from 'node:readline'
import type { Clock } from '../kit/clock.ts'
import { SeaworthyError } from '../kit/errors.ts'
import { start as startProcess } from '../kit/exec.ts'
import type { Emit } from '../model/events.ts'
import type { Problem } from '../model/measurement.ts'
import type { Traffic, TrafficRecords } from '../model/ports.ts'
import { createFailureKinds } from './failure-kinds.ts'
import { type K6Place, type K6Spec, k6Command } from './k6-command.ts'
import { createK6Reader, type K6Request } from './k6-stream.ts'
import { createRecordStore, FAILED, OK } from './record-store.ts'
import { toRecords } from './to-records.ts'

export interface K6Setting extends K6Place {
  readonly clock: Clock
  readonly emit: Emit
}

/** k6's own default for a request; a script can set another, which its output does not tell. */
const K6_TIMEOUT_MS = 60_000
/** k6 writes every 200 ms, and the number of its users once a second. */
const LEAST_SETTLE_MS = 1_000
const START_LIMIT_MS = 60_000
const STOP_LIMIT_MS = 3_000
const POLL_MS = 20
/** k6's exit code when a threshold of the script was crossed: the script's own opinion, not a failure of the generator. */
const THRESHOLDS_CROSSED = 99

/** Users are played by a k6 script of the suite's authors, for as long as the script says. */
export function createK6Traffic(spec: K6Spec, setting: K6Setting): Traffic {
  const generator = new K6Generator(spec, setting)
  return {
    kind: 'k6',
    start: (signal) => generator.start(signal),
    settle: (untilMs) => generator.settle(untilMs),
    records: (startMs, endMs) => generator.records(startMs, endMs),
    forget: (beforeMs) => generator.forget(beforeMs),
    stats: () => generator.stats(),
    stop: () => generator.stop(),
  }
}

type K6Process = ReturnType<typeof startProcess>

interface K6End {
  readonly atMs: number
  /** Undefined when it did what it was asked to. */
  readonly trouble: string | undefined
}

class K6Generator {
  readonly #spec: K6Spec
  readonly #setting: K6Setting
  readonly #store = createRecordStore()
  readonly #kinds = createFailureKinds()
  #child: K6Process | undefined
  #ended: K6End | undefined
  #startMs = 0
  #requests = 0
  #heardMs = 0
  #longestMs = 0
  #readUntilMs = 0
  #missed = 0
  #stopping = false
  readonly #dropped: { readonly atMs: number; readonly count: number }[] = []
  /** The last words on stderr, for the message when k6 fails. */
  #words = ''

  constructor(spec: K6Spec, setting: K6Setting) {
    this.#spec = spec
    this.#setting = setting
  }

  /** Resolves when the first request has been answered. Throws SeaworthyError('TRAFFIC') when k6 ends before that. */
  async start(signal: AbortSignal): Promise<void> {
    if (this.#child) return
    const { program, args, directory, env } = k6Command(this.#spec, this.#setting)
    this.#startMs = this.#setting.clock.now()
    this.#child = startProcess(program, args, { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#listen(this.#child)
    signal.addEventListener('abort', () => void this.stop(), { once: true })
    const deadline = this.#startMs + START_LIMIT_MS
    while (this.#requests === 0 && !this.#ended && this.#setting.clock.now() < deadline)
      await this.#setting.clock.sleep(POLL_MS, signal)
    if (this.#requests > 0) return
    await this.stop()
    throw new SeaworthyError('TRAFFIC', `k6 sent no request: ${this.#ended?.trouble ?? 'its script ended'}`, {
      target: this.#spec.script,
      remedy: `Try it by hand: k6 run ${this.#spec.script}`,
    })
  }

  #listen(child: K6Process): void {
    const reader = createK6Reader({
      onRequest: (request) => this.#add(request),
      onDropped: (count, atMs) => this.#dropped.push({ atMs, count }),
      onTime: (ms) => {
        this.#heardMs = Math.max(this.#heardMs, ms)
      },
    })
    if (child.stdout) createInterface({ input: child.stdout }).on('line', reader.line)
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#words = `${this.#words}${chunk.toString('utf8')}`.slice(-2_000)
    })
    child.on('error', (error) => this.#end(`it could not be started: ${error.message}`))
    // `close` comes after the last line of stdout, `exit` may come before.
    child.on('close', (code, signal) => {
      reader.end()
      this.#end(
        code === 0 || code === THRESHOLDS_CROSSED || this.#stopping
          ? undefined
          : `k6 ended with ${signal ?? code}${this.#lastWords()}`,
      )
    })
  }

  #end(trouble: string | undefined): void {
    if (this.#ended) return
    this.#ended = { atMs: this.#setting.clock.now(), trouble }
    if (trouble !== undefined) this.#setting.emit({ event: 'warning', detail: trouble })
  }

  /** The last line, without control characters and without the values of the suite's own variables, which may be secret. */
  #lastWords(): string {
    const last = this.#words.trim().split('\n').at(-1) ?? ''
    const secrets = Object.values(this.#spec.env).filter((value) => value.length >= 4)
    const safe = secrets.reduce((text, secret) => text.replaceAll(secret, '***'), last).replaceAll(/\p{Cc}/gu, ' ')
    return safe === '' ? '' : `: ${safe.slice(0, 300)}`
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
  async settle(untilMs: number): Promise<void> {
    const { clock } = this.#setting
    const wait = () => Math.min(K6_TIMEOUT_MS, Math.max(LEAST_SETTLE_MS, this.#longestMs))
    const deaf = () => clock.now() > untilMs + wait() + LEAST_SETTLE_MS * 5
    while (this.#child && !this.#ended && this.#heardMs < untilMs + wait() && !deaf()) await clock.sleep(POLL_MS)
  }

  records(startMs: number, endMs: number): TrafficRecords {
    const rows = this.#store.rows(startMs, endMs).flatMap((row) => this.#store.at(row) ?? [])
    const problems = this.#problems(startMs, endMs)
    this.#readUntilMs = Math.max(this.#readUntilMs, Math.min(endMs, this.#heardMs))
    return toRecords(rows, { failureKinds: this.#kinds.names(), timeoutMs: K6_TIMEOUT_MS, problems })
  }

  #problems(startMs: number, endMs: number): readonly Problem[] {
    if (!this.#child) return [{ code: 'TRAFFIC_FAILED', detail: 'k6 was never started' }]
    const dropped = this.#dropped
      .filter(({ atMs }) => atMs >= startMs && atMs < endMs)
      .reduce((sum, { count }) => sum + count, 0)
    const problems: Problem[] = []
    if (this.#ended?.trouble !== undefined) problems.push({ code: 'TRAFFIC_FAILED', detail: this.#ended.trouble })
    if (this.#ended && this.#ended.atMs < endMs) problems.push(this.#endedEarly(endMs - this.#ended.atMs))
    if (!this.#ended && this.#heardMs < endMs && this.#setting.clock.now() >= endMs + LEAST_SETTLE_MS) {
      problems.push({
        code: 'PARTIAL_DATA',
        detail: `k6 has said nothing for ${Math.round(this.#setting.clock.now() - this.#heardMs)} ms`,
      })
    }
    if (startMs < this.#startMs)
      problems.push({
        code: 'LOAD_NOT_DELIVERED',
        detail: `k6 was started ${Math.round(this.#startMs - startMs)} ms into the window`,
      })
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

  #endedEarly(earlyMs: number): Problem {
    return {
      code: 'LOAD_NOT_DELIVERED',
      detail: `k6 ended ${Math.round(earlyMs)} ms before the window did; its script must run longer than the suite`,
    }
  }

  forget(beforeMs: number): void {
    this.#store.forget(beforeMs)
    const kept = this.#dropped.filter(({ atMs }) => atMs >= beforeMs)
    this.#dropped.splice(0, this.#dropped.length, ...kept)
  }

  stats() {
    return { requests: this.#requests, lateP99Ms: null, description: `k6 ${this.#spec.script}` }
  }

  async stop(): Promise<void> {
    const child = this.#child
    if (!child || this.#ended) return
    this.#stopping = true
    const { clock } = this.#setting
    const deadline = clock.monotonic() + STOP_LIMIT_MS
    child.kill('SIGINT')
    while (!this.#ended) {
      if (clock.monotonic() > deadline) child.kill('SIGKILL')
      await clock.sleep(POLL_MS)
    }
  }
}
