import type { JournalExperiment, JudgedObjective } from '../../model/journal.ts'
import type { WindowName } from '../../model/measurement.ts'
import { formatMs } from '../words/durations.ts'
import { formatTarget } from '../words/need.ts'
import { RICH } from '../words/typography.ts'
import { type Html, html } from './html.ts'
import { name } from './inline.ts'
import { judgedHtml, objectiveSentence, tickWords } from './levels.ts'
import { mark } from './mark.ts'
import { coordinate, position, type Scale } from './scale.ts'
import { areaPath, linePath, type Point } from './svg-path.ts'
import { badBelow, needLevel, valueAxis } from './timeline-axis.ts'
import { type Timeline, type TimePoint, timelineOf } from './timeline-points.ts'

export const WINDOW_WORDS: Readonly<Record<WindowName, string>> = {
  baseline: 'before',
  fault: 'fault',
  recovery: 'after',
}

/** One objective over time: the fault hatched, what is needed dashed, what is lost filled, what the counts allow as a band. */
export function timelineChart(objective: JudgedObjective, windows: JournalExperiment['windows'], id: string): Html {
  const timeline = timelineOf(objective, windows)
  const axis = timeline && valueAxis(objective, timeline)
  const caption = html`<figcaption id="${id}t"><span class="ct">${mark(objective.verdict)}<b>${name(objective.name)}</b> <span>${name(objective.means)}${axis?.log && ', logarithmic'}</span></span><span class="cv">${judgedHtml(objective)}</span></figcaption>`
  if (timeline === undefined || axis === undefined)
    return html`<figure class="chart" aria-labelledby="${id}t">${caption}<p class="nodata">Nothing was measured in any slice, so there is nothing to draw.</p></figure>`
  return html`<figure class="chart" aria-labelledby="${id}t">${caption}
<div class="plot">${valueTicks(objective, axis)}
<div class="pane">${faultShade(timeline)}${picture(objective, timeline, axis, id)}</div>${needTag(objective, axis)}</div>
<div class="xs" aria-hidden="true">${timeline.parts.map(({ window, left, width, ms }) => html`<span style="left:${coordinate(left + width / 2)}%">${WINDOW_WORDS[window]} ${formatMs(ms, RICH)}</span>`)}</div>${mergedNote(objective, timeline)}</figure>`
}

function picture(objective: JudgedObjective, { points }: Timeline, axis: Scale, id: string): Html {
  const y = (value: number) => 100 - position(axis, value)
  const need = needLevel(objective)
  const needY = need === null ? null : y(need)
  const runs = unbroken(points)
  const line = runs.map((run) => linePath(run.map(({ x, value }): Point => [x, y(value)]))).join('')
  return html`<svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label="${objectiveSentence(objective)}">
${axis.ticks.map((tick) => html`<path class="grid" d="M0 ${coordinate(y(tick))}H100"/>`)}${bands(runs, y)}${needY !== null && loss(objective, runs, y, needY, id)}${needY !== null && html`<path class="need" d="M0 ${coordinate(needY)}H100"/>`}<path class="line" d="${line}"/></svg>`
}

type Seen = TimePoint & { readonly value: number }

/** Stretches of points without a gap: where nothing was seen no line is drawn. */
function unbroken(points: readonly TimePoint[]): Seen[][] {
  const runs: Seen[][] = [[]]
  for (const point of points) {
    if (point.value !== null) runs.at(-1)?.push({ ...point, value: point.value })
    else if (runs.at(-1)?.length !== 0) runs.push([])
  }
  return runs.filter((run) => run.length > 0)
}

function bands(runs: readonly Seen[][], y: (value: number) => number): Html[] {
  return runs.flatMap((run) => {
    const ends = run.flatMap(({ x, low, high }) => (low === null || high === null ? [] : [{ x, low, high }]))
    if (ends.length < 2) return []
    const upper = ends.map(({ x, high }): Point => [x, y(high)])
    const lower = ends.map(({ x, low }): Point => [x, y(low)]).reverse()
    return [html`<path class="band" d="${areaPath([...upper, ...lower])}"/>`]
  })
}

/** The area between the line and the need, on the bad side only. */
function loss(
  objective: JudgedObjective,
  runs: readonly Seen[][],
  y: (value: number) => number,
  needY: number,
  id: string,
): Html {
  const [top, height] = badBelow(objective) ? [needY, 100 - needY] : [0, needY]
  const areas = runs
    .filter((run) => run.length > 1)
    .map((run) => {
      const ends: Point[] = [
        [run.at(-1)?.x ?? 0, needY],
        [run[0]?.x ?? 0, needY],
      ]
      return areaPath([...run.map(({ x, value }): Point => [x, y(value)]), ...ends])
    })
  return html`<clipPath id="${id}c"><rect x="0" y="${coordinate(top)}" width="100" height="${coordinate(height)}"/></clipPath><path class="lost" clip-path="url(#${id}c)" d="${areas.join('')}"/>`
}

function faultShade({ parts }: Timeline): Html[] {
  return parts
    .filter(({ window }) => window === 'fault')
    .map(
      ({ left, width }) => html`<div class="win" style="left:${coordinate(left)}%;width:${coordinate(width)}%"></div>`,
    )
}

function valueTicks({ unit }: JudgedObjective, axis: Scale): Html {
  const last = axis.ticks.at(-1)
  return html`<div class="ys" aria-hidden="true">${axis.ticks.map((tick) => html`<span style="top:${coordinate(100 - position(axis, tick))}%">${tickWords(tick, unit)}${unit === 'share' && tick === last && '\u00a0%'}</span>`)}</div>`
}

const NEED_WORDS = { share: 'needs', below: 'below', above: 'above', increase: 'at most' } as const

function needTag(objective: JudgedObjective, axis: Scale): Html {
  const level = needLevel(objective)
  if (level === null) return html`<div class="tags"></div>`
  const { unit, need } = objective
  const word =
    unit === 'share'
      ? `${need.kind === 'increase' ? 'at least' : NEED_WORDS[need.kind]} ${formatTarget(Number(level.toFixed(5)))}\u00a0%`
      : `${NEED_WORDS[need.kind]} ${tickWords(level, unit)}`
  return html`<div class="tags" aria-hidden="true"><span style="top:${coordinate(100 - position(axis, level))}%">${word}</span></div>`
}

function mergedNote({ unit }: JudgedObjective, { merged, sliceMs }: Timeline): Html | false {
  return (
    merged > 1 &&
    html`<p class="note">Each point is ${merged} slices of ${formatMs(sliceMs, RICH)}${unit === 'share' ? ' together' : ', the worst of them'}.</p>`
  )
}
