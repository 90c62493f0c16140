import type { History, MonthHistory } from '../../model/history.ts'
import { type Html, html } from '../html/html.ts'
import { coordinate } from '../html/scale.ts'
import { formatMs } from '../words/durations.ts'
import { formatCount } from '../words/numbers.ts'
import { RICH } from '../words/typography.ts'
import { experimentsOf, monthName, runsOf, shareWords, shortMonth } from './words.ts'

/** A year and the same month before it. */
const MOST_MONTHS = 13
/** Room above the highest column for its number. */
const HIGHEST_PERCENT = 88

/** Runs by month as columns, and the same as numbers. */
export function monthsSection({ months }: History): Html {
  const shown = months.slice(-MOST_MONTHS)
  const most = Math.max(1, ...shown.map(runsOf))
  return html`<div class="monthly"><div>${columnsKey()}<div class="cols" aria-hidden="true">${shown.map((month) => column(month, most))}</div><div class="colx" aria-hidden="true">${shown.map(({ month }, place) => html`<span>${shortMonth(month, place === 0 ? false : undefined)}</span>`)}</div></div>
<div class="scroll" role="region" aria-label="Months" tabindex="0"><table class="plain"><caption class="sr">Runs and experiments of each month</caption><thead><tr><th scope="col">month</th><th scope="col" class="r">runs</th><th scope="col" class="r">held</th><th scope="col" class="r">failed</th><th scope="col" class="r">not judged</th><th scope="col" class="r">experiments held</th><th scope="col" class="r">recovery</th></tr></thead><tbody>
${shown.toReversed().map(row)}</tbody></table></div></div>`
}

function columnsKey(): Html {
  return html`<p class="key3"><span><i class="pass"></i>held</span><span><i class="fail"></i>failed</span><span><i class="other"></i>could not be judged</span></p>`
}

function column(month: MonthHistory, most: number): Html {
  const { runs } = month
  const height = (count: number) => (HIGHEST_PERCENT * count) / most
  const parts = [
    { kind: 'pass', count: runs.pass },
    { kind: 'fail', count: runs.fail },
    { kind: 'other', count: notJudged(month) },
  ]
  let top = 100
  const bars = parts.map(({ kind, count }) => {
    top -= height(count)
    return count === 0
      ? false
      : html`<rect class="${kind}" x="8" width="84" y="${coordinate(top + 0.6)}" height="${coordinate(Math.max(0.4, height(count) - 0.6))}"/>`
  })
  const total = runsOf(month)
  return html`<div class="col"><svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">${bars}</svg>${total > 0 && html`<span class="n" style="top:${coordinate(top)}%">${total}</span>`}</div>`
}

function notJudged({ runs }: MonthHistory): number {
  return runs.inconclusive + runs.error + runs.aborted
}

function row(month: MonthHistory): Html {
  const total = experimentsOf(month)
  const { medianRecoveryMs, unrecovered } = month
  const cell = (count: number) => html`<td class="r">${count === 0 ? '–' : formatCount(count, RICH)}</td>`
  return html`<tr><th scope="row">${monthName(month.month)}</th>${cell(runsOf(month))}${cell(month.runs.pass)}${cell(month.runs.fail)}${cell(notJudged(month))}<td class="r">${shareWords(month.experiments.pass, total, RICH)}</td><td class="r">${medianRecoveryMs === null ? '–' : formatMs(medianRecoveryMs, RICH)}${unrecovered > 0 && html`<span class="sub">${unrecovered} not seen</span>`}</td></tr>`
}
