import { readFileSync, writeFileSync } from 'node:fs'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { displayWidth } from '../../../src/report/escape/columns.ts'
import { renderHistoryHtml } from '../../../src/report/history/render-history.ts'
import { renderHistoryText } from '../../../src/report/history/render-terminal.ts'
import { launchBrowser } from '../html/browser.ts'
import {
  brokenCharts,
  foreignElements,
  linkTargets,
  lowContrast,
  openEverything,
  overflowing,
  unreadable,
} from '../html/page-checks.ts'
import { SAMPLE_HISTORIES } from './history-setting.ts'

const NAMES = Object.keys(SAMPLE_HISTORIES)
const made = new Map(NAMES.map((name) => [name, SAMPLE_HISTORIES[name]?.()]))
const sample = (name: string) => made.get(name) ?? expect.fail(`no sample called ${name}`)

describe('golden', () => {
  it.each(
    NAMES.flatMap(
      (name) =>
        [
          [name, 'html'],
          [name, 'txt'],
        ] as const,
    ),
  )('%s.%s', (name, kind) => {
    const file = new URL(`../../golden/history/${name}.${kind}`, import.meta.url)
    const text = kind === 'html' ? renderHistoryHtml(sample(name)) : renderHistoryText(sample(name), { columns: 100 })
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, text)
    expect(text).toBe(readFileSync(file, 'utf8'))
  })
})

describe('on a terminal', () => {
  it.each([40, 80, 120])('no line is wider than %i columns, and none is steered by a journal', (columns) => {
    for (const name of NAMES) {
      const text = renderHistoryText(sample(name), { columns })
      expect(text.split('\n').filter((line) => displayWidth(line) > columns)).toEqual([])
      expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
    }
  })
})

describe.each(NAMES)('the page of %s in a browser', (name) => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser.close())

  it('asks for nothing, runs nothing, reads well, has contrast, and fits every screen', async () => {
    const context = await browser.newContext({ viewport: { width: 1_280, height: 900 } })
    const page = await context.newPage()
    const noise: string[] = []
    page.on('console', (line) => noise.push(line.text()))
    page.on('pageerror', (error) => noise.push(error.message))
    page.on('dialog', (dialog) => noise.push(dialog.message()))
    await context.route('**/*', async (route) => {
      if (route.request().url() === 'http://page.test/')
        return route.fulfill({ contentType: 'text/html', body: renderHistoryHtml(sample(name)) })
      noise.push(`request: ${route.request().url()}`)
      return route.abort()
    })
    await page.goto('http://page.test/')
    await page.evaluate(openEverything)
    expect(await page.evaluate(unreadable)).toEqual([])
    expect(await page.evaluate(brokenCharts)).toEqual([])
    expect(await page.evaluate(foreignElements)).toEqual([])
    expect((await page.evaluate(linkTargets)).filter((href) => !/^#\w+$/.test(href))).toEqual([])
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      expect({ colorScheme, faint: await page.evaluate(lowContrast) }).toEqual({ colorScheme, faint: [] })
    }
    for (const width of [390, 820, 1_280]) {
      await page.setViewportSize({ width, height: 900 })
      expect({ width, wide: await page.evaluate(overflowing) }).toEqual({ width, wide: [] })
    }
    expect(noise).toEqual([])
    await context.close()
  })
})
