import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import { describe, expect, it } from 'vitest'
import { readPages } from './pages.ts'

/** What GitHub's Markdown does not take for a table, and for rows of another length than their heading. */
function brokenTables(text: string): readonly string[] {
  const html = micromark(text, { extensions: [gfm()], htmlExtensions: [gfmHtml()] })
  const outside = html.replaceAll(/<(pre|code)>[\s\S]*?<\/\1>/g, '').match(/^(?:<p>)?\|.*$/gm) ?? []
  const lengths = [...html.matchAll(/<table>([\s\S]*?)<\/table>/g)].flatMap(([, table = '']) => {
    const rows = table.split('</tr>').slice(0, -1)
    const cells = rows.map((row) => row.match(/<t[hd][ >]/g)?.length ?? 0)
    return cells.some((count) => count !== cells[0]) ? [`rows of ${[...new Set(cells)].join(' and ')} cells`] : []
  })
  return [...outside, ...lengths]
}

describe('tables', () => {
  it.each(readPages().map(({ path, text }) => [path, text] as const))('of %s are tables', (_, text) => {
    expect(brokenTables(text)).toEqual([])
    // What stands behind the last column of the heading is not shown at all.
    const rows = text.replaceAll(/^```[\s\S]*?^```$/gm, '').match(/(?:^\|.*\n)+/gm) ?? []
    for (const table of rows) {
      const [heading = '', ...others] = table.trim().split('\n').map(cellsOf)
      for (const count of others) expect(count, table).toBe(heading)
    }
  })
  it('that are none would be found', () => {
    expect(brokenTables('| a | b |\n| c | d |\n')).toEqual(['<p>| a | b |', '| c | d |</p>'])
  })
})

function cellsOf(row: string): number {
  return row.replaceAll(/\\\|/g, '').split('|').length
}
