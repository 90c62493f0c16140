import type { SuiteHistory } from '../../model/history.ts'
import { plural } from '../words/numbers.ts'
import { dayOf } from './words.ts'

/** `42 runs, 2 Jun to 21 Nov 2026, 38 held`. */
export function suiteLead({ runs, repository }: SuiteHistory): string {
  const [first, last] = [runs[0], runs.at(-1)].map((run) => dayOf(run?.atMs ?? 0, true))
  const held = runs.filter(({ verdict }) => verdict === 'pass').length
  const where = repository === null ? '' : `${repository}: `
  return `${where}${runs.length} ${plural(runs.length, 'run')}, ${first === last ? first : `${first} to ${last}`}, ${held} held.`
}
