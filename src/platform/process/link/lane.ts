import type { Socket } from 'node:net'
import { sampleDelay } from '../../../kit/delay-sample.ts'
import { Fifo } from './fifo.ts'
import { dueAt, type ItemDelay, type LaneItem, type LaneRules, NO_LANE_RULES } from './lane-item.ts'
import { type Narrowing, Permit } from './permit.ts'
import type { RuleState } from './rule-state.ts'
import type { Witness } from './witness.ts'

/** Most that a lane keeps before it stops reading: about what a kernel would buffer. */
const HELD_BYTES = 262_144
/** A delayed lane keeps what is in flight; less would turn latency into a bandwidth limit. */
const IN_FLIGHT_BYTES = 4_194_304

/** How long bytes that came before a reset may take to get out before it. */
const RESET_GRACE_MS = 500
const NO_DELAYS: readonly ItemDelay[] = []
const NOTHING = Buffer.alloc(0)

/** What the owner says about the item at the front: let it through, take it out, ask again when pumped, or in so many ms. */
export type GateWord = 'pass' | 'drop' | 'wait' | number

export interface LaneOptions<Tag> {
  readonly witness: Witness
  /** Asked for each data item at the front, maybe more than once. */
  readonly gate?: ((tag: Tag, bytes: Buffer) => GateWord) | undefined
  readonly narrowing: (rule: LaneRules['bandwidths'][number]) => Narrowing
  /** A reset came through: end the destination. */
  readonly onReset: () => void
  /** It was full, and has room again. */
  readonly onRoom?: (() => void) | undefined
}

/**
 * One direction of one connection: what comes in goes out in order, unchanged, as soon as the rules allow.
 * Nothing is lost: a full lane stops reading its source, and what a rule held goes out when the rule goes.
 */
export class Lane<Tag> {
  readonly #options: LaneOptions<Tag>
  readonly #queue = new Fifo<LaneItem<Tag>>()
  #rules: LaneRules = NO_LANE_RULES
  #narrowings: readonly Narrowing[] = []
  #queuedBytes = 0
  /** Bytes of the front item that are out already. */
  #offset = 0
  #source: Socket | undefined
  #destination: Socket | undefined
  #permit: Permit | undefined
  #timer: NodeJS.Timeout | undefined
  #pumping = false
  #ended = false
  #stopped = false
  #flushing = false
  #wasFull = false
  #resetWaits: LaneItem<Tag> | undefined

  constructor(options: LaneOptions<Tag>) {
    this.#options = options
  }

  /** Where it reads from; undefined sources are not held back. */
  readFrom(source: Socket): void {
    this.#source = source
    this.#flow()
  }

  /** Where it writes to; until then everything waits. */
  writeTo(destination: Socket): void {
    this.#destination = destination
    destination.on('drain', () => this.pump())
    this.pump()
  }

  /** Nothing can follow an end: what is pushed after it is dropped. */
  push(bytes: Buffer, tag?: Tag): void {
    if (bytes.length > 0 && !this.#ended) this.#put({ kind: 'data', bytes, tag, ...this.#fate(bytes.length) })
  }

  end(): void {
    if (this.#ended) return
    this.#put({ kind: 'fin', ...this.#fate(0) })
    this.#ended = true
  }

  reset(manner: 'reset' | 'orderly-reset'): void {
    const item = { kind: manner, ...this.#fate(0) } as LaneItem<Tag>
    if (manner === 'reset') this.#resetWaits ??= item
    this.#put(item)
  }

  ping(arrived: () => void): void {
    if (!this.#ended) this.#put({ kind: 'ping', arrived, ...this.#fate(0) })
  }

  setRules(rules: LaneRules): void {
    if (this.#stopped) return
    const before = this.#rules
    this.#rules = rules
    const now = performance.now()
    for (const rule of rules.hangs) if (!before.hangs.includes(rule)) this.#holdQueued(rule, now)
    for (const rule of before.hangs) if (!rules.hangs.includes(rule)) this.#letGo(rule, now)
    this.#permit?.cancel()
    this.#permit = undefined
    this.#narrowings = rules.bandwidths.map((rule) => this.#options.narrowing(rule))
    this.pump()
  }

  /** The destination is gone: whatever comes is read and thrown away, so that the source's end is still seen. */
  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
    this.#permit?.cancel()
    this.#queue.clear()
    this.#queuedBytes = 0
    this.#flow()
  }

  /** Whether the end of the source is held by a partition. */
  get holdsEnd(): boolean {
    return this.#rules.hangs.length > 0 && [...this.#queue].some(({ kind }) => kind === 'fin' || kind === 'reset')
  }

  /** How long each item has been held by this partition, in ms. */
  heldBy(rule: RuleState): readonly number[] {
    const now = performance.now()
    return [...this.#queue].flatMap((item) => {
      const since = (item.holds as Map<RuleState, number> | undefined)?.get(rule)
      return since === undefined || item.kind !== 'data' ? [] : [now - since]
    })
  }

  /** Sends on what may go now, and sees to it that the rest goes when it may. */
  pump(): void {
    if (this.#pumping || this.#stopped) return
    this.#pumping = true
    clearTimeout(this.#timer)
    this.#timer = undefined
    while (!this.#stopped && this.#sendFront()) {}
    this.#pumping = false
    this.#flow()
  }

  #put(item: LaneItem<Tag>): void {
    if (this.#stopped) return
    this.#queue.push(item)
    if (item.kind === 'data') this.#queuedBytes += item.bytes.length
    this.pump()
  }

  /** Decided on arrival: when it came, what delays it, what holds it. */
  #fate(bytes: number): Pick<LaneItem<Tag>, 'arrivedAt' | 'delays' | 'holds'> {
    const arrivedAt = performance.now()
    const { witness } = this.#options
    const { delays, hangs } = this.#rules
    if (delays.length === 0 && hangs.length === 0) return { arrivedAt, delays: NO_DELAYS, holds: undefined }
    for (const rule of [...delays, ...hangs]) witness.hit(rule, bytes)
    return {
      arrivedAt,
      delays: delays.map((rule) => ({ rule, ms: sampleDelay(rule.rule, () => rule.random(witness.probe)) })),
      holds: new Map(hangs.map((rule) => [rule, arrivedAt])),
    }
  }

  #holdQueued(rule: LaneRules['hangs'][number], now: number): void {
    for (const item of this.#queue) {
      item.holds ??= new Map()
      item.holds.set(rule, now)
      this.#options.witness.hit(rule, item.kind === 'data' ? item.bytes.length : 0)
    }
  }

  #letGo(rule: LaneRules['hangs'][number], now: number): void {
    for (const item of this.#queue) {
      const since = item.holds?.get(rule)
      item.holds?.delete(rule)
      if (since !== undefined && item.kind === 'data') this.#options.witness.held(rule, now - since)
    }
  }

  /** True when the front item went out, so that the next one's turn has come. */
  #sendFront(): boolean {
    const item = this.#queue.peek()
    const destination = this.#destination
    if (item === undefined || destination === undefined || this.#rules.hangs.length > 0) return false
    const left = dueAt(item) - performance.now()
    if (left > 0) return this.#later(left)
    return item.kind === 'data' ? this.#sendData(item, destination) : this.#sendMark(item, destination)
  }

  #sendMark(item: Exclude<LaneItem<Tag>, { kind: 'data' }>, destination: Socket): boolean {
    if (isReset(item) && destination.writableLength > 0) return this.#afterWrites(destination)
    this.#queue.shift()
    if (item.kind === 'ping') item.arrived()
    else if (item.kind === 'fin') destination.end()
    else this.#options.onReset()
    return true
  }

  #sendData(item: Extract<LaneItem<Tag>, { kind: 'data' }>, destination: Socket): boolean {
    const word =
      item.tag === undefined || this.#offset > 0 ? 'pass' : (this.#options.gate?.(item.tag, item.bytes) ?? 'pass')
    if (word === 'wait') return this.#blocked()
    if (typeof word === 'number') return this.#blocked() || this.#later(word)
    if (word === 'drop') return this.#done(item)
    if (destination.writableNeedDrain) return this.#blocked()
    if (this.#narrowings.length > 0) return this.#sendPiece(item, destination)
    destination.write(this.#offset === 0 ? item.bytes : item.bytes.subarray(this.#offset))
    return this.#done(item)
  }

  #sendPiece(item: Extract<LaneItem<Tag>, { kind: 'data' }>, destination: Socket): boolean {
    const left = item.bytes.length - this.#offset
    this.#permit ??= new Permit(left, this.#narrowings, () => this.pump())
    for (const { rule } of this.#narrowings) this.#options.witness.hit(rule)
    if (!this.#permit.granted()) return this.#blocked()
    const bytes = this.#permit.bytes
    this.#permit = undefined
    for (const { rule } of this.#narrowings) this.#options.witness.hit(rule, bytes)
    destination.write(item.bytes.subarray(this.#offset, this.#offset + bytes))
    this.#offset += bytes
    return bytes < left || this.#done(item)
  }

  #done(item: Extract<LaneItem<Tag>, { kind: 'data' }>): true {
    this.#queue.shift()
    this.#offset = 0
    this.#queuedBytes -= item.bytes.length
    const held = performance.now() - item.arrivedAt
    for (const { rule } of item.delays) this.#options.witness.held(rule, held)
    for (const { rule } of this.#narrowings) this.#options.witness.held(rule, held)
    return true
  }

  #later(ms: number): false {
    if (this.#stopped) return false
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.pump(), Math.ceil(ms))
    return false
  }

  /** A reset would throw away what was written before it and is still in this process. */
  #afterWrites(destination: Socket): false {
    if (!this.#flushing) destination.write(NOTHING, () => this.#flushed())
    this.#flushing = true
    return this.#blocked()
  }

  #flushed(): void {
    this.#flushing = false
    this.pump()
  }

  /** The destination or a rule cannot take more now. A reset does not wait long for that: nobody is left to answer. */
  #blocked(): false {
    if (this.#resetWaits === undefined) return false
    const left = dueAt(this.#resetWaits) + RESET_GRACE_MS - performance.now()
    if (left > 0) return this.#later(left)
    this.#queue.clear()
    this.#options.onReset()
    return false
  }

  /** It keeps as much as it may; its source is not read. */
  get full(): boolean {
    if (this.#stopped) return false
    const limit = this.#rules.delays.length > 0 ? IN_FLIGHT_BYTES : HELD_BYTES
    return this.#queuedBytes >= limit || (this.#queuedBytes > 0 && this.#destination?.writableNeedDrain === true)
  }

  #flow(): void {
    const full = this.full
    if (this.#wasFull && !full) this.#options.onRoom?.()
    this.#wasFull = full
    const source = this.#source
    if (source === undefined || source.destroyed) return
    if (full !== source.isPaused()) full ? source.pause() : source.resume()
  }
}

function isReset({ kind }: { readonly kind: LaneItem<unknown>['kind'] }): boolean {
  return kind === 'reset' || kind === 'orderly-reset'
}
