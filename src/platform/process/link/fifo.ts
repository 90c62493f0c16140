/** Below this many taken entries the array is left alone; above it, taken ones are cut off in one go. */
const SLACK = 256

/** A queue that takes from its front in constant time; Array.shift moves every entry behind it. */
export class Fifo<Item> {
  #items: Item[] = []
  #head = 0

  push(item: Item): void {
    this.#items.push(item)
  }

  peek(): Item | undefined {
    return this.#items[this.#head]
  }

  shift(): Item | undefined {
    const item = this.#items[this.#head]
    if (this.#head === this.#items.length) return undefined
    this.#head += 1
    if (this.#head > SLACK && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head)
      this.#head = 0
    }
    return item
  }

  /** Takes out the first that is `item`; nothing when it is not there. */
  remove(item: Item): void {
    const at = this.#items.indexOf(item, this.#head)
    if (at !== -1) this.#items.splice(at, 1)
  }

  clear(): void {
    this.#items = []
    this.#head = 0
  }

  get length(): number {
    return this.#items.length - this.#head
  }

  *[Symbol.iterator](): Generator<Item> {
    for (let at = this.#head; at < this.#items.length; at += 1) yield this.#items[at] as Item
  }
}
