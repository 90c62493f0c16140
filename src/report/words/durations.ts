import { fixed, groupDigits, trimZeros } from './numbers.ts'
import type { Typography } from './typography.ts'

const MINUTES_FROM_MS = 120_000
const HOUR_MS = 3_600_000

/** ms up to 999, then seconds with one decimal, from 120 s `2 min 5 s`, from two hours `2 h 5 min`. */
export function formatMs(ms: number, typography: Typography): string {
  const { space } = typography
  const size = Math.abs(ms)
  if (Math.round(size) < 1_000) return `${fixed(ms, 0)}${space}ms`
  if (size < MINUTES_FROM_MS) return `${trimZeros(fixed(ms / 1_000, 1))}${space}s`
  const seconds = Math.round(size / 1_000)
  if (size < 2 * HOUR_MS)
    return join(
      [
        [Math.floor(seconds / 60), 'min'],
        [seconds % 60, 's'],
      ],
      typography,
    )
  const minutes = Math.round(seconds / 60)
  return join(
    [
      [Math.floor(minutes / 60), 'h'],
      [minutes % 60, 'min'],
    ],
    typography,
  )
}

/** A length for a plan or a footer, where nobody needs the decimals: `14 s`, `2 min 5 s`, `24 min`. */
export function formatAbout(ms: number, typography: Typography): string {
  const seconds = Math.max(1, Math.round(ms / 1_000))
  if (seconds < 120) return `${seconds}${typography.space}s`
  if (seconds < 600) return formatMs(seconds * 1_000, typography)
  const minutes = Math.round(seconds / 60)
  if (minutes < 120) return `${minutes}${typography.space}min`
  return join(
    [
      [Math.floor(minutes / 60), 'h'],
      [minutes % 60, 'min'],
    ],
    typography,
  )
}

/** What was needed out of what was allowed, with the unit said once where both share it: `3 s of 20`. */
export function formatMsOf(ms: number, limitMs: number, typography: Typography): string {
  const used = formatMs(ms, typography)
  const limit = formatMs(limitMs, typography)
  const unit = /^[\d.]+(\D+)$/.exec(limit)?.[1]
  return unit !== undefined && used.endsWith(unit)
    ? `${used} of ${limit.slice(0, -unit.length)}`
    : `${used} of ${limit}`
}

/** `00:14`, `1:02:03`: time since the start of a run, for log lines. */
export function formatElapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000))
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, '0'))
  const hours = Math.floor(seconds / 3_600)
  return hours === 0 ? parts.join(':') : [hours, ...parts].join(':')
}

/** `2026-11-21T09:14:05Z`, or the empty string for a number that is no time. */
export function isoSeconds(ms: number): string {
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? '' : `${date.toISOString().slice(0, -5)}Z`
}

/** `2026-11-21 09:14 UTC`, or `unknown time`. */
export function utcMinute(ms: number): string {
  const iso = isoSeconds(ms)
  return iso === '' ? 'unknown time' : `${iso.slice(0, -4).replace('T', ' ')} UTC`
}

function join(parts: readonly (readonly [number, string])[], typography: Typography): string {
  return parts
    .filter(([amount], position) => amount > 0 || position === 0)
    .map(([amount, unit]) => `${groupDigits(String(amount), typography)}${typography.space}${unit}`)
    .join(typography.space)
}
