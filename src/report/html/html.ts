import { escapeHtml } from './escape-html.ts'

/** Markup that is safe to send: made by `html` alone, so that nothing can be put into a page without being escaped. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** What a template may hold. Text and numbers are escaped, markup is not, and nothing leaves nothing. */
export type Part = Html | string | number | undefined | null | false | readonly Part[]

/** Markup from a template; every text in it goes through `escapeHtml`. Attributes must be quoted. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(
    strings.map((fixed, index) => `${fixed}${index < parts.length ? printed(parts[index]) : ''}`).join(''),
  )
}

/** Parts with markup between them. */
export function joined(parts: readonly Part[], between: Part): Html {
  return html`${parts.flatMap((part, index) => (index === 0 ? [part] : [between, part]))}`
}

function printed(part: Part): string {
  if (part instanceof Html) return part.text
  if (Array.isArray(part)) return part.map(printed).join('')
  if (typeof part === 'string') return escapeHtml(part)
  // A number that is none would be a bug in a chart; an empty attribute is drawn as nothing.
  if (typeof part === 'number') return Number.isFinite(part) ? String(part) : ''
  return ''
}
