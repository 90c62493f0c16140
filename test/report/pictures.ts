import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Journal } from '../../src/model/journal.ts'
import { renderComment } from '../../src/report/markdown/comment.ts'
import { renderGfm } from './hostile/markup.ts'
import { launchBrowser } from './html/browser.ts'
import { errorJournal, failJournal, inconclusiveJournal, manyJournal, passJournal } from './sample-journals.ts'

/**
 * Pictures of the comment as a person sees it, for looking at: `node test/report/pictures.ts FOLDER` writes one a verdict,
 * in light and dark, at the width of a pull request's page and of a phone. Nothing is fetched.
 */
const SAMPLES: Readonly<Record<string, () => Journal>> = {
  pass: passJournal,
  fail: failJournal,
  inconclusive: inconclusiveJournal,
  leftovers: errorJournal,
  forty: () => manyJournal(40),
}
const WIDTHS = { page: 880, phone: 390 } as const

/** As near to GitHub's own as the pictures need: its measures and colours, in a few rules. */
const STYLE = `
:root { color-scheme: light dark; --fg: light-dark(#1f2328, #f0f6fc); --muted: light-dark(#59636e, #9198a1);
  --bg: light-dark(#fff, #0d1117); --line: light-dark(#d1d9e0, #3d444d); --soft: light-dark(#f6f8fa, #151b23);
  --code: light-dark(#818b981f, #656c7633); --red: light-dark(#cf222e, #f85149); --blue: light-dark(#0969da, #4493f8) }
* { box-sizing: border-box }
body { margin: 16px; background: var(--bg); color: var(--fg);
  font: 14px/1.5 -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif, "Noto Color Emoji" }
article { border: 1px solid var(--line); border-radius: 6px; padding: 16px; overflow-wrap: break-word }
p, table, pre, details, blockquote, ul { margin: 0 0 16px } h3 { font-size: 1.25em } h4 { font-size: 1em }
h3, h4 { margin: 24px 0 16px; font-weight: 600; line-height: 1.25 } article > :first-child { margin-top: 0 }
table { display: block; width: max-content; max-width: 100%; overflow: auto; border-collapse: collapse }
th, td { padding: 6px 13px; border: 1px solid var(--line) } tr:nth-child(2n) { background: var(--soft) }
code { padding: .2em .4em; border-radius: 6px; background: var(--code); font: 85% ui-monospace, "DejaVu Sans Mono", monospace }
pre { padding: 16px; overflow: auto; border-radius: 6px; background: var(--soft); line-height: 1.45 }
pre code { padding: 0; background: none } a { color: var(--blue) } sub { font-size: 75% }
blockquote { padding: 0 1em; border-left: .25em solid var(--line); color: var(--muted) }
.alert { padding: 8px 16px; border-left: .25em solid var(--red) } .alert b { color: var(--red) }
summary { cursor: pointer }`

/** GitHub's alerts are its own; micromark knows a quote. */
function withAlerts(html: string): string {
  return html.replaceAll(
    /<blockquote>\n<p>\[!CAUTION\]\n?([\s\S]*?)<\/blockquote>/g,
    '<div class="alert"><p><b>Caution</b></p><p>$1</div>',
  )
}

function pageOf(journal: Journal): string {
  const html = withAlerts(renderGfm(renderComment(journal)))
  return `<!doctype html><meta charset="utf-8"><style>${STYLE}</style><article>${html}</article>`
}

async function main(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const browser = await launchBrowser()
  try {
    for (const [name, make] of Object.entries(SAMPLES))
      for (const colorScheme of ['light', 'dark'] as const)
        for (const [medium, width] of Object.entries(WIDTHS)) {
          const context = await browser.newContext({ colorScheme, viewport: { width, height: 600 } })
          const page = await context.newPage()
          await page.setContent(pageOf(make()))
          await page.screenshot({ path: join(folder, `${name}-${medium}-${colorScheme}.png`), fullPage: true })
          await context.close()
        }
  } finally {
    await browser.close()
  }
}

await main(resolve(process.argv[2] ?? 'pictures'))
