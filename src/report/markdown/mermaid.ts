import type { JournalExperiment, JudgedObjective } from '../../model/journal.ts'
import { visibleLine } from '../escape/text.ts'
import { truncateEnd } from '../escape/truncate.ts'
import { fixed, trimZeros } from '../words/numbers.ts'
import { windowLevels } from '../words/sparkline.ts'

const CELLS = 60
const TITLE_LENGTH = 60

/**
 * One objective over time with the need as a flat line. `xychart-beta` draws lines only: no band, no legend, and its
 * labels know no escape, so that names lose everything but letters, digits and a few signs.
 * Undefined where less than two points were measured. https://mermaid.js.org/syntax/xyChart.html
 */
export function mermaidChart(experiment: JournalExperiment, objective: JudgedObjective): string | undefined {
  const points = series(objective)
  if (points.length < 2) return undefined
  const need = needLine(objective)
  const shown = [...points, ...(need === undefined ? [] : [need])]
  const [low, high] = range(shown, objective.unit === 'share')
  const unit = { share: ' in percent', ms: ' in ms', value: '' }[objective.unit]
  const lines = [
    '```mermaid',
    'xychart-beta',
    `    title "${label(`${objective.name}${unit}: ${experiment.name}`)}${faultSpan(experiment)}"`,
    `    x-axis "seconds" 0 --> ${seconds(experiment, objective)}`,
    `    y-axis "${label(`${objective.name}${unit}`)}" ${plainNumber(low)} --> ${plainNumber(high)}`,
    `    line [${points.map(plainNumber).join(', ')}]`,
    ...(need === undefined ? [] : [`    line [${points.map(() => plainNumber(need)).join(', ')}]`]),
    '```',
  ]
  return lines.join('\n')
}

/** Points at equal distances in time; a gap keeps the level before it, as the chart can draw none. */
function series({ slices, unit }: JudgedObjective): number[] {
  const whole = slices.map((slice) => ({ ...slice, window: 'fault' as const }))
  const points: number[] = []
  for (const level of windowLevels({ slices: whole, unit }, 'fault', CELLS)) {
    const before = points.at(-1)
    if (level !== null) points.push(level)
    else if (before !== undefined) points.push(before)
  }
  return points
}

/** Where the need lies on the chart's own axis; that for an increase counts from what was measured before the fault. */
function needLine({ need, unit, baseline }: JudgedObjective): number | undefined {
  if (need.kind === 'share') return need.target * 100
  if (need.kind !== 'increase') return unit === 'share' ? need.value * 100 : need.value
  const before = baseline?.value
  if (before === null || before === undefined) return undefined
  return unit === 'share' ? (before - need.atMost) * 100 : before + need.atMost
}

function range(levels: readonly number[], share: boolean): [number, number] {
  const least = levels.reduce((one, other) => Math.min(one, other))
  const most = levels.reduce((one, other) => Math.max(one, other))
  if (share) return [Math.max(0, Math.floor(least) - (least > 99 ? 1 : 0)), 100]
  return [Math.min(0, least), most > Math.min(0, least) ? most * 1.1 : least + 1]
}

function faultSpan({ windows: { baseline, fault } }: JournalExperiment): string {
  if (baseline === null || fault === null) return ''
  const from = Math.round((fault.startMs - baseline.startMs) / 1_000)
  return ` (fault from ${from} to ${from + Math.round((fault.endMs - fault.startMs) / 1_000)} s)`
}

function seconds({ windows }: JournalExperiment, { slices }: JudgedObjective): number {
  const start = windows.baseline?.startMs
  const end = windows.recovery?.endMs ?? windows.fault?.endMs
  const last = slices.reduce((most, { tMs }) => Math.max(most, tMs), 0)
  return Math.max(1, Math.round((start !== undefined && end !== undefined ? end - start : last) / 1_000))
}

function label(text: string): string {
  const safe = visibleLine(text)
    .replace(/[^\p{L}\p{N} .,:()+/-]/gu, ' ')
    .replace(/ {2,}/g, ' ')
  return truncateEnd(safe, TITLE_LENGTH).replace('…', '...').trim()
}

/** No thousands, no minus sign of typography: the chart's grammar reads it. */
function plainNumber(value: number): string {
  return trimZeros(fixed(value, 2)).replace('−', '-')
}
