import type { JudgedObjective, SearchResult } from '../../model/journal.ts'
import { estimateWords, printEstimate } from '../words/estimate.ts'
import { needSigns } from '../words/need.ts'
import { formatSearchValue } from '../words/search.ts'
import { RICH } from '../words/typography.ts'
import { type Html, html } from './html.ts'
import { name, sentence } from './inline.ts'
import { mark } from './mark.ts'
import { measuresShares } from './search-chart.ts'

const MOST_STEPS = 60
const RESULT_WORDS = {
  pass: 'holds',
  fail: 'breaks',
  inconclusive: 'not decided',
  error: 'error',
  aborted: 'aborted',
} as const

/** The steps of a search in the order in which they ran, each with the number that decided it. */
export function searchSteps(search: SearchResult, needs: ReadonlyMap<string, JudgedObjective>): Html {
  const { steps, unit, parameter } = search
  const objectives = new Set(steps.map(({ objective }) => objective))
  const [only] = objectives
  const rows = steps.slice(0, MOST_STEPS).map((step, index) => {
    const need = needs.get(step.objective)
    const reason = step.verdict === 'pass' || step.verdict === 'fail' ? undefined : step.reasons[0]
    return html`<tr><td>${index + 1}</td><td class="r">${formatSearchValue(step.value, unit, RICH)}</td><td class="r">${objectives.size > 1 && html`${name(step.objective)} `}${stepNumber(step, need, measuresShares(search, need))}</td><td class="r">${need === undefined ? '–' : needSigns(need, RICH)}</td><td>${mark(step.verdict)} ${RESULT_WORDS[step.verdict]}${reason !== undefined && html`<span class="sub">${sentence(reason.detail)}</span>`}</td></tr>`
  })
  return html`<div class="scroll" role="region" aria-label="Steps of the search" tabindex="0"><table class="plain steps"><caption class="sr">Steps of the search, in the order in which they ran</caption><thead><tr><th scope="col">step</th><th scope="col" class="r">${name(parameter)}</th><th scope="col" class="r">${objectives.size === 1 && only !== undefined ? name(only) : 'decided by'}</th><th scope="col" class="r">needs</th><th scope="col">result</th></tr></thead><tbody>${rows}</tbody></table></div>${steps.length > MOST_STEPS && html`<p class="note">${steps.length - MOST_STEPS} more steps are in <code>journal.json</code>.</p>`}`
}

function stepNumber(
  { estimate, verdict }: SearchResult['steps'][number],
  need: JudgedObjective | undefined,
  shares: boolean,
): Html {
  if (estimate === null) return html`no data`
  // Without its need a number is printed as it is, with nothing that its digits must agree with.
  const bare = {
    unit: shares ? ('share' as const) : ('value' as const),
    need: { kind: 'share' as const, target: 0 },
    verdict: 'pass' as const,
  }
  const words = estimateWords(printEstimate(estimate, need === undefined ? bare : { ...need, verdict }, RICH), RICH)
  const [value = '', margin] = words.split(' ± ')
  return html`<b>${value}</b>${margin !== undefined && html` <span class="pm">±\u00a0${margin}</span>`}`
}
