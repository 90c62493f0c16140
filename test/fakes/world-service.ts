import type { Clock } from '../../src/kit/clock.ts'
import { deriveSeed, seededRandom } from '../../src/kit/random.ts'
import type { Executor, Traffic, TrafficRecords } from '../../src/model/ports.ts'
import type { Action } from '../../src/model/recipe.ts'
import { ModelExecutor } from '../agent/model-executor.ts'

/** How the simulated service fares. Ratios of failed requests, times in milliseconds. */
export interface Behaviour {
  readonly seed: number
  readonly healthyErrorRatio: number
  readonly brokenErrorRatio: number
  /** How long it stays broken when the fault has ended. */
  readonly recoveryMs: number
  /** Link delays shorter than this do not break it. */
  readonly breaksFromMs: number
  /** Whether the judged traffic meets the faults. */
  readonly crosses: boolean
  /** Answers nothing at all, as long as it lives. */
  readonly dead: boolean
}

export const STURDY: Behaviour = {
  seed: 1,
  healthyErrorRatio: 0,
  brokenErrorRatio: 0,
  recoveryMs: 0,
  breaksFromMs: 0,
  crosses: true,
  dead: false,
}

export const RATE_PER_SECOND = 50
const LATENCY_MS = 20
const TIMEOUT_MS = 500

/** The preview: a platform in memory that remembers when it was broken, and users who feel it. */
export class SimulatedService {
  readonly model = new ModelExecutor({ web: 2, api: 2, db: 1 })
  readonly #counts = [...this.model.counts]
  readonly #clock: Clock
  readonly #behaviour: Behaviour
  /** Each change: from when on it was broken, or no more. */
  readonly #changes: { readonly atMs: number; readonly broken: boolean }[] = []
  readonly #outcomes = new Map<number, boolean>()
  #startMs = Number.POSITIVE_INFINITY
  #stopMs = Number.POSITIVE_INFINITY
  #forgottenMs = Number.NEGATIVE_INFINITY

  constructor(clock: Clock, behaviour: Behaviour) {
    this.#clock = clock
    this.#behaviour = behaviour
  }

  /** No fault is in force. */
  get whole(): boolean {
    const { rules, stress, connections, replicas, counts } = this.model
    if (rules.size + stress.size + connections.size > 0) return false
    for (const { held, stopped } of replicas.values()) if (held || stopped) return false
    return this.#counts.every(([workload, count]) => counts.get(workload) === count)
  }

  /** What is in force, by name. */
  active(): readonly string[] {
    return this.whole ? [] : [...this.model.rules.keys(), ...this.model.stress.keys(), 'something']
  }

  executor(before: (action: Action) => void): Executor {
    return {
      run: async (action) => {
        before(action)
        await this.model.run(action)
        const killed = action.do === 'signal' && action.signal === 'SIGKILL'
        if (killed) this.#changes.push({ atMs: this.#clock.now(), broken: true })
        this.#changes.push({ atMs: this.#clock.now(), broken: this.#broken() })
      },
      read: this.model.read,
      crossings: () => (this.#behaviour.crosses ? this.#sentBy(this.#clock.now()) : 0),
    }
  }

  #broken(): boolean {
    const delays = [...this.model.rules.values()].map(({ rule }) =>
      rule.rule === 'delay' ? rule.latencyMs * (rule.direction === 'both' ? 2 : 1) : Number.POSITIVE_INFINITY,
    )
    if (delays.length > 0) return Math.max(...delays) >= this.#behaviour.breaksFromMs
    return !this.whole
  }

  #sentBy(ms: number): number {
    return Math.max(0, Math.floor(((Math.min(ms, this.#stopMs) - this.#startMs) * RATE_PER_SECOND) / 1_000))
  }

  counts() {
    const n = Number.isFinite(this.#startMs) ? this.#sentBy(this.#clock.now()) : 0
    return ['web', 'api', 'db'].map((service) => ({ service, n, bad: 0 }))
  }

  /** What became of a request does not change any more once it is over. */
  #failed(dueMs: number, index: number): boolean {
    const known = this.#outcomes.get(index)
    if (known !== undefined) return known
    const failed = this.#failsAt(dueMs, index)
    if (dueMs < this.#clock.now()) this.#outcomes.set(index, failed)
    return failed
  }

  #failsAt(dueMs: number, index: number): boolean {
    const { seed, dead, recoveryMs, brokenErrorRatio, healthyErrorRatio } = this.#behaviour
    if (dead) return true
    let broken = false
    let sinceMs = Number.NEGATIVE_INFINITY
    for (const change of this.#changes) {
      if (change.atMs > dueMs) break
      if (change.broken !== broken) sinceMs = change.atMs
      broken = change.broken
    }
    const hurt = broken || (Number.isFinite(sinceMs) && dueMs - sinceMs < recoveryMs)
    return seededRandom(deriveSeed(seed, `request ${index}`))() < (hurt ? brokenErrorRatio : healthyErrorRatio)
  }

  traffic(): Traffic {
    return {
      kind: 'http',
      start: async (signal) => {
        signal.throwIfAborted()
        this.#startMs = this.#clock.now()
      },
      settle: (untilMs) => this.#clock.sleep(untilMs + LATENCY_MS - this.#clock.now()),
      records: (startMs, endMs) => this.#records(startMs, endMs),
      forget: (beforeMs) => {
        this.#forgottenMs = beforeMs
      },
      stats: () => ({ requests: this.#sentBy(this.#clock.now()), lateP99Ms: 0, description: 'simulated users' }),
      stop: async () => {
        this.#stopMs = this.#clock.now()
      },
    }
  }

  #records(startMs: number, endMs: number): TrafficRecords {
    const everyMs = 1_000 / RATE_PER_SECOND
    const from = Math.max(startMs, this.#startMs, this.#forgottenMs)
    const until = Math.min(endMs, this.#stopMs)
    const rows: { dueMs: number; ok: boolean }[] = []
    if (Number.isFinite(this.#startMs)) {
      for (let index = Math.ceil((from - this.#startMs) / everyMs); ; index += 1) {
        const dueMs = this.#startMs + index * everyMs
        if (dueMs >= until) break
        rows.push({ dueMs, ok: !this.#failed(dueMs, index) })
      }
    }
    return {
      length: rows.length,
      dueMs: Float64Array.from(rows, ({ dueMs }) => dueMs),
      latencyMs: Float64Array.from(rows, () => LATENCY_MS),
      ok: Uint8Array.from(rows, ({ ok }) => (ok ? 1 : 0)),
      failure: Uint8Array.from(rows, ({ ok }) => (ok ? 0 : 1)),
      failureKinds: ['ok', 'status 503'],
      timeoutMs: TIMEOUT_MS,
      problems: [],
    }
  }
}
