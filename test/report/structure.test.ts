import { describe, expect, it } from 'vitest'
import type { Journal } from '../../src/model/journal.ts'
import { renderJunit } from '../../src/report/junit.ts'
import { isReportFormat, REPORT_FORMATS, renderReport } from '../../src/report/render.ts'
import { renderSarif } from '../../src/report/sarif.ts'
import { exitCodeOf, verdictOf } from '../../src/report/words/outcome.ts'
import { parseXml, type XmlElement } from './lint/xml.ts'
import { errorJournal, failJournal, passJournal, SAMPLE_JOURNALS } from './sample-journals.ts'

const all = (element: XmlElement, name: string): XmlElement[] => [
  ...element.children.filter((child) => child.name === name),
  ...element.children.flatMap((child) => all(child, name)),
]

describe.each(Object.entries(SAMPLE_JOURNALS))('JUnit of %s', (_, make) => {
  it('has a suite for each experiment, a case for each objective, and counts that are true', () => {
    const journal = make()
    const root = parseXml(renderJunit(journal))
    const suites = all(root, 'testsuite')
    expect(suites.length).toBeGreaterThanOrEqual(journal.experiments.length)
    for (const element of [root, ...suites]) {
      const cases = all(element, 'testcase')
      expect(element.attributes).toMatchObject({
        tests: String(cases.length),
        failures: String(all(element, 'failure').length),
        errors: String(all(element, 'error').length),
        skipped: '0',
      })
    }
    for (const [place, experiment] of journal.experiments.entries())
      expect(all(suites[place] ?? root, 'testcase').length).toBeGreaterThanOrEqual(
        experiment.ran ? experiment.objectives.length : 1,
      )
  })

  it('is green only where the run passes and nothing is left behind', () => {
    const journal = make()
    const root = parseXml(renderJunit(journal))
    const red = Number(root.attributes.failures) + Number(root.attributes.errors)
    expect(red === 0).toBe(exitCodeOf(journal) === 0)
    expect(Number(root.attributes.failures) > 0).toBe(verdictOf(journal) === 'fail')
  })
})

interface Sarif {
  version: string
  runs: {
    tool: { driver: { name: string; rules: { id: string }[] } }
    results: {
      ruleId: string
      ruleIndex: number
      level: string
      message: { text: string }
      locations: { physicalLocation: { region: { startLine: number } } }[]
    }[]
    invocations: { executionSuccessful: boolean; exitCode: number }[]
  }[]
}
const sarif = (journal: Journal) => (JSON.parse(renderSarif(journal)) as Sarif).runs[0]

describe('SARIF', () => {
  it.each(Object.entries(SAMPLE_JOURNALS))('of %s names a rule and a line for each finding', (_, make) => {
    const run = sarif(make())
    const ids = run?.tool.driver.rules.map(({ id }) => id) ?? []
    expect(new Set(ids).size).toBe(ids.length)
    for (const result of run?.results ?? []) {
      expect(ids[result.ruleIndex]).toBe(result.ruleId)
      expect(['error', 'warning']).toContain(result.level)
      expect(result.message.text).not.toBe('')
      expect(result.locations[0]?.physicalLocation.region.startLine).toBeGreaterThanOrEqual(1)
    }
  })

  it('has results only where something did not hold', () => {
    expect(sarif(passJournal())?.results).toEqual([])
    expect(sarif(failJournal())?.results.map(({ level }) => level)).toEqual([
      'error',
      'error',
      'error',
      'error',
      'error',
      'error',
    ])
    expect(sarif(errorJournal())?.invocations[0]).toMatchObject({ executionSuccessful: false, exitCode: 3 })
  })
})

describe('a report by its format', () => {
  it.each(REPORT_FORMATS)('%s ends in a newline, and the same journal gives the same bytes', async (format) => {
    const text = await renderReport(failJournal(), format)
    expect(text.endsWith('\n')).toBe(true)
    expect(await renderReport(failJournal(), format)).toBe(text)
  })

  it('as JSON is the journal itself, whatever the order of its keys', async () => {
    const journal = failJournal()
    const turned = Object.fromEntries(Object.entries(journal).toReversed()) as Journal
    const text = await renderReport(journal, 'json')
    expect(JSON.parse(text)).toEqual(journal)
    expect(await renderReport(turned, 'json')).toBe(text)
  })

  it('is known by name', () => {
    expect(isReportFormat('junit')).toBe(true)
    expect(isReportFormat('pdf')).toBe(false)
  })
})
