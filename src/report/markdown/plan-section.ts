import type { Journal } from '../../model/journal.ts'
import { codeSpan } from '../escape/markdown.ts'
import { formatAbout, utcMinute } from '../words/durations.ts'
import { targetNoun } from '../words/facts.ts'
import { formatCount } from '../words/numbers.ts'
import { RICH } from '../words/typography.ts'
import { listed, name, sentence, target } from './inline.ts'
import { details, table } from './table.ts'

const MOST_TARGETS = 40

/** What was planned and how long each part took, for those who want to know what a run did to their cluster. */
export function planSection(journal: Journal): string[] {
  const { plan, run, traffic, timings } = journal
  const facts = [
    `Plan ${codeSpan(plan.digest.slice(0, 12))}, seed ${run.seed}, estimated ${formatAbout(plan.estimateMs, RICH)}, took ${formatAbout(run.endedAtMs - run.startedAtMs, RICH)} from ${utcMinute(run.startedAtMs)}.`,
    `${targetNoun(journal, 1) === 'pod' ? 'Pods' : 'Replicas'} that the plan may touch (${plan.touched.length}): ${plan.touched.length === 0 ? 'none' : listed(plan.touched, MOST_TARGETS, target)}.`,
    `Traffic: ${sentence(traffic.description === '' ? traffic.kind : traffic.description)}, ${formatCount(traffic.requests, RICH)} requests${late(traffic.lateP99Ms)}.`,
  ]
  const rows = timings.map(({ phase, ms }) => [name(phase), formatAbout(ms, RICH)])
  const times =
    rows.length === 0
      ? []
      : [
          table(
            [
              { head: 'phase', align: 'left' },
              { head: 'took', align: 'right' },
            ],
            rows,
          ).join('\n'),
        ]
  return [details('Plan, traffic and where the time went', [facts.join('\n\n'), ...times])]
}

function late(lateP99Ms: number | null): string {
  return lateP99Ms === null
    ? ''
    : `; the generator itself was at most ${Math.ceil(lateP99Ms)}${RICH.space}ms late for 99 % of them`
}
