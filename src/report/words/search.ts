import type { SearchResult } from '../../model/journal.ts'
import { formatMs } from './durations.ts'
import { fixed, formatValue, groupDigits, trimZeros } from './numbers.ts'
import type { Typography } from './typography.ts'

/** `250 ms`, `12.5 %`, `1.5 MiB/s`, `3`: a searched parameter in the unit in which people think of it. */
export function formatSearchValue(value: number, unit: SearchResult['unit'], typography: Typography): string {
  if (unit === 'ms')
    return value < 10_000 && value % 1_000 !== 0
      ? `${groupDigits(trimZeros(fixed(value, 1)), typography)}${typography.space}ms`
      : formatMs(value, typography)
  if (unit === 'ratio') return `${trimZeros(fixed(value * 100, 2))}${typography.space}%`
  if (unit === 'bytes-per-second') return `${formatBytes(value, typography)}/s`
  return formatValue(value, typography)
}

/** Bytes in the largest unit of which there is at least one: `512 KiB`, `1.5 MiB`. */
export function formatBytes(bytes: number, typography: Typography): string {
  const step = Math.min(3, Math.max(0, Math.floor(Math.log2(Math.max(1, Math.abs(bytes))) / 10)))
  return `${trimZeros(fixed(bytes / 1024 ** step, step === 0 ? 0 : 1))}${typography.space}${['B', 'KiB', 'MiB', 'GiB'][step]}`
}

/** What a search found: `breaks between 250 ms and 280 ms`, `holds 450 ms, the largest tried`. */
function searchFinding({ holds, breaks, unit }: SearchResult, typography: Typography): string {
  const say = (value: number) => formatSearchValue(value, unit, typography)
  if (holds !== null && breaks !== null) return `breaks between ${say(holds)} and ${say(breaks)}`
  if (breaks !== null) return `breaks at ${say(breaks)}, the smallest tried`
  return holds === null ? 'where it breaks was not found' : `holds ${say(holds)}, the largest tried`
}

/** The finding and what was needed: `breaks between 250 ms and 280 ms, must hold 300 ms`. */
export function searchWords(search: SearchResult, typography: Typography): string {
  const need =
    search.atLeast === null ? '' : `, must hold ${formatSearchValue(search.atLeast, search.unit, typography)}`
  return `${searchFinding(search, typography)}${need}`
}
