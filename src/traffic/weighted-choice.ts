/** Draws items in proportion to their weights; the same numbers give the same items. Throws when no weight is above zero. */
export function weightedChoice<Item extends { readonly weight: number }>(
  items: readonly Item[],
  random: () => number,
): () => Item {
  const total = items.reduce((sum, { weight }) => sum + weight, 0)
  const last = items.findLast(({ weight }) => weight > 0)
  if (last === undefined) throw new RangeError('no request has a weight above zero')
  return () => {
    let left = random() * total
    for (const item of items) {
      left -= item.weight
      if (left < 0) return item
    }
    return last
  }
}
