import { globSync, readFileSync } from 'node:fs'
import { fromMarkdown } from 'mdast-util-from-markdown'

type Root = ReturnType<typeof fromMarkdown>
type Nodes = Root | Root['children'][number]

/** A fenced part of a page. */
export interface Fence {
  readonly language: string | undefined
  readonly text: string
  /** `docs/faults.md:12` */
  readonly where: string
}

interface Link {
  readonly url: string
  readonly where: string
}

export interface Page {
  readonly path: string
  readonly text: string
  readonly fences: readonly Fence[]
  readonly links: readonly Link[]
  /** What can stand behind `#` in a link to it. */
  readonly anchors: ReadonlySet<string>
}

/** Every page of this repository that somebody reads. */
export function readPages(): readonly Page[] {
  const paths = globSync(['*.md', '{docs,examples,tekton,test}/**/*.md'], { exclude: (name) => name === 'golden' })
  return paths.sort().map((path) => readPage(path, readFileSync(path, 'utf8')))
}

export function readPage(path: string, text: string): Page {
  const nodes = [...everyNode(fromMarkdown(text))]
  const where = (node: Nodes) => `${path}:${node.position?.start.line}`
  return {
    path,
    text,
    fences: nodes.flatMap((node) =>
      node.type === 'code' ? [{ language: node.lang ?? undefined, text: node.value, where: where(node) }] : [],
    ),
    links: nodes.flatMap((node) =>
      node.type === 'link' || node.type === 'image' || node.type === 'definition'
        ? [{ url: node.url, where: where(node) }]
        : [],
    ),
    anchors: anchorsOf(nodes.flatMap((node) => (node.type === 'heading' ? [wordsOf(node)] : []))),
  }
}

function* everyNode(node: Nodes): Generator<Nodes> {
  yield node
  if ('children' in node) for (const child of node.children) yield* everyNode(child)
}

function wordsOf(node: Nodes): string {
  if ('children' in node) return node.children.map(wordsOf).join('')
  return 'value' in node ? node.value : ''
}

/** As GitHub names headings: small letters, no punctuation, hyphens for spaces, a number behind what was there before. */
function anchorsOf(headings: readonly string[]): ReadonlySet<string> {
  const seen = new Map<string, number>()
  return new Set(
    headings.map((words) => {
      const name = words
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
        .replaceAll(' ', '-')
      const before = seen.get(name) ?? 0
      seen.set(name, before + 1)
      return before === 0 ? name : `${name}-${before}`
    }),
  )
}
