import type { Estimate, JudgedObjective } from '../../model/journal.ts'
import { boundsWords } from '../words/bounds.ts'
import { judgedEstimate } from '../words/estimate.ts'
import { needSigns } from '../words/need.ts'
import { fixed, formatCount, trimZeros } from '../words/numbers.ts'
import { RICH } from '../words/typography.ts'
import { type Html, html } from './html.ts'
import { name } from './inline.ts'
import { judgedHtml, levelWords } from './levels.ts'
import { mark } from './mark.ts'

/** The numbers behind the verdicts of one experiment: levels, bounds, counts, clustering, corrected p-values. */
export function numbersTable(objectives: readonly JudgedObjective[], id: string): Html | undefined {
  if (objectives.length === 0) return undefined
  return html`<div class="scroll" role="region" aria-labelledby="${id}n" tabindex="0"><table class="plain numbers"><caption id="${id}n">Numbers</caption><thead><tr><th scope="col">objective</th><th scope="col" class="r">before</th><th scope="col" class="r">under the fault</th><th scope="col" class="r">after</th><th scope="col" class="r">needs</th><th scope="col" class="r">95\u00a0% bounds</th><th scope="col" class="r">counted</th><th scope="col" class="r">clustering</th><th scope="col" class="r">p, corrected</th></tr></thead><tbody>
${objectives.map(numbersRow)}</tbody></table></div>`
}

function numbersRow(objective: JudgedObjective): Html {
  const estimate = judgedEstimate(objective)
  return html`<tr><th scope="row">${mark(objective.verdict)} ${name(objective.name)}</th><td class="r">${levelWords(objective.baseline, objective)}</td><td class="r">${judgedHtml(objective)}</td><td class="r">${levelWords(objective.recovery, objective)}</td><td class="r">${needSigns(objective, RICH)}</td><td class="r">${dashed(boundsWords(estimate, objective, RICH))}</td><td class="r">${counted(objective.fault, objective)}</td><td class="r">${estimate === null ? '–' : trimZeros(fixed(estimate.designEffect, 2))}</td><td class="r">${pWords(objective.pHolm ?? objective.pValue)}</td></tr>`
}

function counted(estimate: Estimate | null, { unit }: JudgedObjective): string {
  if (estimate === null || estimate.n === 0) return 'none'
  return unit === 'share'
    ? `${formatCount(estimate.bad, RICH)} bad of ${formatCount(estimate.n, RICH)}`
    : formatCount(estimate.n, RICH)
}

function pWords(p: number | null): string {
  if (p === null) return '–'
  return p < 0.001 ? '< 0.001' : trimZeros(fixed(p, 3))
}

function dashed(words: string): string {
  return words === '' ? '–' : words
}
