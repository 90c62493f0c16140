import type { Journal, JournalExperiment } from '../../model/journal.ts'
import { formatMs, isoSeconds } from '../words/durations.ts'
import { reproduceCommand } from '../words/facts.ts'
import { formatCount } from '../words/numbers.ts'
import { reasonSentences } from '../words/statement.ts'
import { RICH } from '../words/typography.ts'
import { ENDED_BY } from './evidence-table.ts'
import { type Html, html, joined, type Part } from './html.ts'
import { code, listed, name, sentence } from './inline.ts'

const MOST_TARGETS = 12
const MOST_SENTENCES = 8
const MOST_QUERIES = 8

/** Everything about an experiment that is no number over time: effect, recovery, targets, how requests failed, how to repeat it. */
export function experimentFacts(experiment: JournalExperiment, journal: Journal): Html {
  const rows = [...faultFacts(experiment), ...outcomeFacts(experiment), ...repeatFacts(experiment, journal)]
  return html`<dl class="facts">${rows.filter(([, words]) => words !== false).map(([term, words]) => html`<div><dt>${term}</dt><dd>${words}</dd></div>`)}</dl>`
}

type Fact = readonly [term: string, words: Part]

function faultFacts({ faults, evidence, targets, of, mechanism }: JournalExperiment): Fact[] {
  return [
    [
      'fault',
      joined(
        faults.slice(0, MOST_SENTENCES).map(({ description }) => name(description, 160)),
        '; ',
      ),
    ],
    [
      'effect',
      evidence.length > 0 &&
        joined(
          evidence
            .slice(0, MOST_SENTENCES)
            .map(({ seen, endedBy }) => html`${sentence(seen)} Ended by: ${ENDED_BY[endedBy]}.`),
          html`<br>`,
        ),
    ],
    [
      'targets',
      targets.length === 0
        ? 'none'
        : html`${listed(targets, MOST_TARGETS, (target) => code(target))} <span class="pm">${targets.length} of ${of}</span>`,
    ],
    ['mechanism', mechanism !== '' && name(mechanism, 200)],
  ]
}

function outcomeFacts(experiment: JournalExperiment): Fact[] {
  const { recovery, failures, windows, aborted } = experiment
  const reasons = reasonSentences(experiment)
  return [
    [
      'reasons',
      reasons.length > 0 &&
        html`${reasons.slice(0, MOST_SENTENCES).map((one) => html`${sentence(one)} `)}${reasons.length > MOST_SENTENCES && `And ${reasons.length - MOST_SENTENCES} more.`}`,
    ],
    ['recovered', recovery !== null && recovered(recovery)],
    [
      'ended early',
      aborted !== null &&
        html`after ${formatMs(aborted.afterMs, RICH)}, when ${name(aborted.objective)} was proven to be below ${Number((aborted.below * 100).toFixed(4))}\u00a0%`,
    ],
    [
      'failures',
      failures.length > 0 &&
        listed(failures, MOST_SENTENCES, ({ what, count }) => html`${formatCount(count, RICH)} ${name(what)}`, ', '),
    ],
    [
      'fault from',
      windows.fault !== null && `${isoSeconds(windows.fault.startMs)} to ${isoSeconds(windows.fault.endMs)}`,
    ],
  ]
}

function recovered({ lowMs, highMs, limitMs, objective }: NonNullable<JournalExperiment['recovery']>): Html {
  const limit = limitMs === null ? '' : `, limit ${formatMs(limitMs, RICH)}`
  const last = objective !== null && html`; last to come back: ${name(objective)}`
  if (highMs === null) return html`not within the ${formatMs(lowMs, RICH)} that were watched${limit}${last}`
  return html`${lowMs > 0 ? `${formatMs(lowMs, RICH)} to ${formatMs(highMs, RICH)} after` : `within ${formatMs(highMs, RICH)} after`} the fault ended${limit}${last}`
}

function repeatFacts(experiment: JournalExperiment, journal: Journal): Fact[] {
  const queries = [...new Set(experiment.objectives.flatMap((objective) => objective.queries))]
  return [
    ['queries', queries.length > 0 && listed(queries, MOST_QUERIES, (query) => code(query, 300), html`<br>`)],
    ['suite', html`${code(journal.suite.file)}, line ${experiment.line}`],
    ['again', code(reproduceCommand(journal, experiment.name), 300)],
  ]
}
