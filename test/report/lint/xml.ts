/** One element of a parsed document. */
export interface XmlElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: XmlElement[]
  text: string
}

const CHARACTER = /^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u
const REFERENCE = /&(?:(amp|lt|gt|quot|apos)|#(\d+)|#x([0-9a-f]+));/gi
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
const TAG = /<(\/?)([A-Za-z][\w.-]*)((?:\s+[\w.:-]+="[^"<]*")*)\s*(\/?)>/y
const ATTRIBUTE = /([\w.:-]+)="([^"<]*)"/g

/** A strict reader of the XML that we write: one root, every tag closed, no reference but the known. Throws for anything else. */
export function parseXml(source: string): XmlElement {
  if (!CHARACTER.test(source)) throw new Error('a character that XML 1.0 does not have')
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n'
  if (!source.startsWith(declaration)) throw new Error('no declaration')
  const root: XmlElement = { name: '#root', attributes: {}, children: [], text: '' }
  const open = [root]
  let place = declaration.length
  while (place < source.length) {
    const parent = open.at(-1) ?? root
    const next = source.indexOf('<', place)
    const text = source.slice(place, next === -1 ? source.length : next)
    parent.text += plainText(text)
    if (next === -1) break
    place = readTag(source, next, open)
  }
  const [only] = root.children
  if (open.length !== 1 || root.children.length !== 1 || only === undefined || root.text.trim() !== '')
    throw new Error('not one whole element')
  return only
}

function readTag(source: string, place: number, open: XmlElement[]): number {
  TAG.lastIndex = place
  const [all, end, name = '', attributes = '', empty] = TAG.exec(source) ?? []
  if (all === undefined) throw new Error(`no tag at ${source.slice(place, place + 60)}`)
  if (end === '/') {
    if (open.pop()?.name !== name) throw new Error(`</${name}> closes nothing`)
    return place + all.length
  }
  const element: XmlElement = { name, attributes: attributesOf(attributes), children: [], text: '' }
  open.at(-1)?.children.push(element)
  if (empty !== '/') open.push(element)
  return place + all.length
}

function attributesOf(text: string): Record<string, string> {
  const found = [...text.matchAll(ATTRIBUTE)].map(([, key = '', value = '']) => [key, plainText(value)] as const)
  if (new Set(found.map(([key]) => key)).size !== found.length) throw new Error('an attribute twice')
  return Object.fromEntries(found)
}

function plainText(text: string): string {
  if (text.replace(REFERENCE, '').includes('&')) throw new Error(`a bare & in ${text}`)
  return text.replace(REFERENCE, (_, name?: string, decimal?: string, hex?: string) => {
    if (name !== undefined) return NAMED[name] ?? ''
    const character = String.fromCodePoint(decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal))
    if (!CHARACTER.test(character)) throw new Error('a reference to no character')
    return character
  })
}
