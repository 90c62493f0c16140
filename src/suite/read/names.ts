import { shown } from '../../kit/shown.ts'
import type { Report } from '../issues/report.ts'

/** The names in a list of the suite, each once; a second one is a mistake, since reports and flags call things by name. */
export function checkNames(list: 'objectives' | 'experiments', what: string, report: Report): readonly string[] {
  const raw = report.raw([list])
  const names = new Map<string, number>()
  for (const place of Array.isArray(raw) ? raw.keys() : []) {
    const name = report.raw([list, place, 'name'])
    if (typeof name !== 'string') continue
    const first = names.get(name)
    if (first === undefined) names.set(name, place)
    else
      report.at(
        [list, place, 'name'],
        `there is another ${what} ${shown(name)} in line ${report.line([list, first])}`,
        'Give each a name of its own.',
      )
  }
  return [...names.keys()]
}
