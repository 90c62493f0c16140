import type { NodeReading } from '../../model/cluster/reading.ts'
import type { Hands } from './hands.ts'
import { TOLD_FIRST_MS } from './readings.ts'
import type { RunSetting } from './run-setting.ts'

const LOOK_EVERY_MS = 250
const EFFECT_WITHIN_MS = 5_000
/** An effect that comes late is still one: pods and processors are slow where much goes on. */
const LOOK_LATER_MS = 2_000
const LONGEST_LOOK_LATER_MS = 15_000
const COUNT_AFTER_MS = 1_000
const COUNT_LATER_MS = 8_000

/**
 * Looks at a target while its fault is on: until the effect is seen, and then only at the fault's own counters until some
 * traffic has met it. All of it on the node; the API hears of it three times at most.
 */
export class Watching {
  readonly #hands: Hands
  readonly #setting: RunSetting
  readonly #changed: () => void
  #stop: AbortController | undefined

  constructor(hands: Hands, setting: RunSetting, changed: () => void) {
    this.#hands = hands
    this.#setting = setting
    this.#changed = changed
  }

  begin(): void {
    this.end()
    const stop = new AbortController()
    this.#stop = stop
    this.#watch(stop.signal).catch(() => undefined)
  }

  end(): void {
    this.#stop?.abort()
    this.#stop = undefined
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { clock } = this.#setting
    const until = clock.monotonic() + EFFECT_WITHIN_MS
    let laterMs = LOOK_LATER_MS
    let toldLate = false
    await clock.sleep(TOLD_FIRST_MS, signal)
    while (!this.#isEffective(await this.#hands.readings.lookUnder(signal))) {
      if (signal.aborted) return
      const late = clock.monotonic() >= until
      if (late && !toldLate) this.#changed()
      toldLate ||= late
      await clock.sleep(late ? laterMs : LOOK_EVERY_MS, signal)
      if (late) laterMs = Math.min(LONGEST_LOOK_LATER_MS, laterMs * 2)
    }
    if (signal.aborted) return
    this.#changed()
    if (this.#hands.asked?.type?.cluster.crossing !== 'rule' || (this.#hands.record.under?.matched ?? 0) > 0) return
    for (
      let waitMs = COUNT_AFTER_MS;
      !(await this.#hands.readings.count());
      waitMs = Math.min(COUNT_LATER_MS, waitMs * 2)
    )
      await clock.sleep(waitMs, signal)
    if (!signal.aborted) this.#changed()
  }

  #isEffective(reading: NodeReading | undefined): boolean {
    const asked = this.#hands.asked
    if (!reading || !asked?.type) return false
    const parameters = asked.type.parameters.safeParse(asked.object.spec.parameters)
    if (!parameters.success) return false
    return asked.type.cluster.effect(parameters.data, [{ ...this.#hands.record, phase: 'Injected' }]).effective
  }
}
