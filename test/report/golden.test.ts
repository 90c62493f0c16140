import { describe, it } from 'vitest'
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
import { expectGolden } from './lint/golden.ts'
import { lintFirstLine, lintMarkdown, lintMarker } from './lint/markdown.ts'
import { lintTerminal } from './lint/terminal.ts'
import { parseXml } from './lint/xml.ts'
import { eventsOf } from './sample-events.ts'
import { SAMPLE_JOURNALS } from './sample-journals.ts'
import { broughtPlan, doubtfulPlan, samplePlan } from './sample-plan.ts'

/** Small enough that each sample has to give up parts. */
const SHORT_LIMIT = 3_000
const PATHS = { report: 'out/report.html', journal: 'out/journal.json' }

function asText(journal: Journal): string {
  const { title, conclusion, summary, text, annotations } = renderCheckRun(journal)
  const remarks = annotations.map(
    ({ path, line, level, title: head, message }) => `${path}:${line} ${level}: ${head}\n${message}`,
  )
  return `${[`${conclusion}: ${title}`, summary, text, ...remarks].join('\n\n=====\n\n')}\n`
}

function plainText(journal: Journal): string {
  const view = createLiveView()
  let state = view.initial
  const lines = eventsOf(journal).flatMap((event) => {
    state = view.reduce(state, event)
    return plainLines(event, state, { groups: true })
  })
  return `${lines.join('\n')}\n`
}

function liveText(journal: Journal, columns: number): string {
  const view = createLiveView()
  const events = eventsOf(journal)
  const half = events.slice(0, Math.ceil(events.length / 2))
  const state = half.reduce(view.reduce, view.initial)
  return `${renderLive(state, { columns, nowMs: half.at(-1)?.at ?? 0, colour: false }).join('\n')}\n`
}

describe.each(Object.entries(SAMPLE_JOURNALS))('%s', (sample, make) => {
  it('has a comment', () => {
    const text = renderComment(make())
    lintMarkdown(text)
    lintFirstLine(text)
    lintMarker(text)
    expectGolden(`${sample}/comment.md`, text)
  })

  it('has a short comment', () => {
    const text = renderComment(make(), { limit: SHORT_LIMIT })
    lintMarkdown(text)
    lintFirstLine(text)
    lintMarker(text)
    expectGolden(`${sample}/comment-short.md`, text)
  })

  it('has a Markdown report', () => {
    const text = renderMarkdownReport(make())
    lintMarkdown(text)
    lintFirstLine(text)
    expectGolden(`${sample}/report.md`, text)
  })

  it('has a check run', () => {
    const { summary, text } = renderCheckRun(make())
    lintMarkdown(summary)
    lintFirstLine(summary)
    lintMarkdown(text)
    expectGolden(`${sample}/check.txt`, asText(make()))
  })

  it('has a job summary', () => {
    const text = renderJobSummary(make())
    lintMarkdown(text)
    expectGolden(`${sample}/job-summary.md`, text)
  })

  it.each([80, 120])('has a summary of %i columns', (columns) => {
    const text = renderSummaryText(make(), { columns, paths: PATHS })
    lintTerminal(text, columns)
    expectGolden(`${sample}/terminal-${columns}.txt`, text)
  })

  it.each([80, 120])('has a live view of %i columns', (columns) => {
    const text = liveText(make(), columns)
    lintTerminal(text, columns)
    expectGolden(`${sample}/live-${columns}.txt`, text)
  })

  it('has plain lines', () => {
    const text = plainText(make())
    lintTerminal(text.replaceAll(/^::(?:group::\d.*|endgroup::)$/gm, ''), 600)
    expectGolden(`${sample}/plain.log`, text)
  })

  it('has JUnit XML', () => {
    const text = renderJunit(make())
    parseXml(text)
    expectGolden(`${sample}/junit.xml`, text)
  })

  it('has SARIF', () => {
    const text = renderSarif(make())
    JSON.parse(text)
    expectGolden(`${sample}/report.sarif`, text)
  })
})

describe.each([80, 120])('a plan of %i columns', (columns) => {
  it.each([
    ['plan', samplePlan],
    ['plan-doubtful', doubtfulPlan],
    ['plan-brought', broughtPlan],
  ] as const)('is printed: %s', (name, make) => {
    const text = renderPlan(make(), { columns })
    lintTerminal(text, columns)
    expectGolden(`${name}-${columns}.txt`, `${text}\n`)
  })
})
