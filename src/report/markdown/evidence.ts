import type { Evidence } from '../../model/evidence.ts'
import type { Journal } from '../../model/journal.ts'
import { targetNoun } from '../words/facts.ts'
import { listed, name, sentence, target } from './inline.ts'
import { table } from './table.ts'

const MOST_ROWS = 60
const MOST_TARGETS = 4
const ENDED_BY: Readonly<Record<Evidence['endedBy'], string>> = {
  kernel: 'the kernel',
  agent: 'the agent',
  'nothing-to-end': 'nothing to end',
  'not-ended': '⚠️ not ended',
}
const UNPROVEN: Readonly<Record<Exclude<Evidence['status'], 'proven'>, string>> = {
  'not-injected': 'not on every target',
  'not-effective': 'no effect measured',
  'not-observed': 'not met by the traffic',
}

/**
 * What was measured to show that each fault had its effect, and what ended it; the short form keeps those of what did
 * not hold, and those without proof. Undefined where no fault was put on.
 */
export function evidenceTable(
  { experiments }: Pick<Journal, 'experiments'>,
  form: 'full' | 'short',
): string[] | undefined {
  const all = experiments.flatMap(({ evidence }) => evidence)
  if (all.length === 0) return undefined
  const told =
    form === 'full'
      ? all
      : experiments.flatMap(({ verdict, evidence }) =>
          evidence.filter(
            ({ status, endedBy }) => verdict !== 'pass' || status !== 'proven' || endedBy === 'not-ended',
          ),
        )
  const columns = ['fault', 'on', 'seen', 'ended by'].map((head) => ({ head, align: 'left' as const }))
  const rows = [...told].sort(unprovenFirst).slice(0, MOST_ROWS).map(evidenceRow)
  const rest = all.length - rows.length
  const quiet =
    rest === all.length - told.length ? 'had their effect and ended too; the report has each' : 'are in the report'
  return [
    ...(rows.length === 0 ? [] : [table(columns, rows).join('\n')]),
    ...(rest > 0 ? [`${rest}${rows.length === 0 ? '' : ' more'} ${quiet}.`] : []),
  ]
}

/** `Touched: 4 replicas, all in the plan. Not touched: the other 11.` */
export function touchedLine(journal: Journal): string {
  const { touched, untouched } = journal.plan
  const stray = [...new Set(journal.experiments.flatMap(({ targets }) => targets))].filter(
    (one) => !touched.includes(one),
  )
  const inPlan = stray.length === 0 ? 'all in the plan' : `⚠️ not in the plan: ${listed(stray, MOST_TARGETS, target)}`
  const others =
    journal.outside.length === 0
      ? `Not touched: the other ${untouched.length}.`
      : `⚠️ Changed outside the plan: ${listed(journal.outside, 10, target)}.`
  return `Touched: ${touched.length} ${targetNoun(journal, touched.length)}, ${inPlan}. ${others}`
}

function evidenceRow(evidence: Evidence): string[] {
  const { type, status, injected, seen, endedBy } = evidence
  const missed = injected.filter(({ ok }) => !ok)
  const word = status === 'proven' ? '' : `❔ ${UNPROVEN[status]}: `
  const why =
    missed.length === 0
      ? ''
      : `; ${listed(
          missed.map((one) => `${one.target}: ${one.detail}`),
          2,
          sentence,
        )}`
  return [
    name(type),
    listed(
      injected.map((one) => one.target),
      MOST_TARGETS,
      target,
    ),
    `${word}${sentence(seen, 200)}${why}`,
    ENDED_BY[endedBy],
  ]
}

function unprovenFirst(one: Evidence, other: Evidence): number {
  return Number(one.status === 'proven') - Number(other.status === 'proven')
}
