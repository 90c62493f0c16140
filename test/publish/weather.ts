import type { Clock } from '../../src/kit/clock.ts'
import type { Fate, Weather } from '../fakes/github.ts'

/** Pseudo-random numbers in [0, 1) that a seed repeats (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

interface Event {
  readonly atMs: number
  readonly order: number
  readonly actor: boolean
  readonly go: () => void
}

/**
 * Time that passes only when nobody can do anything more: each of the actors waits for an answer of the fake, or
 * sleeps. So the order of all that happens follows from the seed alone, over real connections, on however slow a machine.
 */
export interface Sea {
  readonly clock: Clock
  readonly nowMs: () => number
  /** Something that is nobody's: it happens at its time. */
  readonly at: (atMs: number, what: () => void) => void
  /** Runs a task as an actor that starts at a time. */
  readonly actor: <T>(atMs: number, task: () => Promise<T>) => Promise<T>
  /** Waits as an actor. */
  readonly pass: (ms: number) => Promise<void>
}

export function openSea(): Sea {
  const events: Event[] = []
  let nowMs = 0
  let order = 0
  let actors = 0
  let waiting = 0

  function add(atMs: number, actor: boolean, go: () => void): void {
    events.push({ atMs: Math.max(atMs, nowMs), order: order++, actor, go })
    if (actor) waiting += 1
    advance()
  }

  function advance(): void {
    if (waiting < actors || events.length === 0) return
    events.sort((one, other) => one.atMs - other.atMs || one.order - other.order)
    const next = events.shift()
    if (!next) return
    nowMs = next.atMs
    if (next.actor) waiting -= 1
    next.go()
    if (!next.actor) advance()
  }

  const pass = (ms: number) => new Promise<void>((resolve) => add(nowMs + ms, true, resolve))
  return {
    clock: { now: () => 1_800_000_000_000 + nowMs, monotonic: () => nowMs, sleep: pass },
    nowMs: () => nowMs,
    at: (atMs, what) => add(atMs, false, what),
    actor: async (atMs, task) => {
      actors += 1
      await pass(atMs - nowMs)
      try {
        return await task()
      } finally {
        actors -= 1
        advance()
      }
    },
    pass,
  }
}

export interface Climate {
  readonly slowestMs: number
  /** Shares of all requests. */
  readonly refused: number
  readonly lost: number
  readonly late: number
}

/** The weather of a seed over a sea. */
export function weatherOf(sea: Sea, random: () => number, { slowestMs, refused, lost, late }: Climate): Weather {
  const some = () => 5 + random() ** 3 * slowestMs
  return {
    before: async () => {
      await sea.pass(some())
      const dice = random()
      if (dice < refused) return refusalOf(random())
      if (dice < refused + late) return { kind: 'late', when: new Promise((go) => sea.at(sea.nowMs() + some(), go)) }
      return { kind: 'served', lost: dice < refused + late + lost }
    },
    after: () => sea.pass(some()),
  }
}

function refusalOf(dice: number): Fate {
  const [status, headers] = REFUSALS[Math.floor(dice * REFUSALS.length)] ?? [500, {}]
  return { kind: 'refused', status, headers }
}

const REFUSALS: readonly (readonly [number, Readonly<Record<string, string>>])[] = [
  [500, {}],
  [502, {}],
  [503, {}],
  [429, { 'retry-after': '2' }],
  [403, { 'retry-after': '1' }],
]
