import type { Peers, TargetStatus } from '../../model/cluster/fault-object.ts'
import type { NodeProbe, NodeReading } from '../../model/cluster/reading.ts'
import { countAll, type Work } from './actions.ts'
import { lookAt } from './look.ts'
import type { RunSetting } from './run-setting.ts'
import { within } from './within.ts'

/**
 * An injection that nobody prepared waits for a first look no longer than this: hundreds at once would otherwise come one
 * after the other. Without the look it may prove nothing; who wants a proof prepares.
 */
const HURRIED_LOOK_MS = 250
/** Use and speed are measured over a second, on a busy node over more; without them a stressor could never be believed. */
const HURRIED_MEASUREMENT_MS = 4_000
const MEASURED: ReadonlySet<NodeProbe['probe']> = new Set(['group', 'disk'])
/** Their proof needs the look before it, and the programs that they ask take as long as they take. */
const WAITED_FOR: ReadonlySet<NodeProbe['probe']> = new Set([...MEASURED, 'script', 'node'])
const LAST_COUNT_MS = 150
/** Somebody waits to hear that it is on or over, and a look starts programs that would be in the way. */
export const TOLD_FIRST_MS = 50
/** Nothing depends on the look after it, which is for people: it waits until other nodes have told of theirs as well. */
const AFTER_MS = 300

/** What there is to look at, as it is now. */
export interface Sight {
  readonly probe: NodeProbe
  readonly work: Work
  readonly peers: Peers | undefined
}

/** What was seen of one target before, under and after its fault. */
export class Readings {
  readonly #setting: RunSetting
  readonly #sight: () => Sight | undefined
  #seen: Pick<TargetStatus, 'before' | 'under' | 'after'> = {}
  #firstLook: Promise<void> | undefined
  #isUnder = false

  constructor(setting: RunSetting, sight: () => Sight | undefined) {
    this.#setting = setting
    this.#sight = sight
  }

  get seen(): Pick<TargetStatus, 'before' | 'under' | 'after'> {
    return this.#seen
  }

  adopt({ before, under }: TargetStatus): void {
    this.#seen = { ...(before && { before }), ...(under && { under }) }
  }

  /** One that ends when the fault is already on saw the fault, and is not kept. */
  lookBefore(): Promise<void> {
    if (this.#seen.before) return Promise.resolve()
    this.#firstLook ??= this.#look(false).then((before) => {
      if (before && !this.#isUnder) this.#seen = { ...this.#seen, before }
    })
    return this.#firstLook
  }

  async lookBeforeInHaste(): Promise<void> {
    const probe = this.#sight()?.probe.probe
    const limitMs = probe !== undefined && WAITED_FOR.has(probe) ? HURRIED_MEASUREMENT_MS : HURRIED_LOOK_MS
    await within(this.#setting.clock, limitMs, this.lookBefore()).catch(() => undefined)
  }

  begin(): void {
    this.#isUnder = true
  }

  /** Of the time after the signal nothing is kept: it was no longer under the fault. */
  async lookUnder(signal: AbortSignal): Promise<NodeReading | undefined> {
    const reading = await this.#look(true)
    if (reading && !signal.aborted) this.#seen = { ...this.#seen, under: { ...this.#seen.under, ...reading } }
    return reading
  }

  async lookAfter(): Promise<void> {
    await this.#setting.clock.sleep(AFTER_MS)
    const after = await this.#look(false)
    if (after) this.#seen = { ...this.#seen, after }
  }

  /** Counters alone, without packets of our own. Whether traffic has met the fault by now. */
  async count(turns = this.#setting.looks): Promise<boolean> {
    const sight = this.#sight()
    if (!sight) return false
    this.counted(await turns.run(() => countAll(sight.work, this.#setting)))
    return (this.#seen.under?.matched ?? 0) > 0
  }

  /** Takes over what the actions have counted by now. */
  counted(counts: Partial<NodeReading>): void {
    const sight = this.#sight()
    if (!sight || Object.keys(counts).length === 0) return
    const { probe } = sight.probe
    const { under: former } = this.#seen
    // Rates are made from the time and what was measured then, which a count does not do again.
    const at = former && MEASURED.has(probe) ? former.at : this.#setting.clock.now()
    this.#seen = { ...this.#seen, under: { probe, ...former, ...counts, at } }
  }

  /** Once more before it ends; no reason to let it last, nor to wait for others that are looked at. */
  async lastCount(): Promise<void> {
    await within(this.#setting.clock, LAST_COUNT_MS, this.count(this.#setting.undos)).catch(() => undefined)
  }

  /** After its time, looked at with packets of our own: a rule that still acts was not ended by the kernel. */
  async stillHits(): Promise<boolean> {
    const sight = this.#sight()
    if (!sight) return false
    const earlier = (await countAll(sight.work, this.#setting)).hit ?? 0
    await this.#look(false)
    return ((await countAll(sight.work, this.#setting)).hit ?? 0) > earlier
  }

  #look(counting: boolean): Promise<NodeReading | undefined> {
    const sight = this.#sight()
    if (!sight) return Promise.resolve(undefined)
    return lookAt(sight.probe, sight.work, sight.peers, this.#setting, counting)
  }
}
