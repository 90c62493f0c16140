import type { JournalExperiment } from '../../model/journal.ts'
import { WINDOWS, type WindowName } from '../../model/measurement.ts'
import { formatMs } from '../words/durations.ts'
import { formatCount } from '../words/numbers.ts'
import { RICH } from '../words/typography.ts'
import { type LatencyHistogram, logCells, quantileOf, smoothed } from './histogram.ts'
import { type Html, html } from './html.ts'
import { coordinate, logScale, position, type Scale } from './scale.ts'
import { areaPath, linePath, type Point } from './svg-path.ts'
import { WINDOW_WORDS } from './timeline-chart.ts'

const CELLS = 120
/** Room at the right for what never ended. */
const PLOT_WIDTH = 94

interface Row {
  readonly window: WindowName
  readonly histogram: LatencyHistogram
  readonly cells: readonly number[]
}

/** Latency of every request before, under and after the fault, as three distributions on one axis. Undefined without requests. */
export function latencyRidges(latency: JournalExperiment['latency']): Html | undefined {
  const seen = WINDOWS.flatMap((window) => {
    const histogram = latency[window]
    return histogram !== null && histogram.n > 0 ? [{ window, histogram }] : []
  })
  const edges = seen.flatMap(({ histogram: { buckets, overflow, overflowFromMs } }) => [
    ...buckets.filter(([, count]) => count > 0).map(([upper]) => upper),
    ...(overflow > 0 ? [overflowFromMs] : []),
  ])
  if (!edges.some((edge) => edge > 0)) return undefined
  const axis = logScale(edges, 1.15)
  const rows = seen.map((row): Row => ({ ...row, cells: smoothed(logCells(row.histogram, axis.from, axis.to, CELLS)) }))
  const top = Math.max(
    ...rows.flatMap(({ cells, histogram }) => [
      histogram.overflow / histogram.n / 4,
      ...cells.map((count) => count / histogram.n),
    ]),
  )
  return html`<figure class="ridges">
<figcaption><b>Latency of every request</b> <span>logarithmic; height is the square root of the share, so that rare requests show</span></figcaption>
${rows.map((row) => ridge(row, axis, top))}
<div class="ridge rx" aria-hidden="true"><span></span><div class="rp">${axis.ticks.map((tick) => html`<span style="left:${coordinate(across(axis, tick))}%">${formatMs(tick, RICH)}</span>`)}</div><span></span></div>
</figure>`
}

function across(axis: Scale, ms: number): number {
  return position(axis, ms) * (PLOT_WIDTH / 100)
}

function ridge({ window, histogram, cells }: Row, axis: Scale, top: number): Html {
  const height = (share: number) => 100 - Math.sqrt(top > 0 ? Math.min(1, share / top) : 0) * 94
  const points = cells.map((count, index): Point => [((index + 0.5) / CELLS) * PLOT_WIDTH, height(count / histogram.n)])
  const median = quantileOf(histogram, 0.5)
  const p99 = quantileOf(histogram, 0.99)
  return html`<div class="ridge ${window}"><span class="rl">${WINDOW_WORDS[window]}</span><div class="rp"><svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label="${ridgeSentence(window, histogram)}"><path class="fill" d="${areaPath([[0, 100], ...points, [PLOT_WIDTH, 100]])}"/><path class="line" d="${linePath(points)}"/>${histogram.overflow > 0 && overflowBar(histogram, height)}</svg>${[quantileTick(median, axis, 'q'), quantileTick(p99, axis, 'q p99')]}</div><span class="rn"><span class="k50"><b>${quantileWords(median)}</b> median</span> <span class="k99"><b>${quantileWords(p99)}</b> p99</span>${histogram.overflow > 0 && html` <span class="kover">${formatCount(histogram.overflow, RICH)} not within ${formatMs(histogram.overflowFromMs, RICH)}</span>`}</span></div>`
}

/** What has no end is drawn as a block of its own, outside the axis. */
function overflowBar({ overflow, n }: LatencyHistogram, height: (share: number) => number): Html {
  const y = height(overflow / n / 4)
  return html`<rect class="over" x="${PLOT_WIDTH + 1}" width="${99 - PLOT_WIDTH}" y="${coordinate(y)}" height="${coordinate(100 - y)}"/>`
}

type Quantile = ReturnType<typeof quantileOf>

function quantileTick(quantile: Quantile, axis: Scale, kind: string): Html | false {
  return (
    quantile !== null &&
    html`<i class="${kind}" style="left:${coordinate(quantile.over ? PLOT_WIDTH : across(axis, quantile.ms))}%"></i>`
  )
}

function quantileWords(quantile: Quantile): string {
  return quantile === null ? '–' : `${quantile.over ? 'over\u00a0' : ''}${formatMs(quantile.ms, RICH)}`
}

function ridgeSentence(window: WindowName, histogram: LatencyHistogram): string {
  const when = { baseline: 'Before the fault', fault: 'Under the fault', recovery: 'After the fault' }[window]
  const over =
    histogram.overflow > 0
      ? `; ${formatCount(histogram.overflow, RICH)} found no end within ${formatMs(histogram.overflowFromMs, RICH)}`
      : ''
  return `${when}, of ${formatCount(histogram.n, RICH)} requests: median ${quantileWords(quantileOf(histogram, 0.5))}, 99th percentile ${quantileWords(quantileOf(histogram, 0.99))}${over}.`
}
