import { seededRandom } from '../../src/kit/random.ts'

/** Services that fail at a known rate, evenly or in clusters, drawn with a fixed seed. */
export interface SimulatedService {
  /** Bad ones in each slice. */
  readonly slices: (count: number, n: number) => number[]
}

/** `icc`: correlation of two requests of the same slice; 0 is independent. The rate of each slice is Beta-distributed. */
export function simulatedService(seed: number, share: number, icc: number): SimulatedService {
  const random = seededRandom(seed)
  const rate = () => {
    if (icc === 0) return share
    const size = 1 / icc - 1
    const [one, other] = [gamma(random, share * size), gamma(random, (1 - share) * size)]
    return one + other === 0 ? share : one / (one + other)
  }
  return {
    slices: (count, n) =>
      Array.from({ length: count }, () => {
        const own = rate()
        let bad = 0
        for (let request = 0; request < n; request++) if (random() < own) bad++
        return bad
      }),
  }
}

/** Marsaglia and Tsang, 2000. */
function gamma(random: () => number, shape: number): number {
  if (shape < 1) return gamma(random, shape + 1) * random() ** (1 / shape)
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
    const v = (1 + c * x) ** 3
    if (v > 0 && Math.log(1 - random()) < (x * x) / 2 + d - d * v + d * Math.log(v)) return d * v
  }
}
