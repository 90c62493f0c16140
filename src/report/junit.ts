import type { Journal, JournalExperiment } from '../model/journal.ts'
import { type ReasonCode, VERDICTS, type Verdict } from '../model/verdict.ts'
import { findingSentences } from './annotations.ts'
import { visibleLine } from './escape/text.ts'
import { truncateEnd } from './escape/truncate.ts'
import { escapeXml } from './escape/xml.ts'
import { isoSeconds } from './words/durations.ts'
import { fixed } from './words/numbers.ts'
import { verdictOf } from './words/outcome.ts'
import { recoveryWords } from './words/recovery.ts'
import { searchWords } from './words/search.ts'
import { objectiveStatement, plainStatement, reasonSentence } from './words/statement.ts'
import { PLAIN } from './words/typography.ts'

interface Case {
  readonly name: string
  readonly verdict: Verdict
  /** Code of the reason, or a word of ours where there is none. */
  readonly type: string
  readonly message: string
  readonly lines: readonly string[]
}

interface Suite {
  readonly name: string
  readonly cases: readonly Case[]
  readonly seconds: number
  readonly timestamp: string
}

/**
 * JUnit XML: a testsuite for each experiment, a testcase for each objective, its recovery and its search. What did not
 * hold is a failure, what could not be judged an error, and nothing is skipped: a skipped test passes most gates.
 */
export function renderJunit(journal: Journal): string {
  const suites = [...journal.experiments.map(experimentSuite), ...runSuite(journal)]
  const cases = suites.flatMap((suite) => suite.cases)
  const seconds = (journal.run.endedAtMs - journal.run.startedAtMs) / 1_000
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${attributes({ name: `seaworthy ${title(journal.suite.name)}`, ...counts(cases), time: time(seconds) })}>`,
    ...suites.flatMap(suiteLines),
    '</testsuites>',
  ]
  return `${lines.join('\n')}\n`
}

function experimentSuite(experiment: JournalExperiment): Suite {
  const { baseline, recovery, fault } = experiment.windows
  const start = baseline?.startMs ?? fault?.startMs
  const end = recovery?.endMs ?? fault?.endMs ?? baseline?.endMs
  const cases = [...objectiveCases(experiment), ...recoveryCases(experiment), ...searchCases(experiment)]
  return {
    name: title(experiment.name),
    cases: withVerdict(experiment, cases),
    seconds: start === undefined || end === undefined ? 0 : (end - start) / 1_000,
    timestamp: start === undefined ? '' : isoSeconds(start),
  }
}

function objectiveCases(experiment: JournalExperiment): Case[] {
  return experiment.objectives.map((objective) => ({
    name: title(objective.name),
    verdict: objective.verdict,
    type: objective.reasons[0]?.code ?? 'OBJECTIVE_MISSED',
    message: plainStatement(objectiveStatement(objective, PLAIN)),
    lines: objective.verdict === 'pass' ? [] : findingSentences({ experiment, objective }).slice(1),
  }))
}

function recoveryCases({ recovery }: JournalExperiment): Case[] {
  if (recovery === null) return []
  const { verdict } = recovery
  return [{ name: 'recovery', verdict, type: 'NOT_RECOVERED', message: recoveryWords(recovery, PLAIN), lines: [] }]
}

function searchCases({ search, verdict }: JournalExperiment): Case[] {
  if (search === null) return []
  return [
    {
      name: `search ${title(search.parameter)}`,
      verdict,
      type: 'THRESHOLD_TOO_LOW',
      message: searchWords(search, PLAIN),
      lines: [],
    },
  ]
}

/** The experiment's own verdict, where none of its cases carries it: the worst must be in the file. */
function withVerdict(experiment: JournalExperiment, cases: readonly Case[]): Case[] {
  if (!experiment.ran)
    return [{ name: 'run', verdict: 'error', type: 'NOT_RUN', message: 'Not run: the run ended before.', lines: [] }]
  const carried = cases.some((one) => VERDICTS.indexOf(one.verdict) >= VERDICTS.indexOf(experiment.verdict))
  if (carried) return [...cases]
  const [reason] = experiment.reasons
  const type: ReasonCode = reason?.code ?? 'INTERNAL'
  const lines = findingSentences({ experiment, objective: undefined })
  const message = reason === undefined ? (lines[0] ?? experiment.verdict) : reasonSentence(reason)
  return [{ name: 'experiment', verdict: experiment.verdict, type, message, lines }, ...cases]
}

/** What concerns the run as a whole: its own verdict where no experiment carries it, and what is left behind. */
function runSuite(journal: Journal): Suite[] {
  const verdict = verdictOf(journal)
  const carried = journal.experiments.some(
    (experiment) => !experiment.ran || VERDICTS.indexOf(experiment.verdict) >= VERDICTS.indexOf(verdict),
  )
  const reasons: Case[] = journal.reasons.map((reason) => ({
    name: 'run',
    verdict: worse(verdict),
    type: reason.code,
    message: reasonSentence(reason),
    lines: [],
  }))
  const bare: Case[] =
    reasons.length > 0 || verdict === 'pass' || carried
      ? []
      : [{ name: 'run', verdict, type: 'INTERNAL', message: journal.summary, lines: [] }]
  const left: Case[] = journal.leftovers.map(({ what, why, remedy }) => ({
    name: `left behind: ${title(what)}`,
    verdict: 'error',
    type: 'LEFTOVERS',
    message: why,
    lines: [`To remove it: ${remedy}`],
  }))
  const cases = [...(verdict === 'pass' ? [] : [...reasons, ...bare]), ...left]
  return cases.length === 0 ? [] : [{ name: 'run', cases, seconds: 0, timestamp: isoSeconds(journal.run.startedAtMs) }]
}

function worse(verdict: Verdict): Verdict {
  return verdict === 'pass' ? 'error' : verdict
}

function suiteLines({ name, cases, seconds, timestamp }: Suite): string[] {
  const facts = { name, ...counts(cases), time: time(seconds), ...(timestamp === '' ? {} : { timestamp }) }
  return [`  <testsuite ${attributes(facts)}>`, ...cases.flatMap((one) => caseLines(name, one)), '  </testsuite>']
}

function caseLines(suite: string, { name, verdict, type, message, lines }: Case): string[] {
  const open = `    <testcase ${attributes({ classname: suite, name, time: '0' })}`
  if (verdict === 'pass') return [`${open}/>`]
  const element = verdict === 'fail' ? 'failure' : 'error'
  const text = truncateEnd(visibleLine(message), 1_000)
  const body = [text, ...lines.map(visibleLine)].filter(
    (line, position, all) => line !== '' && all.indexOf(line) === position,
  )
  return [
    `${open}>`,
    `      <${element} ${attributes({ type, message: text })}>${escapeXml(body.join('\n'))}</${element}>`,
    '    </testcase>',
  ]
}

function counts(cases: readonly Case[]): Record<string, string> {
  const failures = cases.filter(({ verdict }) => verdict === 'fail').length
  const passed = cases.filter(({ verdict }) => verdict === 'pass').length
  return {
    tests: String(cases.length),
    failures: String(failures),
    errors: String(cases.length - failures - passed),
    skipped: '0',
  }
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key}="${escapeXml(value)}"`)
    .join(' ')
}

/** Longer than elsewhere: a test is found by its name. */
function title(text: string): string {
  return truncateEnd(visibleLine(text), 200) || '(no name)'
}

function time(seconds: number): string {
  return fixed(Math.max(0, seconds), 3)
}
