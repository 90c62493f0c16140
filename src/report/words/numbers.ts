import type { Typography } from './typography.ts'

/** `toFixed` without a minus before nothing but zeros, and with a real minus sign. */
export function fixed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits)
  return value < 0 && Number(text) !== 0 ? `−${text}` : text
}

/** Cuts zeros that say nothing: `99.50` becomes `99.5`, `100.00` becomes `100`. */
export function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

/** A count with its digits in groups of three: `3 000`. */
export function formatCount(value: number, typography: Typography): string {
  return groupDigits(fixed(value, 0), typography)
}

/** Groups the whole part of an already formatted number; decimals stay together. */
export function groupDigits(text: string, { thousands, groupFrom }: Typography): string {
  const [whole = '', decimals] = text.split('.')
  const digits = whole.replace(/\D/g, '')
  if (digits.length === 0 || Number(digits) < groupFrom) return text
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, thousands)
  return decimals === undefined ? grouped : `${grouped}.${decimals}`
}

/** A number of unknown unit in as few digits as keep three that mean something: `3.9`, `0.0042`, `1200`. */
export function formatValue(value: number, typography: Typography): string {
  const magnitude = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)))
  const digits = Math.min(8, Math.max(0, 2 - magnitude))
  return groupDigits(trimZeros(fixed(value, digits)), typography)
}

/** `1 experiment`, `2 experiments`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return count === 1 ? one : many
}
