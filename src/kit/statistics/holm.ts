/**
 * P-values adjusted for having asked all of them (Holm, Scandinavian Journal of Statistics 1979), in the given order:
 * rejecting where the adjusted value is at most alpha keeps the chance of any false rejection at alpha,
 * however the tests depend on each other. A NaN counts as 1.
 */
export function holm(pValues: readonly number[]): readonly number[] {
  const order = pValues.map((p, index) => ({ p: Number.isNaN(p) ? 1 : p, index })).sort((a, b) => a.p - b.p)
  const adjusted = new Array<number>(pValues.length).fill(1)
  let largest = 0
  order.forEach(({ p, index }, rank) => {
    largest = Math.max(largest, Math.min(1, p * (order.length - rank)))
    adjusted[index] = largest
  })
  return adjusted
}
