import type { JudgedObjective } from '../../model/journal.ts'
import { formatMs } from './durations.ts'
import { fixed, formatValue, trimZeros } from './numbers.ts'
import type { Sparkline } from './sparkline.ts'
import type { Typography } from './typography.ts'

/** What the lowest and the highest bar of a sparkline stand for: `▁ 96 %  █ 100 %`. */
export function axisWords(
  { unit }: Pick<JudgedObjective, 'unit'>,
  { low, high }: Sparkline,
  typography: Typography,
): string {
  const say = (level: number) => {
    if (unit === 'share') return `${trimZeros(fixed(level, 1))}${typography.space}%`
    return unit === 'ms' ? formatMs(level, typography) : formatValue(level, typography)
  }
  return `▁ ${say(low)}  █ ${say(high)}`
}
