import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Journal } from '../../src/model/journal.ts'
import { renderCheckRun } from '../../src/report/check-run.ts'
import { renderJunit } from '../../src/report/junit.ts'
import { renderComment } from '../../src/report/markdown/comment.ts'
import { renderJobSummary } from '../../src/report/markdown/job-summary.ts'
import { renderMarkdownReport } from '../../src/report/markdown/report.ts'
import { renderPlan } from '../../src/report/plan/render-plan.ts'
import { renderSarif } from '../../src/report/sarif.ts'
import { renderLive } from '../../src/report/terminal/live.ts'
import { createLiveView } from '../../src/report/terminal/live-state.ts'
import { plainLines } from '../../src/report/terminal/plain.ts'
import { renderSummaryText } from '../../src/report/terminal/summary.ts'
import { HOSTILE_STRINGS, withText } from './hostile-strings.ts'
import { lintFirstLine, lintMarkdown, lintMarker } from './lint/markdown.ts'
import { lintLogLine, lintTerminal } from './lint/terminal.ts'
import { parseXml, type XmlElement } from './lint/xml.ts'
import { eventsOf } from './sample-events.ts'
import { errorJournal, failJournal, inconclusiveJournal } from './sample-journals.ts'
import { doubtfulPlan } from './sample-plan.ts'

/** One of each: a failure, what could not be judged, what never ran, leftovers, things changed outside the plan. Few slices, as no text is in them. */
const BASE: Journal = {
  ...errorJournal(),
  experiments: [
    ...failJournal().experiments.filter(({ index }) => index === 2 || index === 4),
    ...inconclusiveJournal().experiments.slice(0, 1),
    ...errorJournal().experiments.slice(1, 3),
  ].map((experiment) => ({
    ...experiment,
    objectives: experiment.objectives.map((one) => ({
      ...one,
      slices: one.slices.filter((_, place) => place % 20 === 0),
    })),
  })),
}

const SINKS: Readonly<Record<string, (text: string) => void>> = {
  comment: (text) => {
    const comment = renderComment(withText(BASE, text))
    lintMarkdown(comment)
    lintFirstLine(comment)
    lintMarker(comment)
  },
  'Markdown report and job summary': (text) => {
    const journal = withText(BASE, text)
    lintMarkdown(text.length % 2 === 0 ? renderMarkdownReport(journal) : renderJobSummary(journal))
  },
  'check run': (text) => {
    const check = renderCheckRun(withText(BASE, text))
    lintMarkdown(check.summary)
    lintMarkdown(check.text)
    expect(check.title).toMatch(/^[\w ,:']+$/)
    for (const { path, title, message } of check.annotations) {
      for (const line of [path, title, ...message.split('\n')]) expect(line).not.toMatch(/\p{Cc}|\p{Bidi_Control}/u)
      expect(path).not.toMatch(/^\/|(?:^|\/)\.\.(?:\/|$)/)
    }
  },
  terminal: (text) => {
    for (const columns of [80, 120])
      lintTerminal(renderSummaryText(withText(BASE, text), { columns, paths: undefined }), columns)
    for (const columns of [80, 120]) lintTerminal(renderPlan(withText(doubtfulPlan(), text), { columns }), columns)
  },
  'live view and log': (text) => {
    const view = createLiveView()
    let state = view.initial
    for (const event of eventsOf(BASE).map((one) => ({ ...withText(one, text), event: one.event }) as typeof one)) {
      state = view.reduce(state, event)
      const [first = '', ...rest] = plainLines(event, state, { groups: true })
      if (!/^::(?:group::\d+\/\d+ |endgroup::$)/.test(first)) lintLogLine(first)
      for (const line of rest) lintLogLine(line)
      expect(first).not.toMatch(/[\n\r]/)
    }
    lintTerminal(renderLive(state, { columns: 80, nowMs: BASE.run.endedAtMs, colour: false }).join('\n'), 80)
  },
  'JUnit XML': (text) => {
    const names = namesIn(parseXml(renderJunit(withText(BASE, text))))
    expect([...names].sort()).toEqual(['error', 'failure', 'testcase', 'testsuite', 'testsuites'])
  },
  SARIF: (text) => {
    const { runs } = JSON.parse(renderSarif(withText(BASE, text))) as {
      runs: { results: { locations: { physicalLocation: { artifactLocation: { uri: string } } }[] }[] }[]
    }
    for (const result of runs[0]?.results ?? [])
      expect(result.locations[0]?.physicalLocation.artifactLocation.uri).toMatch(/^[\w.!~*'()%/-]+$/)
  },
}

function namesIn(element: XmlElement): Set<string> {
  return new Set([element.name, ...element.children.flatMap((child) => [...namesIn(child)])])
}

describe.each(Object.entries(SINKS))('%s', (_, sink) => {
  it('shows every text of the table, and none of them does anything', () => {
    expect(HOSTILE_STRINGS.length).toBeGreaterThanOrEqual(500)
    for (const text of HOSTILE_STRINGS) {
      try {
        sink(text)
      } catch (cause) {
        throw new Error(`for ${JSON.stringify(text.slice(0, 80))}`, { cause })
      }
    }
  })

  it('shows any other text', () => {
    const nasty = fc.string({ unit: fc.constantFrom(...'\\`*_[]()<>!#|~@:/.-+=1a$&"\'\n\r\t\u001b\u202e\ud800 %^') })
    const anything = fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units))
    fc.assert(
      fc.property(fc.oneof(nasty, anything, fc.string({ unit: 'binary' })), (text) => sink(text)),
      { numRuns: 60 },
    )
  })
})
