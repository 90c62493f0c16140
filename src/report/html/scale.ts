/** Where a value lies on an axis, in per cent of its length: 0 is `from`, 100 is `to`; beyond either is cut off. */
export interface Scale {
  readonly from: number
  readonly to: number
  readonly log: boolean
  readonly ticks: readonly number[]
}

/** Beyond these an axis has no round numbers in floating point. */
const LARGEST = 1e300
const SMALLEST_STEP = 1e-300
const ROUND_STEPS = [1, 2, 2.5, 5, 10]
const LOG_STEPS = [1, 3]

/** Position of a value in 0..100. A value that is no number lies at the start. */
export function position(scale: Scale, value: number): number {
  const map = scale.log ? (one: number) => Math.log(Math.max(one, Number.MIN_VALUE)) : (one: number) => one
  const share = (map(value) - map(scale.from)) / (map(scale.to) - map(scale.from))
  return Number.isFinite(share) ? Math.max(0, Math.min(100, share * 100)) : 0
}

/** A coordinate or a length in per cent, short. */
export function coordinate(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toFixed(2))) : '0'
}

/** A linear axis over these values, from a round number to a round number, with about `count` ticks. */
export function linearScale(values: readonly number[], count = 4): Scale {
  const finite = values.filter(Number.isFinite).map((value) => Math.max(-LARGEST, Math.min(LARGEST, value)))
  const low = Math.min(0, ...finite)
  const high = Math.max(0, ...finite)
  const raw = Math.max((high - low) / count, SMALLEST_STEP) * (low === high ? 1 / SMALLEST_STEP : 1)
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = power * (ROUND_STEPS.find((one) => one * power >= raw) ?? 10)
  const from = Math.floor(low / step) * step
  const steps = Math.max(1, Math.ceil((high - from) / step - 1e-9))
  return {
    from,
    to: from + steps * step,
    log: false,
    ticks: Array.from({ length: steps + 1 }, (_, index) => tidy(from + index * step)),
  }
}

/** A logarithmic axis over these values, which must be above zero, with ticks at 1, 3, 10, 30 and so on. */
export function logScale(values: readonly number[], room = 1.25): Scale {
  const positive = values.filter((value) => Number.isFinite(value) && value > 0)
  const low = Math.min(...positive)
  const high = Math.max(...positive)
  if (positive.length === 0) return { from: 1, to: 10, log: true, ticks: [1, 10] }
  const from = low / room
  const to = Math.max(high * room, from * 4)
  const powers = Array.from({ length: 40 }, (_, index) => index - 15)
  const ticks = powers
    .flatMap((power) => LOG_STEPS.map((step) => tidy(step * 10 ** power)))
    .filter((tick) => tick >= from && tick <= to)
  return {
    from,
    to,
    log: true,
    ticks: ticks.length > 7 ? ticks.filter((tick) => Math.abs(Math.log10(tick) % 1) < 1e-9) : ticks,
  }
}

function tidy(value: number): number {
  return Number(value.toPrecision(12))
}
