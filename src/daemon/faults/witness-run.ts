import type { PodOnNode } from '../../model/cluster/mechanism.ts'
import type { RunSetting } from './run-setting.ts'
import { nodeAddresses } from './world.ts'

const FIRST_MS = 500
const LONGEST_MS = 4_000

/** Counts a target's traffic for one fault, from when it was prepared on; harms nothing, and tells when there is any. */
export class WitnessRun {
  readonly #setting: RunSetting
  readonly #changed: () => void
  readonly #stop = new AbortController()
  #pod: PodOnNode | undefined
  #start = 0
  #placing: Promise<void> | undefined
  /** Packets since it was prepared; undefined while nothing was read. */
  packets: number | undefined

  constructor(setting: RunSetting, changed: () => void) {
    this.#setting = setting
    this.#changed = changed
  }

  /** Once; what cannot be placed is reported as trouble, and counts nothing. */
  place(find: () => Promise<PodOnNode>, name: string): void {
    if (this.#placing) return
    this.#placing = this.#place(find).catch((error: unknown) =>
      this.#setting.onTrouble(`the traffic of ${name} is not counted: ${String(error)}`),
    )
  }

  /** Reads now; tells when that is more than was told. */
  async read(): Promise<void> {
    await this.#placing
    const count = this.#pod && (await this.#setting.looks.run(() => this.#readPod()))
    if (count === undefined) return
    const packets = Math.max(0, count - this.#start)
    const isFirst = packets > 0 && !this.packets
    this.packets = packets
    if (isFirst) this.#changed()
  }

  /** Its last count stays. Removes it from the pod when no other fault counts there. */
  async end(): Promise<void> {
    if (this.#stop.signal.aborted) return
    this.#stop.abort()
    await this.read().catch(() => undefined)
    if (this.#pod) await this.#setting.tools.witness.remove(this.#pod)
  }

  async #place(find: () => Promise<PodOnNode>): Promise<void> {
    const pod = await find()
    if (!pod.sandbox || pod.hostNetwork) return
    const { tools, world, looks } = this.#setting
    await looks.run(() => tools.witness.place(pod, nodeAddresses(world)))
    this.#pod = pod
    this.#start = (await this.#readPod()) ?? 0
    this.packets = 0
    this.#watch().catch(() => undefined)
  }

  #readPod(): Promise<number | undefined> {
    return this.#pod ? this.#setting.tools.witness.read(this.#pod) : Promise.resolve(undefined)
  }

  async #watch(): Promise<void> {
    for (let waitMs = FIRST_MS; !this.packets; waitMs = Math.min(LONGEST_MS, waitMs * 2)) {
      await this.#setting.clock.sleep(waitMs, this.#stop.signal)
      await this.read()
    }
  }
}
