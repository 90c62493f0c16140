/** Mid-ranks from 1 of values (ties share the mean of their ranks), and the size of every group of ties. */
export function midRanks(values: readonly number[]): {
  readonly ranks: readonly number[]
  readonly ties: readonly number[]
} {
  const order = values.map((value, index) => ({ value, index })).sort((a, b) => a.value - b.value)
  const ranks = new Array<number>(values.length).fill(0)
  const ties: number[] = []
  for (let start = 0; start < order.length; ) {
    let end = start + 1
    while (end < order.length && order[end]?.value === order[start]?.value) end++
    for (const { index } of order.slice(start, end)) ranks[index] = (start + 1 + end) / 2
    ties.push(end - start)
    start = end
  }
  return { ranks, ties }
}
