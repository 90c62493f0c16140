import type { Journal } from '../../model/journal.ts'
import { measuredLength } from '../escape/truncate.ts'
import { objectivesWorstFirst, worstFirst } from '../words/order.ts'
import { renderWithin } from './comment.ts'
import { name } from './inline.ts'
import type { LinkOptions } from './links.ts'
import { mermaidChart } from './mermaid.ts'
import { planSection } from './plan-section.ts'

/** GitHub takes 1 MiB for each step. */
const SUMMARY_LIMIT = 1_000_000
const COMMENT_SHARE = 800_000
const MOST_CHARTS = 40

/** The job summary: the comment in full, a chart for each objective that did not hold, and the plan. Less than 1 000 000 bytes. */
export function renderJobSummary(journal: Journal, options: LinkOptions = {}): string {
  const parts = [renderWithin(journal, COMMENT_SHARE, options)]
  let room = SUMMARY_LIMIT - measuredLength(parts[0] ?? '') - 1_000
  for (const part of [...charts(journal), ...planSection(journal)]) {
    room -= measuredLength(part) + 2
    if (room < 0) break
    parts.push(part)
  }
  return `${parts.join('\n\n')}\n`
}

function charts({ experiments }: Journal): string[] {
  const drawn = worstFirst(experiments)
    .filter(({ ran, verdict }) => ran && verdict === 'fail')
    .flatMap((experiment) =>
      objectivesWorstFirst(experiment.objectives)
        .filter(({ verdict }) => verdict === 'fail')
        .map((objective) => ({ experiment, objective })),
    )
    .flatMap(({ experiment, objective }) => {
      const chart = mermaidChart(experiment, objective)
      const flat = chart?.match(/^ {4}line /gm)?.length === 2 ? 'Flat line: what is needed. ' : ''
      return chart === undefined
        ? []
        : [`${chart}\n\n<sub>${flat}${name(experiment.name)}: the same numbers are in the table above.</sub>`]
    })
  const left = drawn.length - MOST_CHARTS
  return [...drawn.slice(0, MOST_CHARTS), ...(left > 0 ? [`<sub>${left} more charts are in the report.</sub>`] : [])]
}
