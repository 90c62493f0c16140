import { existsSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Page, readPage, readPages } from './pages.ts'

const pages = readPages()
const byPath = new Map(pages.map((page) => [page.path, page]))

/** What is wrong with the links of a page; others are asked for by `pageAt`. */
function brokenLinks(page: Page, pageAt: (path: string) => Page | undefined): readonly string[] {
  return page.links.flatMap(({ url, where }) => {
    const why = brokenWhy(page, url, pageAt)
    return why ? [`${where}: ${url}: ${why}`] : []
  })
}

function brokenWhy(page: Page, url: string, pageAt: (path: string) => Page | undefined): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:/i.test(url)) {
    if (!URL.canParse(url)) return 'no address'
    return new URL(url).protocol === 'https:' ? undefined : 'not https'
  }
  const [file = '', anchor] = url.split('#')
  const path = file === '' ? page.path : normalize(join(dirname(page.path), file)).replace(/\/$/, '')
  if (path !== page.path && !existsSync(path)) return 'no such file'
  if (anchor === undefined) return undefined
  const anchors = (path === page.path ? page : pageAt(path))?.anchors
  return anchors?.has(anchor) ? undefined : 'no such heading'
}

describe('links', () => {
  it('were found', () => {
    expect(pages.length).toBeGreaterThan(15)
    expect(pages.flatMap(({ links }) => links).length).toBeGreaterThan(60)
  })

  it.each(pages.map((page) => [page.path, page] as const))('of %s lead somewhere', (_, page) => {
    expect(brokenLinks(page, (path) => byPath.get(path))).toEqual([])
  })

  it.each([
    ['[a](missing.md)', 'no such file'],
    ['[a](README.md#missing)', 'no such heading'],
    ['[a](#missing)', 'no such heading'],
    ['[a](http://example.com/)', 'not https'],
    ['[a](https://)', 'no address'],
    ['![a](missing.svg)', 'no such file'],
    ['[a][b]\n\n[b]: missing.md', 'no such file'],
    ['| a |\n|:--|\n| [a](missing.md) |', 'no such file'],
  ])('%s would be found', (text, why) => {
    const page = readPage('page.md', text)
    expect(brokenLinks(page, (path) => byPath.get(path)).join()).toContain(why)
  })

  it('to headings are those that GitHub makes', () => {
    const { anchors } = readPage('page.md', '# What is `NO_DATA`?\n\n## A, b & c\n\n## A, b & c\n')
    expect([...anchors]).toEqual(['what-is-no_data', 'a-b--c', 'a-b--c-1'])
  })
})

/** Files of this repository that a page names in code, such as `src/policy`, and that are not there. */
function missingFiles({ text }: Pick<Page, 'text'>): readonly string[] {
  const named = [...text.matchAll(/`((?:src|test|scripts|examples|schema|deploy|tekton)\/[\w./-]+)`/g)]
  return named.map(([, path = '']) => path).filter((path) => !existsSync(path))
}

describe('files of this repository', () => {
  it('are named, so that this test finds something', () => {
    expect(pages.flatMap(({ text }) => text.match(/`src\//g) ?? []).length).toBeGreaterThan(5)
    expect(missingFiles({ text: 'See `src/policy` and `src/no-such.ts`.' })).toEqual(['src/no-such.ts'])
  })
  it.each(pages.map((page) => [page.path, page] as const))('that %s names are there', (_, page) => {
    expect(missingFiles(page)).toEqual([])
  })
})

describe('the index', () => {
  const linked = (path: string) =>
    (byPath.get(path)?.links ?? []).map(({ url }) => normalize(join(dirname(path), url.replace(/#.*/, ''))))
  const reached = new Set(['docs/README.md'])
  for (const path of reached) for (const other of linked(path)) if (byPath.has(other)) reached.add(other)

  it.each(pages.map(({ path }) => path).filter((path) => path.startsWith('docs/')))('leads to %s', (path) => {
    expect([...reached]).toContain(path)
  })
  it('is where the first page leads to', () => {
    expect(linked('README.md')).toContain('docs/README.md')
  })
})
