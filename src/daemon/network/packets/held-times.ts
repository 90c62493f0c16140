/** Enough for a median to a few percent. */
const KEPT = 1_024

/** The last times that packets were held, in ms. */
export function createHeldTimes() {
  const times = new Float64Array(KEPT)
  let added = 0
  return {
    add: (ms: number) => {
      times[added % KEPT] = ms
      added += 1
    },
    /** undefined while none was held. */
    median: (): number | undefined => {
      if (added === 0) return undefined
      const sorted = times.slice(0, Math.min(added, KEPT)).sort()
      return sorted[sorted.length >> 1]
    },
  }
}
