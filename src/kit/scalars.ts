import * as z from 'zod'
import { parseDuration } from './duration.ts'
import { shown } from './shown.ts'

/** The scalars of a suite: written as a word with its unit, read as a number. Their patterns and examples reach editors. */
interface Scalar {
  /** With its article: `a duration`. */
  readonly what: string
  readonly pattern: RegExp
  /** How it is written, for messages and for the JSON Schema. */
  readonly form: string
  readonly examples: readonly [string, ...string[]]
  /** The number, or undefined where the text fits the pattern and still means nothing. */
  readonly parse: (text: string) => number | undefined
}

const NUMBER = String.raw`\d{1,15}(?:\.\d{1,9})?`

/** A string schema whose output is the number; one message says what was found, what was expected, and an example. */
function scalar({ what, pattern, form, examples, parse }: Scalar) {
  const error = ({ input }: { readonly input?: unknown }) =>
    input === undefined
      ? `${what} is missing; expected ${form}, such as ${examples[0]}`
      : `${shown(input)} is not ${what}; expected ${form}, such as ${examples[0]}`
  return z
    .string({ error })
    .regex(pattern, { error, abort: true })
    .refine((text) => parse(text) !== undefined, { error })
    .register(z.globalRegistry, {
      title: titleOf(what),
      description: `${titleOf(what)}: ${form}.`,
      examples: [...examples],
    })
    .transform((text) => parse(text) ?? Number.NaN)
}

/** `a duration` → `Duration`, as editors and the reference page name the form. */
export function titleOf(what: string): string {
  const noun = what.replace(/^an? /, '')
  return `${noun.charAt(0).toUpperCase()}${noun.slice(1)}`
}

const DAY_MS = 86_400_000

/** `30s` → 30000 (ms). At most a day: no window, time limit or delay of a run is longer. */
export const durationMs = scalar({
  what: 'a duration',
  pattern: new RegExp(`^${NUMBER}(?:ms|s|m|h)$`),
  form: 'a number and a unit of ms, s, m or h, at most 24h',
  examples: ['30s', '500ms', '2m', '1h'],
  parse: (text) => {
    const ms = parseDuration(text)
    return ms === undefined || ms > DAY_MS ? undefined : Math.round(ms * 1_000) / 1_000
  },
})

/** `99.5%` → 0.995. From 0% to 100%. */
export const ratio = scalar({
  what: 'a percentage',
  pattern: /^\d{1,3}(?:\.\d{1,9})?%$/,
  form: 'a number from 0 to 100 with a percent sign',
  examples: ['99.5%', '50%'],
  parse: (text) => {
    // A decimal exponent and not a division: 99.9 / 100 is not 0.999.
    const value = Number(`${text.slice(0, -1)}e-2`)
    return value <= 1 ? value : undefined
  },
})

const SECONDS = { s: 1, m: 60, h: 3_600 } as const

/** `50/s` → 50 (per second). More than zero. */
export const rate = scalar({
  what: 'a rate',
  pattern: new RegExp(`^${NUMBER}/[smh]$`),
  form: 'a number above zero for each second (/s), minute (/m) or hour (/h)',
  examples: ['50/s', '600/m'],
  parse: (text) => {
    const [number = '', unit = ''] = text.split('/')
    const perSecond = Number(number) / SECONDS[unit as keyof typeof SECONDS]
    return perSecond > 0 ? perSecond : undefined
  },
})

const BYTES = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
} as const

/** `64MiB` → 67108864 (bytes). */
export const bytes = scalar({
  what: 'a size',
  pattern: new RegExp(`^${NUMBER}(?:B|[kKMGT]B|[KMGT]iB)$`),
  form: 'a number and a unit of B, KiB, MiB, GiB, TiB, kB, MB, GB or TB',
  examples: ['64MiB', '512KiB', '1GB'],
  parse: (text) => whole(scaled(text, BYTES)),
})

const BYTES_PER_SECOND = {
  bit: 1 / 8,
  kbit: 1e3 / 8,
  mbit: 1e6 / 8,
  gbit: 1e9 / 8,
  ...Object.fromEntries(Object.entries(BYTES).map(([unit, factor]) => [`${unit}/s`, factor])),
} as const

/** `1mbit` → 125000 (bytes per second). Bits count in thousands, as networks do; more than zero. */
export const bytesPerSecond = scalar({
  what: 'a bandwidth',
  pattern: new RegExp(`^${NUMBER}(?:[kmg]?bit|(?:B|[kKMGT]B|[KMGT]iB)/s)$`),
  form: 'a number above zero and a unit of bit, kbit, mbit or gbit (bits each second), or B/s, KiB/s, MiB/s, kB/s, MB/s',
  examples: ['1mbit', '256kbit', '2MiB/s'],
  parse: (text) => {
    const value = whole(scaled(text, BYTES_PER_SECOND))
    return value === 0 ? undefined : value
  },
})

function scaled(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const unit = text.replace(/^[\d.]+/, '')
  const factor = units[unit]
  return factor === undefined ? undefined : Number(text.slice(0, text.length - unit.length)) * factor
}

function whole(value: number | undefined): number | undefined {
  if (value === undefined) return undefined
  const rounded = Math.round(value)
  return Number.isSafeInteger(rounded) ? rounded : undefined
}

const FINEST_DECIMALS = 9

/**
 * A normalised number as a suite would write it: `200ms`, `12.5%`, `125000B/s`, `3`. What the scalar of the unit reads is the
 * same number again, where a suite could have said it: to a thousandth of a millisecond, 9 decimals of a percentage, whole
 * bytes each second and whole counts. Anything finer is rounded to these.
 */
export function writeParameter(unit: 'ms' | 'ratio' | 'bytes-per-second' | 'count', value: number): string | number {
  switch (unit) {
    case 'ms':
      return `${plain(Math.round(value * 1_000) / 1_000, 3)}ms`
    case 'ratio':
      return `${plain(Number(`${value.toFixed(FINEST_DECIMALS + 2)}e2`), FINEST_DECIMALS)}%`
    case 'bytes-per-second':
      return `${plain(Math.round(value), 0)}B/s`
    case 'count':
      return Math.round(value)
  }
}

/** Without an exponent and without zeros at its end. */
function plain(value: number, decimals: number): string {
  const text = value.toFixed(decimals)
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}
