import type { JournalExperiment } from '../../model/journal.ts'
import type { Verdict } from '../../model/verdict.ts'
import { NOT_RUN } from '../words/verdicts.ts'
import { type Html, html } from './html.ts'

/** Shapes of verdicts: each is told by its outline and its sign as well as by its colour and its word. */
export type Shape = Verdict | 'off'

const SIGNS: Readonly<Record<Shape, Html>> = {
  pass: html`<path d="M3.2 8.4l3.1 3.2 6.5-7"/>`,
  fail: html`<path d="M4 4l8 8M12 4l-8 8"/>`,
  inconclusive: html`<path d="M5.4 5.6c.2-3.4 5.4-3.2 5.2.1-.1 2-2.6 2-2.6 4.1M8 12.6v.4"/>`,
  error: html`<path d="M8 3v6.4M8 12.4v.4"/>`,
  aborted: html`<path d="M5 5h6v6H5z"/>`,
  off: html`<path d="M4.5 8h7"/>`,
}
const WORDS: Readonly<Record<Shape, string>> = {
  pass: 'pass',
  fail: 'fail',
  inconclusive: 'inconclusive',
  error: 'error',
  aborted: 'aborted',
  off: 'not judged',
}

/** The sign of a verdict; its word is always there, shown or for screen readers only. */
export function mark(
  shape: Shape,
  { word = false, instead = WORDS[shape] }: { readonly word?: boolean; readonly instead?: string } = {},
): Html {
  return html`<span class="mark ${shape}"><svg viewBox="0 0 16 16" aria-hidden="true">${SIGNS[shape]}</svg><span${word ? '' : html` class="sr"`}>${instead}</span></span>`
}

/** An experiment's shape: what never ran is not judged, whatever its verdict says. */
export function shapeOf({ ran, verdict }: Pick<JournalExperiment, 'ran' | 'verdict'>): Shape {
  return ran ? verdict : 'off'
}

export function experimentMark(experiment: Pick<JournalExperiment, 'ran' | 'verdict'>, word = false): Html {
  return experiment.ran ? mark(experiment.verdict, { word }) : mark('off', { word, instead: NOT_RUN.word })
}
