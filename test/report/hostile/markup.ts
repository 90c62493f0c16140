import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'

/** What GitHub's Markdown makes of a text, HTML in it left as it is, so that what is not escaped is seen. */
export function renderGfm(text: string): string {
  return micromark(text, { allowDangerousHtml: true, extensions: [gfm()], htmlExtensions: [gfmHtml()] })
}

export interface Markup {
  /** Every tag with its attributes, in order. */
  readonly tags: readonly string[]
  /** What a reader sees outside code and links, entities decoded: where GitHub looks for mentions and references. */
  readonly prose: string
}

const TOKEN = /<!--[\s\S]*?-->|<[^>]*>|[^<]+|</g
const QUIET: ReadonlySet<string> = new Set(['pre', 'code', 'a'])
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' }

export function readMarkup(html: string): Markup {
  const tags: string[] = []
  const prose: string[] = []
  let quiet = 0
  for (const [token] of html.matchAll(TOKEN)) {
    if (!token.startsWith('<') || token === '<') {
      prose.push(quiet > 0 ? ' ' : token)
      continue
    }
    tags.push(token)
    const [, end, name = ''] = /^<(\/?)([a-z0-9]+)/.exec(token) ?? []
    if (QUIET.has(name)) quiet += end === '/' ? -1 : 1
    if (!INLINE.has(name)) prose.push('\n')
  }
  return { tags, prose: decode(prose.join('')) }
}
/** GitHub's filters look at one text node at a time; these tags part them too, and we look over their edges as well. */
const INLINE: ReadonlySet<string> = new Set(['strong', 'em', 'sub', 'del'])

function decode(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal))
    return hex === undefined ? (ENTITIES[name ?? ''] ?? whole) : String.fromCodePoint(Number.parseInt(hex, 16))
  })
}

/** What GitHub links after Markdown: html-pipeline's mention filters, GitHub's references to issues, commits and emoji. */
const REFERENCES: Readonly<Record<string, RegExp>> = {
  mention: /(?:^|[^\w/`])@[a-z0-9][a-z0-9-]*/i,
  issue: /(?:^|[^\w/])#\d+\b|\bGH-\d+\b|[\w-]+\/[\w.-]+#\d+/i,
  commit: /(?:^|[^\w\u200c-])[0-9a-f]{7,40}(?![\w\u200c-])/,
  emoji: /(?<![\d:]):[a-z+-][\w+-]*:/i,
  address: /https?:\/\/|www\.\w/i,
}

/** References that prose would become, by kind. */
export function referencesIn(prose: string): string[] {
  return Object.entries(REFERENCES).flatMap(([kind, pattern]) => {
    const found = pattern.exec(prose)
    return found === null ? [] : [`${kind}: ${prose.slice(Math.max(0, found.index - 20), found.index + 40)}`]
  })
}
