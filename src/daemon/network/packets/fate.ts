import { sampleDelay } from '../../../kit/delay-sample.ts'
import { seededRandom } from '../../../kit/random.ts'
import type { Impairment } from '../../../model/cluster/node-action.ts'

/** What becomes of one packet. */
export interface Fate {
  readonly lost: boolean
  readonly delayMs: number
  /** Where a bit is flipped, as numbers in [0, 1) that place and bit follow from; undefined leaves the packet whole. */
  readonly corrupt: { readonly place: number; readonly bit: number } | undefined
  readonly overtakes: boolean
}

/**
 * Draws one fate after the other. The same seed gives the same fates whatever the packets are, and each takes the same number
 * of draws, so that a change of one share leaves the others alone. Loss is a chain of two states whose long-run share is
 * `lossRatio` whatever the correlation: P(lost | lost before) = p + (1 - p) c, P(lost | not lost before) = p (1 - c).
 */
export function createFates(impairment: Impairment): () => Fate {
  const { lossRatio, correlation, corruptRatio, reorderRatio } = impairment
  const random = seededRandom(impairment.seed)
  let lost = random() < lossRatio
  let first = true
  return () => {
    const chance = lost ? lossRatio + (1 - lossRatio) * correlation : lossRatio * (1 - correlation)
    const loss = random()
    // The state before the first packet is one that the chain would have been in.
    if (!first) lost = loss < chance
    first = false
    const isCorrupt = random() < corruptRatio
    const [place, bit] = [random(), random()]
    const overtakes = random() < reorderRatio
    const delayMs = sampleDelay(impairment, random)
    return { lost, delayMs: overtakes ? 0 : delayMs, corrupt: isCorrupt ? { place, bit } : undefined, overtakes }
  }
}

/** Why it is no impairment; undefined when it is one. */
export function refuseImpairment(impairment: Impairment): string | undefined {
  const { latencyMs, jitterMs, lossRatio, correlation, corruptRatio, reorderRatio } = impairment
  const shares = { loss: lossRatio, correlation, corruption: corruptRatio, reordering: reorderRatio }
  const strange = Object.entries(shares).find(([, ratio]) => !(ratio >= 0 && ratio <= 1))
  if (strange) return `a share of ${strange[1]} for ${strange[0]} is not between 0 and 1`
  if (!(latencyMs >= 0 && jitterMs >= 0 && latencyMs + jitterMs <= LONGEST_MS))
    return `a delay of ${latencyMs} ms and a jitter of ${jitterMs} ms are not between 0 and ${LONGEST_MS} ms`
  if (reorderRatio > 0 && latencyMs <= 0) return 'reordering needs a latency that some packets skip'
  if (latencyMs + jitterMs + lossRatio + corruptRatio === 0) return 'nothing is asked for'
  return undefined
}

/** Longer than any connection lives through. */
const LONGEST_MS = 60_000
