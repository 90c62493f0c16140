import type { KubeClient } from '../kube/kube-client.ts'
import { carryOut, type FieldsStep, releaseFields, type UndoStep } from './undo-step.ts'

/** Who must put something back. Another that ends under it changes what that is. */
export interface Holder {
  undo: readonly UndoStep[]
  /** Writes down what is to be put back by now. */
  readonly onRebased: () => Promise<void>
}

/** Objects of which it is remembered when they were changed; of others no more than that nothing is known. */
const REMEMBERED = 5_000

interface Layer {
  readonly holder: Holder
  /** Its place in the holder's `undo`. */
  readonly at: number
}

/**
 * Several faults may change one object, and end in any order: while one is on what it wrote holds, and with the last of them
 * the original comes back. Who changes or puts back fields of an object does so in turn.
 */
export class ChangeStack {
  readonly #client: KubeClient
  /** By object, from the first that was put on. */
  readonly #layers = new Map<string, readonly Layer[]>()
  readonly #turns = new Map<string, Promise<void>>()
  readonly #changed = new Map<string, number>()
  #count = 0
  /** Before this count nothing is remembered. */
  #forgotten = 0
  #latest = 0

  constructor(client: KubeClient) {
    this.#client = client
  }

  /** How much has happened until now; for `isStale`. */
  get count(): number {
    return this.#count
  }

  /** Whether what was thought at `count` about the objects of these steps may not be so any more. */
  isStale(steps: readonly UndoStep[], count: number): boolean {
    return keysOf(steps).some((key) => (this.#changed.get(key) ?? this.#forgotten) > count)
  }

  /** Greater than of any that came before, also of a controller before this one. Milliseconds since the epoch, or a little more. */
  since(now: number): number {
    this.#latest = Math.max(now, this.#latest + 1)
    return this.#latest
  }

  /** On top of all that there are. */
  push(holder: Holder, since: number): void {
    this.#latest = Math.max(this.#latest, since)
    for (const [at, step] of holder.undo.entries()) {
      const [key] = keysOf([step])
      if (key === undefined) continue
      this.#layers.set(key, [...(this.#layers.get(key) ?? []), { holder, at }])
      this.#happened(key)
    }
  }

  /** Alone with the objects of these steps. */
  inTurn<T>(steps: readonly UndoStep[], work: () => Promise<T>): Promise<T> {
    return this.#inTurn([...new Set(keysOf(steps))].toSorted(), work)
  }

  async #inTurn<T>([key, ...others]: readonly string[], work: () => Promise<T>): Promise<T> {
    if (key === undefined) return work()
    const mine = (this.#turns.get(key) ?? Promise.resolve()).then(() => this.#inTurn(others, work))
    const over = mine.then(
      () => undefined,
      () => undefined,
    )
    this.#turns.set(key, over)
    try {
      return await mine
    } finally {
      if (this.#turns.get(key) === over) this.#turns.delete(key)
    }
  }

  /** Puts one step of a holder back; idempotent. Names of fields that are somebody else's by now. Throws KubeError. */
  async putBack(holder: Holder, at: number): Promise<readonly string[]> {
    const [step] = holder.undo.slice(at, at + 1)
    if (!step) return []
    return this.inTurn([step], async () => {
      const [now = step] = holder.undo.slice(at, at + 1)
      const foreign = now.undo === 'fields' ? await this.#release(holder, at, now) : await carryOut(this.#client, now)
      for (const key of keysOf([now])) this.#drop(key, holder, at)
      return foreign
    })
  }

  async #release(holder: Holder, at: number, step: FieldsStep): Promise<readonly string[]> {
    const layers = this.#layers.get(keyOf(step)) ?? []
    const place = layers.findIndex((layer) => layer.holder === holder && layer.at === at)
    const above = place === -1 ? [] : layers.slice(place + 1)
    const steps = above.flatMap((layer) => fieldsOf(layer) ?? [])
    if (steps.length === 0) return carryOut(this.#client, step)
    const released = await releaseFields(this.#client, step, steps)
    for (const [index, layer] of above.entries()) {
      const next = released.above[index]
      if (next) layer.holder.undo = layer.holder.undo.with(layer.at, next)
    }
    // Before this one's own record goes: what it would have put back is only there by then.
    await Promise.all([...new Set(above.map((layer) => layer.holder))].map((one) => one.onRebased()))
    return released.foreign
  }

  #drop(key: string, holder: Holder, at: number): void {
    const left = (this.#layers.get(key) ?? []).filter((layer) => layer.holder !== holder || layer.at !== at)
    if (left.length > 0) this.#layers.set(key, left)
    else this.#layers.delete(key)
    this.#happened(key)
  }

  #happened(key: string): void {
    this.#count += 1
    if (this.#changed.size >= REMEMBERED) {
      this.#changed.clear()
      this.#forgotten = this.#count
    }
    this.#changed.set(key, this.#count)
  }
}

function fieldsOf({ holder, at }: Layer): FieldsStep | undefined {
  const step = holder.undo[at]
  return step?.undo === 'fields' ? step : undefined
}

function keysOf(steps: readonly UndoStep[]): readonly string[] {
  return steps.flatMap((step) => (step.undo === 'fields' ? [keyOf(step)] : []))
}

function keyOf({ resource, namespace, name, uid }: FieldsStep): string {
  return `${resource.group}/${resource.plural}/${namespace ?? ''}/${name}/${uid}`
}
