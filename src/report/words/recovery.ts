import type { Recovery } from '../../model/journal.ts'
import { formatMs, formatMsOf } from './durations.ts'
import type { Typography } from './typography.ts'

/** For a table cell: `3 s of 20`, `3 s`, `not within 20 s`; a dash where recovery was not measured. The later end of the interval is the one that counts. */
export function recoveryCell(recovery: Recovery | null, typography: Typography): string {
  if (recovery === null) return '–'
  const { highMs, limitMs } = recovery
  if (highMs === null) return limitMs === null ? 'not seen' : `not within ${formatMs(limitMs, typography)}`
  return limitMs === null ? formatMs(highMs, typography) : formatMsOf(highMs, limitMs, typography)
}

/** In a sentence: `recovered in 3 s`, `did not recover within 20 s`, or empty where recovery was not measured. */
export function recoveryWords(recovery: Recovery | null, typography: Typography): string {
  if (recovery === null) return ''
  const { highMs, limitMs, verdict } = recovery
  const limit = limitMs === null ? '' : ` within ${formatMs(limitMs, typography)}`
  if (highMs === null) return limit === '' ? 'was not seen to recover' : `did not recover${limit}`
  const late = verdict === 'fail' && limitMs !== null ? `, allowed are ${formatMs(limitMs, typography)}` : ''
  return `recovered in ${formatMs(highMs, typography)}${late}`
}
