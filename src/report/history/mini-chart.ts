import type { HistoryRun, Point, Series } from '../../model/history.ts'
import type { Verdict } from '../../model/verdict.ts'
import { type Html, html } from '../html/html.ts'
import { name, nameText } from '../html/inline.ts'
import { coordinate, position, type Scale } from '../html/scale.ts'
import { areaPath, linePath, type Point as Place } from '../html/svg-path.ts'
import { RICH } from '../words/typography.ts'
import { limitOf, seriesAxis } from './series-axis.ts'
import { changeWords, dayOf, pointWords, seriesNeed, seriesValue } from './words.ts'

/** More are not told apart on a third of a page. */
const MOST_POINTS = 120

/** One number over the runs of its suite: intervals as a band, what is needed dashed, each run a dot with its verdict. */
export function miniChart(series: Series, runs: readonly HistoryRun[]): Html {
  const points = series.points.slice(-MOST_POINTS)
  const first = points[0]
  const last = points.at(-1)
  if (!first || !last) return html``
  const shown = { ...series, points }
  const axis = seriesAxis(shown)
  const day = (point: Point, year: boolean) => dayOf(runs[point.run]?.atMs ?? 0, year)
  const changed = changeWords(series.change, series, RICH)
  const need = seriesNeed(series, RICH)
  return html`<figure class="mini ${series.change.is}"><figcaption><span><b>${name(series.kind === 'threshold' ? `threshold of ${series.name}` : series.name)}</b> <span class="sub">${name(series.means)}</span></span><span class="now"><b>${pointWords(last, series, RICH)}</b>${need !== '' && html`<span class="sub">${need}</span>`}</span></figcaption>
<div class="plot">${ticks(shown, axis)}<div class="pane">${picture(shown, axis, runs)}</div></div>
<div class="xs" aria-hidden="true"><span>${day(first, true)}</span>${points.length > 1 && html`<span>${day(last, true)}</span>`}</div>${changed !== '' && html`<p class="chg"><b>${series.change.is}</b>: ${changed}</p>`}</figure>`
}

function ticks({ points: _, ...series }: Series, axis: Scale): Html {
  return html`<div class="ys" aria-hidden="true">${axis.ticks.map((tick) => html`<span style="top:${coordinate(100 - position(axis, tick))}%">${tick === 0 && series.unit !== 'share' ? '0' : seriesValue(tick, series, RICH).replace(/^\+/, '')}</span>`)}</div>`
}

function picture(series: Series, axis: Scale, runs: readonly HistoryRun[]): Html {
  const { points } = series
  const x = (place: number) => (points.length === 1 ? 50 : 2 + (96 * place) / (points.length - 1))
  const y = (value: number) => 100 - position(axis, value)
  const limit = limitOf(series)
  const since = points.findIndex(({ comparable }) => comparable)
  const parts = since > 0 ? [points.slice(0, since), points.slice(since)] : [points]
  return html`<svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label="${sentence(series, runs)}">
${axis.ticks.map((tick) => html`<path class="grid" d="M0 ${coordinate(y(tick))}H100"/>`)}${monthLines(points, runs, x)}${parts.map((part, at) => course(part, at === 1 ? since : 0, { x, y }, at === 0 && parts.length === 2))}${limit !== null && html`<path class="need" d="M0 ${coordinate(y(limit))}H100"/>`}${dots(series, x, y)}</svg>`
}

interface Axes {
  readonly x: (place: number) => number
  readonly y: (value: number) => number
}

function course(points: readonly Point[], offset: number, { x, y }: Axes, old: boolean): Html {
  const seen = points.flatMap(({ value, low, high }, place) =>
    value === null ? [] : [{ place: place + offset, value, low, high }],
  )
  const ends = seen.flatMap(({ place, low, high }) => (low === null || high === null ? [] : [{ place, low, high }]))
  const band = [
    ...ends.map(({ place, high }): Place => [x(place), y(high)]),
    ...ends.map(({ place, low }): Place => [x(place), y(low)]).reverse(),
  ]
  return html`${ends.length > 1 && html`<path class="band${old && ' old'}" d="${areaPath(band)}"/>`}<path class="line${old && ' old'}" d="${linePath(seen.map(({ place, value }): Place => [x(place), y(value)]))}"/>`
}

/** Where a month begins, so that the eye finds a date. */
function monthLines(points: readonly Point[], runs: readonly HistoryRun[], x: Axes['x']): Html[] {
  const month = (point: Point | undefined) => new Date(runs[point?.run ?? 0]?.atMs ?? 0).toISOString().slice(0, 7)
  return points.flatMap((point, place) =>
    place > 0 && month(point) !== month(points[place - 1])
      ? [html`<path class="month" d="M${coordinate((x(place) + x(place - 1)) / 2)} 0V100"/>`]
      : [],
  )
}

/** What could not be measured because it was too much lies at the bad end. */
function dots({ points, goodSide }: Series, x: Axes['x'], y: Axes['y']): Html[] {
  const worst = goodSide === 'low' ? 0 : 100
  const kinds: readonly (readonly [string, (verdict: Verdict) => boolean])[] = [
    ['pass', (verdict) => verdict === 'pass'],
    ['other', (verdict) => verdict !== 'pass' && verdict !== 'fail'],
    ['fail', (verdict) => verdict === 'fail'],
  ]
  return kinds.flatMap(([kind, is]) => {
    const drawn = points.flatMap(({ value, low, high, verdict }, place) => {
      if (!is(verdict) || (value === null && low === null && high === null)) return []
      return [`M${coordinate(x(place))} ${coordinate(value === null ? worst : y(value))}h0`]
    })
    return drawn.length === 0 ? [] : [html`<path class="dot ${kind}" d="${drawn.join('')}"/>`]
  })
}

/** One sentence that says what the chart shows. */
function sentence(series: Series, runs: readonly HistoryRun[]): string {
  const { points } = series
  const values = points.flatMap(({ value }) => (value === null ? [] : [value]))
  const span = [points[0], points.at(-1)].map((point) => dayOf(runs[point?.run ?? 0]?.atMs ?? 0, true))
  const [low, high] = [Math.min(...values), Math.max(...values)].map((value) => seriesValue(value, series, RICH))
  const failed = points.filter(({ verdict }) => verdict === 'fail').length
  const need = seriesNeed(series, RICH)
  const range =
    values.length === 0 ? 'nothing measured' : `from ${low} to ${high}, last ${pointWords(points.at(-1), series, RICH)}`
  const others = points.length - failed - points.filter(({ verdict }) => verdict === 'pass').length
  return `${nameText(series.name)}: ${points.length} runs, ${span[0]} to ${span[1]}: ${range}${need === '' ? '' : `; ${need}`}; ${failed} failed${others > 0 ? `, ${others} could not be judged` : ''}.`
}
