import type { Impact, JournalExperiment } from '../../model/journal.ts'
import { fixed } from '../words/numbers.ts'
import { worstFirst } from '../words/order.ts'
import { name } from './inline.ts'
import { table } from './table.ts'

const MOST_COLUMNS = 12
const MOST_ROWS = 30
const BOLD_FROM_POINTS = 1
const HIT = '◎'

/** Service × experiment: points of failed requests above the same service's own baseline. Undefined where no service was seen. */
export function impactMap(experiments: readonly JournalExperiment[]): string[] | undefined {
  const measured = worstFirst(experiments).filter(({ ran, impact }) => ran && impact.length > 0)
  const crowded = measured.length > MOST_COLUMNS
  const shown = measured
    .filter(({ verdict }) => !crowded || verdict !== 'pass')
    .slice(0, MOST_COLUMNS)
    .sort((one, other) => one.index - other.index)
  const services = [...new Set(shown.flatMap(({ impact }) => impact.map(({ service }) => service)))]
  if (services.length === 0) return undefined
  const rows = services
    .slice(0, MOST_ROWS)
    .map((service) => [
      name(service, 30),
      ...shown.map(({ impact }) => impactCell(impact.find((one) => one.service === service))),
    ])
  const heads = shown.map((experiment) => ({ head: name(experiment.name, 24), align: 'right' as const }))
  const left = [measured.length - shown.length, services.length - rows.length]
  return [
    table([{ head: 'failed requests, points above baseline', align: 'left' }, ...heads], rows).join('\n'),
    `${HIT} where the fault was put. Bold: 1 point or more.${leftOut(left[0] ?? 0, 'experiments')}${leftOut(left[1] ?? 0, 'services')}`,
  ]
}

/** Points of failed requests above baseline; null where one of the windows saw no request. */
function impactPoints({ baseline, fault }: Impact): number | null {
  if (baseline.n === 0 || fault.n === 0) return null
  return 100 * (fault.bad / fault.n - baseline.bad / baseline.n)
}

function impactCell(impact: Impact | undefined): string {
  if (impact === undefined) return '–'
  const points = impactPoints(impact)
  const text = points === null ? 'no requests' : Math.abs(points) < 0.05 ? '0' : fixed(points, 1)
  const strong = points !== null && points >= BOLD_FROM_POINTS ? `**${text}**` : text
  return impact.target ? `${strong} ${HIT}` : strong
}

function leftOut(count: number, what: string): string {
  return count === 0 ? '' : ` ${count} more ${what} are in the report.`
}
