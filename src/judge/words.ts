import type { Indicator } from '../model/suite.ts'

/** What a number means, in words: `requests answered`, `answered within 300 ms`, `p99`. */
export function meansOf(indicator: Indicator): string {
  switch (indicator.kind) {
    case 'success':
      return 'requests answered'
    case 'latency-under':
      return `answered within ${milliseconds(indicator.ms)}`
    case 'latency-quantile':
    case 'histogram-quantile':
      return quantileWord(indicator.quantile)
    case 'ratio':
      return 'good events'
    case 'histogram-under':
      return `done within ${milliseconds(indicator.ms)}`
    case 'value':
      return 'value of the query'
  }
}

/** `3 of 347 requests failed`, with the word for what is counted and what is bad about it. */
export function countWords(indicator: Indicator, bad: number, n: number): string {
  const things = indicator.source === 'traffic' ? 'requests' : 'events'
  return `${whole(bad)} of ${whole(n)} ${things} ${badWord(indicator)}`
}

function badWord(indicator: Indicator): string {
  switch (indicator.kind) {
    case 'success':
      return 'failed'
    case 'latency-under':
      return `failed or took longer than ${milliseconds(indicator.ms)}`
    case 'histogram-under':
      return `took longer than ${milliseconds(indicator.ms)}`
    default:
      return 'were bad'
  }
}

function quantileWord(quantile: number): string {
  return `p${decimal(quantile * 100)}`
}

/** `99.5 %`: as few decimals as tell it from 0 and 100. */
export function percent(ratio: number): string {
  for (let digits = 1; digits <= 6; digits++) {
    const shown = Number((ratio * 100).toFixed(digits))
    if ((shown < 100 || ratio >= 1) && (shown > 0 || ratio <= 0)) return `${shown} %`
  }
  return `${ratio * 100} %`
}

/** A difference of shares: `2.9 points`. */
export function points(ratio: number): string {
  const shown = Number((ratio * 100).toFixed(2))
  return `${shown} ${shown === 1 ? 'point' : 'points'}`
}

/** `300 ms`, `1.9 s`. */
export function milliseconds(ms: number): string {
  return Math.abs(ms) < 1_000 ? `${Number(ms.toFixed(ms < 10 ? 1 : 0))} ms` : `${Number((ms / 1_000).toFixed(1))} s`
}

/** Four significant digits, never an exponent for numbers that people meet. */
export function decimal(value: number): string {
  return String(Number(value.toPrecision(4)))
}

/** Thousands parted by a space from 10 000, as in text for people. */
export function whole(count: number): string {
  const text = String(Math.round(count))
  return text.length < 5 ? text : text.replace(/\B(?=(\d{3})+$)/g, ' ')
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${whole(count)} ${count === 1 ? one : many}`
}

export const WINDOW_WORDS = {
  baseline: 'before the fault',
  fault: 'under the fault',
  recovery: 'after the fault',
} as const
