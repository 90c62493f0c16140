import { stripVTControlCharacters } from 'node:util'
import { DOMParser, type Element, type Node } from '@xmldom/xmldom'
import { describe, expect, it } from 'vitest'
import type { Journal } from '../../src/model/journal.ts'
import { shownResult, TEKTON_RESULTS } from '../../src/publish/tekton-results.ts'
import { renderCheckRun } from '../../src/report/check-run.ts'
import { renderHtml } from '../../src/report/html/render-html.ts'
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
import { CROWD, crowd, inCrowds, twinOf } from './hostile/crowd.ts'
import { hostileTexts } from './hostile/grammar.ts'
import { commandOf } from './hostile/log-commands.ts'
import { readMarkup, referencesIn, renderGfm } from './hostile/markup.ts'
import { HOSTILE_STRINGS, withText } from './hostile-strings.ts'
import { lintFirstLine, lintMarkdown, lintMarker } from './lint/markdown.ts'
import { lintLogLine, lintTerminal } from './lint/terminal.ts'
import { parseXml } from './lint/xml.ts'
import { eventsOf } from './sample-events.ts'
import { doubtfulPlan } from './sample-plan.ts'

const FRESH = Math.floor(Math.random() * 2 ** 31)
/** How many texts a journal of one sink holds: a page of Markdown tells twelve experiments in full, a table of tests takes any number. */
const MANY = 1_000

/** Markdown that GitHub renders has the same tags whatever the texts, and nothing in it becomes a reference. */
function expectInert(text: string, twin: string): void {
  lintMarkdown(text)
  const [seen, harmless] = [text, twin].map((one) => readMarkup(renderGfm(one.replace(/^<!-- .* -->$/gm, ''))))
  expect(seen?.tags).toEqual(harmless?.tags)
  expect(referencesIn(seen?.prose ?? '')).toEqual([])
}

type Sink = (journal: Journal, twin: Journal, texts: readonly string[]) => void

const PAGES: Readonly<Record<string, Sink>> = {
  comment: (journal, twin) => {
    const comment = renderComment(journal)
    lintFirstLine(comment)
    lintMarker(comment)
    expectInert(comment, renderComment(twin))
  },
  'check run': (journal, twin) => {
    const [check, harmless] = [renderCheckRun(journal), renderCheckRun(twin)]
    expect(renderComment(journal)).toContain(check.summary)
    expectInert(check.text, harmless.text)
    expect(check.title).toBe(harmless.title)
    expect(check.title).toMatch(/^[\w ,:']+$/)
    for (const { path, title, message } of check.annotations) {
      for (const line of [path, title, ...message.split('\n')]) expect(line).not.toMatch(/\p{Cc}|\p{Bidi_Control}/u)
      expect(path).not.toMatch(/^\/|(?:^|\/)\.\.(?:\/|$)/)
    }
  },
  'job summary and report.md': (journal, twin) => {
    // Its body is the comment's, which is looked at in full by the sink before.
    const [first, second] = [renderJobSummary(journal), renderJobSummary(twin)].map(withoutBody)
    expectInert(first ?? '', second ?? '')
    lintMarkdown(renderMarkdownReport(journal))
  },
}

function withoutBody(text: string): string {
  const start = text.indexOf('\n```mermaid\nxychart-beta\n') + 1
  return text.slice(start)
}

const TABLES: Readonly<Record<string, Sink>> = {
  'JUnit XML': (journal, twin) => {
    const text = renderJunit(journal)
    parseXml(text)
    expect(shapeOf(text)).toEqual(shapeOf(renderJunit(twin)))
  },
  SARIF: (journal) => {
    const { runs } = JSON.parse(renderSarif(journal)) as {
      runs: { results: { locations: { physicalLocation: { artifactLocation: { uri: string } } }[] }[] }[]
    }
    for (const result of runs[0]?.results ?? [])
      expect(result.locations[0]?.physicalLocation.artifactLocation.uri).toMatch(/^[\w.!~*'()%/-]+$/)
  },
  'summary.txt and the end on a terminal': (journal) => {
    for (const columns of [80, 120]) lintTerminal(renderSummaryText(journal, { columns, paths: undefined }), columns)
  },
  'log and live view': (journal) => {
    const view = createLiveView()
    let state = view.initial
    for (const event of eventsOf(journal).filter(({ event: kind }) => kind !== 'slice')) {
      state = view.reduce(state, event)
      for (const line of plainLines(event, state, { groups: true })) {
        const command = commandOf(line)
        if (command === undefined) lintLogLine(line)
        else expect(`${command.name} ${command.keys}`).toMatch(/^(?:group|endgroup) $/)
        expect(line).not.toMatch(/[\n\r]/)
      }
    }
    const [bare, coloured] = [false, true].map((colour) =>
      renderLive(state, { columns: 80, nowMs: journal.run.endedAtMs, colour }).join('\n'),
    )
    lintTerminal(bare ?? '', 80)
    expect(stripVTControlCharacters(coloured ?? '')).toBe(bare)
  },
  'Tekton results': (_, __, texts) => {
    for (const text of texts)
      for (const name of TEKTON_RESULTS) {
        const shown = shownResult(name, text)
        expect(shown).not.toMatch(/[\p{Cc}\p{Bidi_Control}$`"'<>&|;\\]/u)
        expect(Buffer.byteLength(JSON.stringify(shown))).toBeLessThan(1_600)
      }
  },
}
/** Every element with the names of its attributes, as a strict parser of XML reads them. */
function shapeOf(text: string): string[] {
  const parser = new DOMParser({
    onError: (level, message) => {
      if (level === 'warning' && message.startsWith('Unicode replacement character')) return
      throw new Error(`${level}: ${message}`)
    },
  })
  const shape: string[] = []
  const walk = (node: Node): void => {
    if (node.nodeType === node.ELEMENT_NODE) {
      const { tagName, attributes } = node as Element
      shape.push(`${tagName} ${Array.from(attributes, ({ name }) => name).join(' ')}`)
    } else expect([node.TEXT_NODE, node.DOCUMENT_NODE, node.PROCESSING_INSTRUCTION_NODE]).toContain(node.nodeType)
    for (const child of Array.from(node.childNodes ?? [])) walk(child)
  }
  walk(parser.parseFromString(text, 'application/xml') as unknown as Node)
  return shape
}

const WHAT: readonly (readonly [string, readonly string[]])[] = [
  [`the table of ${HOSTILE_STRINGS.length}`, HOSTILE_STRINGS],
  ['5000 generated from seed 1', hostileTexts(5_000, 1)],
  [`5000 generated from seed ${FRESH}`, hostileTexts(5_000, FRESH)],
]

function pour(sink: Sink, texts: readonly string[], size?: number): void {
  for (const some of inCrowds(texts, size)) {
    try {
      sink(crowd(some), twinOf(some), some)
    } catch (cause) {
      throw new Error(`for one of ${JSON.stringify(some.map((text) => text.slice(0, 80)))}`, { cause })
    }
  }
}

it('there are enough of them', () => {
  expect(new Set(HOSTILE_STRINGS).size).toBeGreaterThanOrEqual(500)
  expect(WHAT.slice(1).flatMap(([, texts]) => texts)).toHaveLength(10_000)
})

it('every text of a crowd is shown in the comment, and the names in the page', () => {
  const letters = (place: number) => [...String(place)].map((digit) => 'klmnopqrst'[Number(digit)]).join('')
  const words = Array.from({ length: CROWD }, (_, place) => `word${letters(place)}`)
  const missing = (text: string) => words.filter((word) => !new RegExp(`${word}(?![k-t])`).test(text))
  expect(missing(renderComment(crowd(words)))).toEqual([])
  expect(missing(renderHtml(crowd(words))).filter((word) => words.indexOf(word) % 5 === 0)).toEqual([])
})

describe.each(WHAT)('%s', (_, texts) => {
  it.each(Object.entries(PAGES))('are text in the %s', (__, sink) => pour(sink, texts))
  it.each(Object.entries(TABLES))('are text in %s', (__, sink) => pour(sink, texts, MANY))
})

it('a plan shows every text of the table', () => {
  for (const text of HOSTILE_STRINGS.filter((_, place) => place % 5 === 0))
    for (const columns of [80, 120]) lintTerminal(renderPlan(withText(doubtfulPlan(), text), { columns }), columns)
})
