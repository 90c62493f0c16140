import type { Estimate, JudgedObjective } from '../../model/journal.ts'
import { judgedEstimate } from '../words/estimate.ts'
import { type Html, html } from './html.ts'
import { coordinate, position, type Scale } from './scale.ts'

/** Lowest shares that a rail of shares may start at; the widest that is needed is taken, so that rails can be compared. */
const SHARE_STARTS = [0.985, 0.96, 0.86, 0.5]

/** Interval, dot and need of one judged number on a line: the same three things for every unit. Empty where nothing was measured. */
export function rail(objective: JudgedObjective): Html | undefined {
  const estimate = judgedEstimate(objective)
  const limit = limitOf(objective)
  const dot = estimate?.value ?? estimate?.low ?? estimate?.high ?? null
  if (estimate === null || dot === null) return undefined
  const scale = railScale(objective, estimate, limit, dot)
  const at = (value: number) => coordinate(position(scale, value))
  const left = at(estimate.low ?? scale.from)
  const right = coordinate(100 - position(scale, estimate.high ?? scale.to))
  return html`<span class="micro ${objective.verdict}" aria-hidden="true"><i class="rail"></i><i class="span" style="left:${left}%;right:${right}%"></i><i class="need" style="left:${at(limit)}%"></i><i class="dot" style="left:${at(dot)}%"></i></span>`
}

/** The number that a judged one is held against, in the same measure. */
export function limitOf({ need }: Pick<JudgedObjective, 'need'>): number {
  if (need.kind === 'share') return need.target
  return need.kind === 'increase' ? need.atMost : need.value
}

function railScale({ unit, need }: JudgedObjective, { low, high }: Estimate, limit: number, dot: number): Scale {
  const ends = [low, high, limit, dot].filter((value) => value !== null)
  const least = Math.min(...ends)
  const most = Math.max(...ends)
  if (unit === 'share' && need.kind !== 'increase')
    return { from: SHARE_STARTS.find((start) => start < least) ?? 0, to: 1, log: false, ticks: [] }
  const room = (most - Math.min(0, least)) * 0.12 || 1
  return { from: least < 0 ? least - room : 0, to: most + room, log: false, ticks: [] }
}
