import type { JudgedObjective, SearchResult } from '../../model/journal.ts'
import { formatSearchValue, searchWords } from '../words/search.ts'
import { RICH } from '../words/typography.ts'
import { type Html, html } from './html.ts'
import { name, nameText } from './inline.ts'
import { mark } from './mark.ts'
import { coordinate, linearScale, logScale, position, type Scale } from './scale.ts'
import { linePath, type Point } from './svg-path.ts'

type Step = SearchResult['steps'][number]
type Drawn = Step & {
  readonly order: number
  readonly x: number
  readonly y: number
  readonly top: number
  readonly bottom: number
}
/** Least share of failures that a logarithmic axis shows; nothing failed is drawn there. */
const LEAST_SHARE = 0.000_3
/** Nearer than this, in per cent of the axis, two labels touch: on a wide screen, and on a narrow one. */
const TIGHT_PERCENT = 6
const CLOSE_PERCENT = 15

/**
 * The tried values of a search: what failed against the size of the fault. The numbers are the order of the steps.
 * Steps that another objective decided are in the table only: their numbers do not belong on one line.
 */
export function searchChart(
  search: SearchResult,
  needs: ReadonlyMap<string, JudgedObjective>,
  verdict: JudgedObjective['verdict'],
  id: string,
): Html | undefined {
  const judged = deciding(search)
  const need = needs.get(judged)
  const shares = measuresShares(search, need)
  const measured = search.steps.flatMap((step, index) =>
    step.objective === judged && step.estimate !== null && step.estimate.value !== null && step.estimate.n > 0 && shares
      ? [{ ...step, order: index + 1 }]
      : [],
  )
  if (measured.length < 2) return undefined
  const across = valueAxis(search)
  const up: Scale = { from: LEAST_SHARE, to: 1, log: true, ticks: [0.001, 0.01, 0.1, 1] }
  const y = (share: number) => 100 - position(up, Math.max(share, LEAST_SHARE))
  const drawn = measured
    .map(
      (step): Drawn => ({
        ...step,
        x: position(across, step.value),
        y: y(1 - (step.estimate?.value ?? 1)),
        top: y(1 - (step.estimate?.low ?? 0)),
        bottom: y(1 - (step.estimate?.high ?? 1)),
      }),
    )
    .sort((one, other) => one.x - other.x)
  const limit = need?.need.kind === 'share' ? y(1 - need.need.target) : undefined
  return html`<figure class="chart search" aria-labelledby="${id}s">
<figcaption id="${id}s"><span class="ct">${mark(verdict)}<b>${name(judged)}</b> <span>what was bad, in per cent, against ${name(search.parameter)}; the numbers are the order of the steps</span></span></figcaption>
<div class="plot tall"><div class="ys" aria-hidden="true">${up.ticks.map((tick) => html`<span style="top:${coordinate(y(tick))}%">${tick * 100}${tick === 1 && '\u00a0%'}</span>`)}</div>
<div class="pane">${sides(search, across)}
<svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label="${nameText(judged)} by ${nameText(search.parameter)}: ${searchWords(search, RICH)}.">${up.ticks.map((tick) => html`<path class="grid" d="M0 ${coordinate(y(tick))}H100"/>`)}${limit !== undefined && html`<path class="need" d="M0 ${coordinate(limit)}H100"/>`}<path class="join" d="${linePath(drawn.map((step): Point => [step.x, step.y]))}"/>${drawn.map(({ x, top, bottom }) => html`<path class="whisk" d="M${coordinate(x)} ${coordinate(top)}V${coordinate(bottom)}"/>`)}</svg>
${must(search, across)}${drawn.map(({ verdict: held, order, ...at }) => html`<i class="pt ${held}" style="left:${coordinate(at.x)}%;top:${coordinate(at.y)}%"><b>${order}</b></i>`)}
</div><div class="tags" aria-hidden="true">${limit !== undefined && need?.need.kind === 'share' && html`<span style="top:${coordinate(limit)}%">at most ${Number(((1 - need.need.target) * 100).toFixed(4))}\u00a0%</span>`}</div></div>
<div class="xs" aria-hidden="true">${apart(drawn).map(({ x, value, close }) => html`<span${close && html` class="close"`} style="left:${coordinate(x)}%">${formatSearchValue(value, search.unit, RICH)}</span>`)}</div></figure>`
}

/** The objective that decided most steps; of several the first. */
function deciding({ steps }: SearchResult): string {
  const names = steps.map(({ objective }) => objective)
  const count = (wanted: string) => names.filter((one) => one === wanted).length
  return [...new Set(names)].sort((one, other) => count(other) - count(one))[0] ?? ''
}

/** Whether the steps measured shares; where no other experiment says what the objective is, their numbers do. */
export function measuresShares({ steps }: SearchResult, need: JudgedObjective | undefined): boolean {
  if (need !== undefined) return need.unit === 'share' && need.need.kind !== 'increase'
  const numbers = steps.flatMap(({ estimate }) => [estimate?.value ?? 0, estimate?.low ?? 0, estimate?.high ?? 0])
  return numbers.every((number) => number >= 0 && number <= 1)
}

function valueAxis({ steps, atLeast }: SearchResult): Scale {
  const values = [...steps.map(({ value }) => value), ...(atLeast === null ? [] : [atLeast])]
  return values.every((value) => value > 0) ? logScale(values, 1.2) : linearScale(values)
}

/** The side that holds and the side that breaks, with what was not tried between them. */
function sides({ holds, breaks }: SearchResult, axis: Scale): Html[] {
  const parts: Html[] = []
  if (holds !== null)
    parts.push(
      html`<div class="hold" style="left:0;width:${coordinate(position(axis, holds))}%"><span>holds</span></div>`,
    )
  if (breaks !== null)
    parts.push(
      html`<div class="brk" style="left:${coordinate(position(axis, breaks))}%;right:0"><span>breaks</span></div>`,
    )
  return parts
}

function must({ atLeast, unit }: SearchResult, axis: Scale): Html | false {
  const x = atLeast === null ? 0 : position(axis, atLeast)
  return (
    atLeast !== null &&
    html`<i class="must${x > 60 && ' left'}" style="left:${coordinate(x)}%"><span>must hold ${formatSearchValue(atLeast, unit, RICH)}</span></i>`
  )
}

/** Labels that do not run into each other; on a narrow screen those that are close are left out. */
function apart(drawn: readonly Drawn[]): (Drawn & { readonly close: boolean })[] {
  const kept: (Drawn & { readonly close: boolean })[] = []
  for (const step of drawn) {
    const wide = kept.filter(({ close }) => !close).at(-1)
    if (step.x - (kept.at(-1)?.x ?? -CLOSE_PERCENT) < TIGHT_PERCENT) continue
    kept.push({ ...step, close: step.x - (wide?.x ?? -CLOSE_PERCENT) < CLOSE_PERCENT })
  }
  return kept
}
