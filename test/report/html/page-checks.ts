/** Checks that run inside the page. Each returns what is wrong, in words; nothing is right. */

/** As much of a browser as the checks use: the project's types know none. */
interface PageElement {
  readonly tagName: string
  readonly className: unknown
  readonly textContent: string | null
  readonly parentElement: PageElement | null
  getAttribute(name: string): string | null
  getAttributeNames(): string[]
  setAttribute(name: string, value: string): void
  closest(selector: string): PageElement | null
  querySelectorAll(selector: string): Iterable<PageElement>
  getBoundingClientRect(): { readonly right: number; readonly height: number }
  checkVisibility(): boolean
}
declare const document: {
  readonly body: PageElement
  readonly documentElement: { readonly clientWidth: number; readonly scrollWidth: number }
  readonly activeElement: PageElement | null
  querySelectorAll(selector: string): Iterable<PageElement>
  getElementById(id: string): PageElement | null
  createTreeWalker(root: PageElement, what: number): { nextNode(): PageElement | null }
}
declare function getComputedStyle(element: PageElement): {
  readonly color: string
  readonly backgroundColor: string
  readonly overflowX: string
  readonly outlineStyle: string
}

/** Text whose contrast with what lies behind it is below 4.5, from computed styles. */
export function lowContrast(): string[] {
  const parse = (color: string): number[] => {
    const [red = 0, green = 0, blue = 0, alpha = 1] = (color.match(/-?[\d.]+(?:e-?\d+)?/g) ?? []).map(Number)
    const scale = color.startsWith('color(') ? 255 : 1
    return [red * scale, green * scale, blue * scale, alpha]
  }
  const over = (top: number[], below: number[]) =>
    [0, 1, 2].map((part) => (top[part] ?? 0) * (top[3] ?? 1) + (below[part] ?? 0) * (1 - (top[3] ?? 1)))
  const luminance = (color: number[]) => {
    const [red = 0, green = 0, blue = 0] = color.map((part) =>
      part / 255 <= 0.03928 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4,
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const known = new Map<PageElement, number[]>()
  const behind = (element: PageElement): number[] => {
    const found = known.get(element)
    if (found !== undefined) return found
    const own = parse(getComputedStyle(element).backgroundColor)
    const back =
      (own[3] ?? 1) >= 1
        ? own
        : over(own, element.parentElement === null ? [255, 255, 255] : behind(element.parentElement))
    known.set(element, back)
    return back
  }
  const faint = new Set<string>()
  const texts = document.createTreeWalker(document.body, 4)
  for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
    const element = node.parentElement
    if (element === null || (node.textContent ?? '').trim() === '' || !element.checkVisibility()) continue
    const back = behind(element)
    const [light = 0, dark = 0] = [luminance(over(parse(getComputedStyle(element).color), back)), luminance(back)].sort(
      (one, other) => other - one,
    )
    const ratio = (light + 0.05) / (dark + 0.05)
    if (ratio < 4.5)
      faint.add(
        `${ratio.toFixed(2)} ${element.tagName}.${element.className} in ${element.parentElement?.className}: ${(node.textContent ?? '').slice(0, 30)}`,
      )
  }
  return [...faint]
}

/** What a screen reader would stumble over: headings out of order, tables without caption, pictures without words, regions without name. */
export function unreadable(): string[] {
  const found: string[] = []
  const levels = [...document.querySelectorAll('h1,h2,h3,h4')].map((heading) => Number(heading.tagName[1]))
  if (levels[0] !== 1 || levels.filter((level) => level === 1).length !== 1) found.push('there is not one h1, first')
  for (const [place, level] of levels.entries())
    if (place > 0 && level > (levels[place - 1] ?? 0) + 1) found.push(`heading ${place} jumps to h${level}`)
  for (const table of document.querySelectorAll('table')) {
    const captions = [...table.querySelectorAll('caption')].map((caption) => (caption.textContent ?? '').trim())
    if (captions.length !== 1 || captions[0] === '') found.push(`table .${table.className} has no caption`)
    for (const cell of table.querySelectorAll('th'))
      if (cell.getAttribute('scope') === null) found.push(`a th of .${table.className} has no scope`)
  }
  for (const picture of document.querySelectorAll('svg')) {
    const named = picture.getAttribute('role') === 'img' && (picture.getAttribute('aria-label') ?? '').trim() !== ''
    if (!named && picture.getAttribute('aria-hidden') !== 'true')
      found.push(`an svg in .${picture.parentElement?.className} has no words`)
  }
  for (const part of document.querySelectorAll('[aria-labelledby]'))
    if (document.getElementById(part.getAttribute('aria-labelledby') ?? '') === null)
      found.push(`.${part.className} is named by nothing`)
  for (const part of document.querySelectorAll('[role=region],[role=img],nav'))
    if (part.getAttribute('aria-label') === null && part.getAttribute('aria-labelledby') === null)
      found.push(`.${part.className} has no name`)
  for (const landmark of ['header', 'nav', 'main', 'footer'])
    if ([...document.querySelectorAll(landmark)].length !== 1) found.push(`there is not one ${landmark}`)
  for (const link of document.querySelectorAll('a'))
    if ((link.textContent ?? '').trim() === '') found.push('a link has no words')
  return found
}

/** What reaches over the right edge of the page and cannot be scrolled by itself. */
export function overflowing(): string[] {
  const width = document.documentElement.clientWidth
  const contained = (element: PageElement | null): boolean =>
    element !== null && (getComputedStyle(element).overflowX !== 'visible' || contained(element.parentElement))
  const wide = [...document.querySelectorAll('body *')].filter(
    (element) =>
      element.getBoundingClientRect().right > width + 1 &&
      !contained(element.parentElement) &&
      element.closest('.sr') === null,
  )
  const page =
    document.documentElement.scrollWidth > width ? [`the page is ${document.documentElement.scrollWidth} wide`] : []
  return [
    ...page,
    ...wide
      .slice(0, 5)
      .map(
        (element) =>
          `${element.tagName}.${element.getAttribute('class')} ends at ${Math.round(element.getBoundingClientRect().right)}`,
      ),
  ]
}

/** Lines that a browser would not draw, and points that lie outside their picture. */
export function brokenCharts(): string[] {
  const found: string[] = []
  for (const path of document.querySelectorAll('.pane path,.ridge path')) {
    const drawn = path.getAttribute('d') ?? ''
    if (!/^(?:[MLHVhZ][-\d. ]*)*$/.test(drawn)) found.push(`a path is ${drawn.slice(0, 60)}`)
    for (const number of drawn.match(/-?[\d.]+/g) ?? [])
      if (!(Number(number) >= -1 && Number(number) <= 101)) found.push(`a point lies at ${number}`)
  }
  return found.slice(0, 5)
}

export function openEverything(): void {
  for (const details of document.querySelectorAll('details')) details.setAttribute('open', '')
}

/** Elements that no report has: what a journal's text would make if it were taken for markup. */
export function foreignElements(): string[] {
  const odd = document.querySelectorAll(
    'script,iframe,img,object,embed,form,link,base,textarea,[onclick],[onerror],[onload],[onmouseover]',
  )
  const drawn = ['svg', 'path', 'rect', 'clippath']
  const inPictures = [...document.querySelectorAll('svg, svg *')].filter(
    ({ tagName }) => !drawn.includes(tagName.toLowerCase()),
  )
  return [...odd, ...inPictures].map(({ tagName, textContent }) => `${tagName} ${textContent?.slice(0, 40)}`)
}

export function linkTargets(): string[] {
  return [...document.querySelectorAll('a')].map((link) => link.getAttribute('href') ?? '')
}

/** Classes of the experiments that are shown. */
export function shownExperiments(): string[] {
  return [...document.querySelectorAll('.exp')]
    .filter((entry) => entry.checkVisibility())
    .map((entry) => String(entry.className).replace('exp is-', ''))
}

export function focused(): { readonly className: string; readonly ring: string } {
  const element = document.activeElement
  const ring = element === null ? 'none' : getComputedStyle(element.closest('label') ?? element).outlineStyle
  return { className: String(element?.className), ring }
}

/** Whether the first closed experiment is drawn, and on what. */
export function closedOnPaper(): { readonly drawn: boolean; readonly paper: string } {
  const [facts] = [...document.querySelectorAll('details:not([open]) .facts')]
  return { drawn: facts?.checkVisibility() ?? false, paper: getComputedStyle(document.body).backgroundColor }
}

/** Every element with its class and the names of its attributes, in order. */
export function elementShapes(): string[] {
  return [...document.querySelectorAll('*')].map(
    (element) =>
      `${element.tagName}.${String(element.getAttribute('class'))} ${element.getAttributeNames().sort().join(' ')}`,
  )
}
