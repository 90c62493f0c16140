import type { Impact, JournalExperiment } from '../../model/journal.ts'
import { fixed } from '../words/numbers.ts'
import type { Anchors } from './anchors.ts'
import { type Html, html } from './html.ts'
import { name } from './inline.ts'

const MOST_SERVICES = 40
/** With more columns than this the table is turned, so that it grows down and not sideways. */
const MOST_COLUMNS = 9
const HOTTEST_POINTS = 10
/** Shades that leave dark text readable, and the one that is dark enough for white. */
const MOST_SHADE_PERCENT = 58
const HOT_SHADE_PERCENT = 96

/** Service × fault: failed requests in points above the same service's own baseline. Undefined where no service was seen. */
export function impactMap(
  experiments: readonly JournalExperiment[],
  anchors: Anchors,
  mostExperiments: number,
): Html | undefined {
  const seen = experiments.filter(({ ran, impact }) => ran && impact.length > 0).slice(0, mostExperiments)
  const services = [...new Set(seen.flatMap(({ impact }) => impact.map(({ service }) => service)))].slice(
    0,
    MOST_SERVICES,
  )
  if (services.length === 0) return undefined
  const find = (experiment: JournalExperiment, service: string) =>
    experiment.impact.find((one) => one.service === service)
  const link = (experiment: JournalExperiment) =>
    html`<a href="#${anchors.get(experiment) ?? ''}">${name(experiment.name)}</a>`
  const turned = seen.length > MOST_COLUMNS
  const heads = turned ? services.map((service) => name(service)) : seen.map(link)
  const rows = turned
    ? seen.map((experiment) => ({
        head: link(experiment),
        cells: services.map((service) => find(experiment, service)),
      }))
    : services.map((service) => ({ head: name(service), cells: seen.map((experiment) => find(experiment, service)) }))
  return html`<div class="scroll" role="region" aria-label="Impact map" tabindex="0"><table class="heat${turned && ' turned'}"><caption class="sr">Failed requests of each service under each fault, in points above its own baseline</caption>
<thead><tr><th scope="col">${turned ? 'experiment' : 'service'}</th>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>
${rows.map(({ head, cells }) => html`<tr><th scope="row">${head}</th>${cells.map(impactCell)}</tr>`)}</tbody></table></div>`
}

/** Points of failed requests above baseline; null where one of the windows saw no request. */
function impactPoints({ baseline, fault }: Impact): number | null {
  if (baseline.n === 0 || fault.n === 0) return null
  return 100 * (fault.bad / fault.n - baseline.bad / baseline.n)
}

function impactCell(impact: Impact | undefined): Html {
  if (impact === undefined) return html`<td class="none"><span class="sub">not seen</span></td>`
  const points = impactPoints(impact)
  const target = impact.target && html`<span class="target">target</span>`
  const hit = impact.target && ' hit'
  if (points === null) return html`<td class="none${hit}"><span class="sub">no requests</span>${target}</td>`
  const hot = points >= HOTTEST_POINTS - 0.05
  const heat = hot
    ? HOT_SHADE_PERCENT
    : Math.round(Math.sqrt(Math.max(0, points) / HOTTEST_POINTS) * MOST_SHADE_PERCENT)
  const text = Math.abs(points) < 0.05 ? html`<span class="zero">0</span>` : html`<b>${fixed(points, 1)}</b>`
  return html`<td class="${hot && 'hot'}${hit}" style="--h:${heat}%">${text}${target}</td>`
}
