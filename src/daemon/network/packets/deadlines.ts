/** What waits for its time, in the order of time; of the same time, in the order in which it came. */
export interface Deadlines<T> {
  readonly push: (at: number, value: T) => void
  /** Takes out the first one when its time is not after `now`. */
  readonly takeDue: (now: number) => T | undefined
  /** Time of the first one; undefined when nothing waits. */
  readonly next: () => number | undefined
  readonly size: () => number
}

interface Entry<T> {
  readonly at: number
  readonly order: number
  readonly value: T
}

/** A binary heap: what comes in the order of time, as it does while order is kept, is pushed in one step. */
export function createDeadlines<T>(): Deadlines<T> {
  const heap: Entry<T>[] = []
  let pushed = 0
  return {
    push: (at, value) => {
      heap.push({ at, order: pushed, value })
      pushed += 1
      rise(heap)
    },
    takeDue: (now) => {
      const [first] = heap
      if (first === undefined || first.at > now) return undefined
      const last = heap.pop()
      if (last !== undefined && heap.length > 0) sink(heap, last)
      return first.value
    },
    next: () => heap[0]?.at,
    size: () => heap.length,
  }
}

function rise<T>(heap: Entry<T>[]): void {
  let place = heap.length - 1
  const entry = heap[place]
  while (entry && place > 0) {
    const parent = (place - 1) >> 1
    const above = heap[parent]
    if (!above || before(above, entry)) break
    heap[place] = above
    place = parent
    heap[place] = entry
  }
}

function sink<T>(heap: Entry<T>[], entry: Entry<T>): void {
  let place = 0
  for (;;) {
    const left = heap[2 * place + 1]
    if (!left) break
    const right = heap[2 * place + 2]
    const [child, next] = right && before(right, left) ? [right, 2 * place + 2] : [left, 2 * place + 1]
    if (before(entry, child)) break
    heap[place] = child
    place = next
  }
  heap[place] = entry
}

function before<T>(left: Entry<T>, right: Entry<T>): boolean {
  return left.at < right.at || (left.at === right.at && left.order < right.order)
}
