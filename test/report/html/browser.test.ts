import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Journal } from '../../../src/model/journal.ts'
import { renderHtml } from '../../../src/report/html/render-html.ts'
import { crowd, inCrowds, twinOf } from '../hostile/crowd.ts'
import { hostileTexts } from '../hostile/grammar.ts'
import { HOSTILE_STRINGS } from '../hostile-strings.ts'
import { failJournal, hostileJournal, inconclusiveJournal, manyJournal, SAMPLE_JOURNALS } from '../sample-journals.ts'
import { launchBrowser } from './browser.ts'
import {
  brokenCharts,
  closedOnPaper,
  elementShapes,
  focused,
  foreignElements,
  linkTargets,
  lowContrast,
  openEverything,
  overflowing,
  shownExperiments,
  unreadable,
} from './page-checks.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser?.close())

interface Opened {
  readonly page: Page
  /** Everything that should not have happened: console lines, errors, requests, dialogs. */
  readonly noise: readonly string[]
}

/** Shows the page of a journal to a test, from one answered request; any other request is noise. */
async function withPage(
  journal: Journal,
  look: (opened: Opened) => Promise<void>,
  change = (text: string) => text,
): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 1_280, height: 900 } })
  const noise: string[] = []
  const page = await context.newPage()
  page.on('console', (line) => noise.push(`console: ${line.text()}`))
  page.on('pageerror', (error) => noise.push(`error: ${error.message}`))
  page.on('dialog', (dialog) => {
    noise.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  await context.route('**/*', (route) => {
    if (route.request().url() === 'https://report.example/')
      return route.fulfill({ contentType: 'text/html; charset=utf-8', body: change(renderHtml(journal)) })
    noise.push(`request: ${route.request().url()}`)
    return route.abort()
  })
  try {
    await page.goto('https://report.example/')
    await look({ page, noise })
  } finally {
    await context.close()
  }
}

/** Eighteen of the forty have every part of the page, and are checked in half of the time. */
const SAMPLES: typeof SAMPLE_JOURNALS = { ...SAMPLE_JOURNALS, 'forty-experiments': () => manyJournal(18) }

describe.each(Object.keys(SAMPLES))('sample %s in a browser', (name) => {
  it('asks for nothing, says nothing, reads well, has contrast, and fits every screen', async () => {
    const journal = SAMPLES[name]?.() ?? expect.fail(`no sample called ${name}`)
    await withPage(journal, async ({ page, noise }) => {
      await page.evaluate(openEverything)
      expect(await page.evaluate(unreadable)).toEqual([])
      expect(await page.evaluate(brokenCharts)).toEqual([])
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        expect({ colorScheme, faint: await page.evaluate(lowContrast) }).toEqual({ colorScheme, faint: [] })
      }
      for (const width of [390, 820, 1_280]) {
        await page.setViewportSize({ width, height: 900 })
        expect({ width, wide: await page.evaluate(overflowing) }).toEqual({ width, wide: [] })
      }
      expect(noise).toEqual([])
    })
  })
})

/** Enough for three pages; the page tells all of a hundred experiments. */
const TEXTS_A_PAGE = 4_000

describe('a hostile journal', () => {
  it('of the whole table and 10 000 generated texts makes the same elements as one of words', {
    timeout: 60_000,
  }, async () => {
    const texts = [...HOSTILE_STRINGS.map((text) => text.slice(0, 500)), ...hostileTexts(10_000, 1)]
    for (const some of inCrowds(texts, TEXTS_A_PAGE)) {
      const shapes: string[][] = []
      for (const journal of [crowd(some), twinOf(some)])
        await withPage(journal, async ({ page, noise }) => {
          await page.evaluate(openEverything)
          shapes.push(await page.evaluate(elementShapes))
          expect(noise).toEqual([])
        })
      expect(shapes[0]).toEqual(shapes[1])
    }
  })

  it('runs nothing, links nowhere, and makes no element of its own', async () => {
    await withPage(hostileJournal(), async ({ page, noise }) => {
      expect(await page.evaluate(foreignElements)).toEqual([])
      expect((await page.evaluate(linkTargets)).filter((href) => !/^#\w+$/.test(href))).toEqual([])
      expect(await page.title()).toMatch(/^Fail: 2 of 2 experiments did not hold/)
      expect(noise).toEqual([])
    })
  })

  it('could not run a script or load a picture even if an escape failed', async () => {
    const attack =
      '<script>document.title="owned"</script><img src="https://evil.example/x" onerror="document.title=1"><footer>'
    await withPage(
      failJournal(),
      async ({ page, noise }) => {
        expect(await page.title()).toMatch(/^Fail/)
        expect(noise.filter((line) => line.startsWith('request:'))).toEqual([])
        expect(noise.filter((line) => line.includes('Content Security Policy')).length).toBeGreaterThan(1)
      },
      (text) => text.replace('<footer>', attack),
    )
  })
})

describe('the filter', () => {
  it('shows what was chosen, by keyboard alone', async () => {
    await withPage(failJournal(), async ({ page }) => {
      expect(await page.evaluate(shownExperiments)).toHaveLength(7)
      await page.locator('#f-all').focus()
      await page.keyboard.press('ArrowRight')
      expect(await page.evaluate(shownExperiments)).toEqual(['fail', 'fail', 'fail'])
      await page.keyboard.press('ArrowRight')
      expect(await page.evaluate(shownExperiments)).toEqual(['pass', 'pass', 'pass', 'pass'])
      expect((await page.evaluate(focused)).ring).toBe('solid')
      await page.keyboard.press('ArrowRight')
      expect(await page.evaluate(shownExperiments)).toHaveLength(7)
    })
  })

  it('comes after the skip link, and Enter opens an experiment', async () => {
    await withPage(inconclusiveJournal(), async ({ page }) => {
      await page.keyboard.press('Tab')
      expect((await page.evaluate(focused)).className).toBe('skip')
      const last = page.locator('details').last()
      await last.locator('summary').focus()
      await page.keyboard.press('Enter')
      expect(await last.getAttribute('open')).not.toBeNull()
    })
  })
})

describe('on paper', () => {
  it('shows what is closed on the screen, in black on white', async () => {
    await withPage(failJournal(), async ({ page }) => {
      expect((await page.evaluate(closedOnPaper)).drawn).toBe(false)
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
      const { drawn, paper } = await page.evaluate(closedOnPaper)
      expect(drawn).toBe(true)
      expect(paper).toBe('rgb(255, 255, 255)')
    })
  })
})
