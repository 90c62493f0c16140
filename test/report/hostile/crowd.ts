import type { Journal, JournalExperiment } from '../../../src/model/journal.ts'
import { repositoryPath } from '../../../src/report/annotations.ts'
import { visibleLine } from '../../../src/report/escape/text.ts'
import { withText } from '../hostile-strings.ts'
import { errorJournal, failJournal, inconclusiveJournal } from '../sample-journals.ts'

/** Longer ones are cut, and so must be their twins. */
const LONG = 150
/** As many as a comment tells in full. */
const EXPERIMENTS = 12
/** Each text of an experiment stands where these words of a journal do. */
const PLACES: readonly (readonly string[])[] = [
  ['name', 'objective', 'parameter'],
  ['detail', 'why', 'summary', 'remedy'],
  ['text', 'what'],
  ['seen', 'service', 'description', 'means'],
  ['target', 'targets', 'workload', 'type'],
]
/** Texts that one journal shows. */
export const CROWD = EXPERIMENTS * PLACES.length

const WHY = { why: 'why', hint: { code: 'RULE', text: 'text' } }

/** A failure, a search, one that could not be judged: few slices and objectives, as no text is in them. */
const FORMS: readonly JournalExperiment[] = [
  ...failJournal().experiments.filter(({ index }) => index === 2 || index === 4),
  ...inconclusiveJournal().experiments.slice(0, 1),
].map((experiment) => ({
  ...experiment,
  ...WHY,
  objectives: experiment.objectives
    .slice(0, 1)
    .map((one) => ({ ...one, slices: one.slices.filter((_, place) => place % 20 === 0) })),
  evidence: experiment.evidence.slice(0, 1),
  impact: experiment.impact.slice(0, 2),
  targets: experiment.targets.slice(0, 1),
}))

/** A journal in which every text comes from `texts`: five an experiment, and the first ones around the experiments too. */
export function crowd(texts: readonly string[]): Journal {
  const experiments = Array.from({ length: Math.ceil(texts.length / PLACES.length) }, (_, place) => {
    const form = FORMS[place % FORMS.length]
    if (form === undefined) throw new Error('there are forms')
    return { ...withText(form, placed(texts, place)), index: place + 1, line: 20 + place }
  })
  const { experiments: _, ...frame } = errorJournal()
  return { ...withText(frame, placed(texts, 0)), experiments }
}

function placed(texts: readonly string[], experiment: number): (key: string) => string {
  return (key) => {
    const place = Math.max(
      0,
      PLACES.findIndex((keys) => keys.includes(key)),
    )
    return texts[(experiment * PLACES.length + place) % texts.length] ?? ''
  }
}

/**
 * The same journal with a word in place of each text that shows anything, another word for another text: what the text
 * adds to the structure is its own doing.
 */
export function twinOf(texts: readonly string[]): Journal {
  const twin = crowd(
    texts.map((text) => (visibleLine(text) === '' ? text : harmless(texts.indexOf(text), text.length))),
  )
  // A file outside the repository has no lines that remarks could stand beside.
  const file = repositoryPath(texts[0] ?? '') === undefined ? '' : twin.suite.file
  return { ...twin, suite: { ...twin.suite, file } }
}

/** `wordb`, `wordac`: letters alone, so that nothing of ours meets a digit beside it. */
function harmless(place: number, length: number): string {
  const letters = [...String(place)].map((digit) => String.fromCodePoint(97 + Number(digit)))
  return `word${letters.join('')}${length > LONG ? 'x'.repeat(length) : ''}`
}

export function inCrowds(texts: readonly string[], size: number = CROWD): (readonly string[])[] {
  return Array.from({ length: Math.ceil(texts.length / size) }, (_, place) =>
    texts.slice(place * size, (place + 1) * size),
  )
}
