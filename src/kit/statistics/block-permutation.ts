import { seededRandom } from '../random.ts'

/** A shift of means with one-sided bounds, and the p-value of `the shift is at most margin`. */
export interface Shift {
  readonly shift: number
  readonly low: number
  readonly high: number
  readonly pValue: number
}

interface Block {
  readonly sum: number
  readonly size: number
  readonly after: boolean
}

const PERMUTATIONS = 1_999
/** Fixed, so that the same numbers always give the same verdict. */
const SEED = 20_241_117

/**
 * How much higher the mean of `after` is than that of `before`, by permuting blocks of neighbours, because neighbours
 * in time are alike (Kunsch, Annals of Statistics 1989). For a shift s the test asks how often a random division of
 * the blocks, with s taken off `after`, differs at least as much as the real one. That is linear in s, so each
 * division has one critical shift, and bounds and p-value are ranks among those. Needs two values on each side.
 */
export function blockPermutation(
  before: readonly number[],
  after: readonly number[],
  margin: number,
  alpha: number,
): Shift {
  const length = Math.max(1, Math.floor(Math.sqrt(Math.min(before.length, after.length))))
  const blocks = [...toBlocks(before, length, false), ...toBlocks(after, length, true)]
  const size = blocks.filter((block) => block.after).length
  const shift = mean(after) - mean(before)
  const random = seededRandom(SEED)
  const critical = Array.from({ length: PERMUTATIONS }, () => criticalShift(shuffled(blocks, random), size, shift))
  // A division with the same means on both sides as the real one counts against every shift, in both directions.
  const known = critical.filter((value) => value !== undefined).sort((a, b) => a - b)
  const same = critical.length - known.length
  const rank = Math.floor(alpha * (PERMUTATIONS + 1)) - 1 - same
  return {
    shift,
    low: known[rank] ?? Number.NEGATIVE_INFINITY,
    high: known[known.length - 1 - rank] ?? Number.POSITIVE_INFINITY,
    pValue: (1 + same + known.filter((value) => value <= margin).length) / (PERMUTATIONS + 1),
  }
}

function toBlocks(values: readonly number[], length: number, after: boolean): Block[] {
  const blocks = Math.max(1, Math.floor(values.length / length))
  return Array.from({ length: blocks }, (_, index) => {
    // The last block takes what is left over.
    const part = values.slice(index * length, index === blocks - 1 ? undefined : (index + 1) * length)
    return { sum: part.reduce((sum, value) => sum + value, 0), size: part.length, after }
  })
}

/** The shift at which this division differs exactly as much as the real one; undefined where that is every shift. */
function criticalShift(division: readonly Block[], size: number, shift: number): number | undefined {
  const high = totals(division.slice(0, size))
  const low = totals(division.slice(size))
  const moved = high.after / high.size - low.after / low.size
  if (moved >= 1 - 1e-12) return undefined
  return (shift - (high.sum / high.size - low.sum / low.size)) / (1 - moved)
}

function totals(blocks: readonly Block[]): { sum: number; size: number; after: number } {
  const total = { sum: 0, size: 0, after: 0 }
  for (const block of blocks) {
    total.sum += block.sum
    total.size += block.size
    if (block.after) total.after += block.size
  }
  return total
}

/** Fisher and Yates. */
function shuffled(blocks: readonly Block[], random: () => number): Block[] {
  const mixed = [...blocks]
  for (let index = mixed.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1))
    const [one, two] = [mixed[index], mixed[other]]
    if (one && two) {
      mixed[index] = two
      mixed[other] = one
    }
  }
  return mixed
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
