import { Unmeasurable } from './unmeasurable.ts'

/** Enough of PromQL's lexer to know what is a string, a name and an operator (prometheus.io/docs/prometheus/latest/querying/basics). */
export interface Token {
  readonly kind: 'string' | 'name' | 'number' | 'operator'
  /** As written, with its quotes. */
  readonly text: string
  readonly start: number
}

const RULES: readonly (readonly [Token['kind'] | 'nothing', RegExp])[] = [
  ['nothing', /(?:\s+|#[^\n]*)/y],
  ['string', /"(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*'|`[^`]*`/y],
  ['number', /\d[\w.]*|\.\d[\w.]*/y],
  ['name', /[a-zA-Z_:][\w:]*/y],
  ['operator', /=~|!~|!=|==|>=|<=|[^\s"'`]/y],
]

/** Throws Unmeasurable where a string does not end. */
export function tokensOf(expression: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < expression.length) {
    const found = RULES.map(([kind, pattern]) => ({ kind, text: matchAt(pattern, expression, at) })).find(
      ({ text }) => text !== undefined,
    )
    if (found?.text === undefined) throw new Unmeasurable('NO_DATA', `a string does not end in the query ${expression}`)
    if (found.kind !== 'nothing') tokens.push({ kind: found.kind, text: found.text, start: at })
    at += found.text.length
  }
  return tokens
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}
