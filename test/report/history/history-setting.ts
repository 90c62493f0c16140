import { buildHistory } from '../../../src/history/build-history.ts'
import type { History } from '../../../src/model/history.ts'
import type { Journal } from '../../../src/model/journal.ts'
import { emptyJournal, errorJournal, hostileJournal, inconclusiveJournal } from '../sample-journals.ts'
import { monthsOfJournals } from '../samples/months.ts'

const HOSTILE_FILE = '<script>alert(1)</script>\u001b[2J.json'

function historyOf(journals: readonly Journal[]): History {
  const found = journals.map((journal, place) => ({ file: `journals/${place}/journal.json`, journal }))
  const left = [{ file: HOSTILE_FILE, why: 'it is not JSON', broken: true }]
  const made = buildHistory(found, left)
  if (!made) throw new Error('a history was expected')
  return made
}

const again = (journal: Journal, run: number): Journal => ({
  ...journal,
  run: { ...journal.run, id: `r-${run}`, startedAtMs: journal.run.startedAtMs + run * 3_600_000 },
})

/** Every history by name, for golden files and the browser. */
export const SAMPLE_HISTORIES: Readonly<Record<string, () => History>> = {
  months: () => historyOf(monthsOfJournals()),
  first: () => historyOf(monthsOfJournals().slice(0, 1)),
  hostile: () => historyOf([1, 2, 3].map((run) => again(hostileJournal(), run))),
  unjudged: () => historyOf([errorJournal(), again(inconclusiveJournal(), 1), again(emptyJournal(), 2)]),
}
