import type { JournalExperiment, JudgedObjective } from '../../../src/model/journal.ts'

export type Slices = JudgedObjective['slices']
type Histogram = NonNullable<JournalExperiment['latency']['fault']>
export type Profile = 'flat' | 'early' | 'warm'

export const SLICE_MS = 3_000
/** Slices in the baseline, under the fault and afterwards. */
export type Lengths = readonly [baseline: number, fault: number, recovery: number]
const WINDOW_NAMES = ['baseline', 'fault', 'recovery'] as const

const WEIGHTS: Readonly<Record<Profile, (index: number) => number>> = {
  flat: () => 1,
  early: (index) => Math.exp(-index / 1.2),
  warm: (index) => (index < 3 ? 1.5 : 1),
}

/** Slices of counts: each window's bad ones are dealt out at random, by weight. */
export function countSlices(
  random: () => number,
  lengths: Lengths,
  perSlice: number,
  bad: readonly [number, number, number],
  profiles: readonly [Profile, Profile, Profile],
): Slices {
  let tMs = 0
  return WINDOW_NAMES.flatMap((window, which) => {
    const dealt = deal(random, lengths[which] ?? 0, bad[which] ?? 0, perSlice, WEIGHTS[profiles[which] ?? 'flat'])
    return dealt.map((count) => {
      const slice = { tMs, window, n: perSlice, bad: count, value: perSlice === 0 ? null : 1 - count / perSlice }
      tMs += SLICE_MS
      return slice
    })
  })
}

function deal(
  random: () => number,
  slices: number,
  total: number,
  most: number,
  weight: (index: number) => number,
): number[] {
  const weights = Array.from({ length: slices }, (_, index) => weight(index))
  const dealt = weights.map(() => 0)
  for (let left = Math.min(total, slices * most); left > 0; ) {
    const at = drawn(random, weights)
    if ((dealt[at] ?? 0) >= most) continue
    dealt[at] = (dealt[at] ?? 0) + 1
    left--
  }
  return dealt
}

function drawn(random: () => number, weights: readonly number[]): number {
  let draw = random() * weights.reduce((one, other) => one + other, 0)
  for (const [index, weight] of weights.entries()) {
    draw -= weight
    if (draw <= 0) return index
  }
  return weights.length - 1
}

/** Slices of values around one level a window, with relative noise; `ramp` slices to get from one level to the next. */
export function valueSlices(
  random: () => number,
  lengths: Lengths,
  levels: readonly [number, number, number],
  { noise = 0.14, ramp = 0, most = Number.POSITIVE_INFINITY, n = 1 } = {},
): Slices {
  let tMs = 0
  return WINDOW_NAMES.flatMap((window, which) => {
    const to = levels[which] ?? 0
    const from = levels[Math.max(0, which - 1)] ?? to
    return Array.from({ length: lengths[which] ?? 0 }, (_, index) => {
      const level = ramp === 0 ? to : to + (from - to) * Math.exp(-index / ramp)
      const value = Math.min(most, round(level * (1 + (random() + random() - 1) * noise)))
      const slice = { tMs, window, n, bad: 0, value }
      tMs += SLICE_MS
      return slice
    })
  })
}

/** Shares of requests whose latency is log-normal around a median. */
type Mixture = readonly (readonly [share: number, medianMs: number, sigma: number])[]
const EDGES = Array.from({ length: 118 }, (_, index) => round(8 * 1.05 ** index))

/** A histogram of n requests of which `overflow` found no end within `limitMs`. */
export function mixtureHistogram(n: number, mixture: Mixture, overflow = 0, limitMs = 2_000): Histogram {
  const inside = n - overflow
  const total = mixture.reduce((sum, [share]) => sum + share, 0)
  const below = (ms: number) =>
    mixture.reduce((sum, [share, median, sigma]) => sum + (share / total) * normalCdf(Math.log(ms / median) / sigma), 0)
  const edges = [...EDGES.filter((edge) => edge < limitMs), limitMs]
  let counted = 0
  const buckets = edges.flatMap((edge, index): [number, number][] => {
    const upTo = index === edges.length - 1 ? inside : Math.round(inside * below(edge))
    const count = Math.max(0, upTo - counted)
    counted += count
    return count === 0 ? [] : [[edge, count]]
  })
  return { buckets, overflow, overflowFromMs: limitMs, n, precision: 0.05 }
}

export const HEALTHY: Mixture = [[1, 38, 0.33]]

/** Abramowitz and Stegun 7.1.26; wrong by less than 2e-7, far below one request. */
function normalCdf(z: number): number {
  const x = Math.abs(z) / Math.SQRT2
  const t = 1 / (1 + 0.3275911 * x)
  const poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
  const half = 1 - poly * Math.exp(-x * x)
  return z < 0 ? (1 - half) / 2 : (1 + half) / 2
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000
}

export type Latency = JournalExperiment['latency']
export const NO_LATENCY: Latency = { baseline: null, fault: null, recovery: null }
