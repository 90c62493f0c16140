import { type Token, tokensOf } from './promql-tokens.ts'
import { Unmeasurable } from './unmeasurable.ts'

/** An instant vector selector, such as `http_requests_total{code=~"5.."}`. */
export interface Selector {
  readonly text: string
  /** Empty where the name is a matcher, as in `{__name__="x"}`. */
  readonly name: string
  readonly matchers: readonly Matcher[]
}

export interface Matcher {
  readonly label: string
  readonly operator: '=' | '!=' | '=~' | '!~'
  /** As written, with its quotes. */
  readonly quoted: string
}

const OPERATORS: ReadonlySet<string> = new Set(['=', '!=', '=~', '!~'])

/**
 * Reads a plain selector. Throws Unmeasurable, with the remedy, for anything else: a rate or a sum has lost the raw counts,
 * and a verdict needs those.
 */
export function parseSelector(expression: string): Selector {
  const tokens = tokensOf(expression)
  const named = tokens[0]?.kind === 'name' ? 1 : 0
  const name = named === 1 ? (tokens[0]?.text ?? '') : ''
  const rest = tokens.slice(named)
  if (rest.length === 0 && named === 1) return { text: expression.trim(), name, matchers: [] }
  if (rest[0]?.text !== '{' || rest.at(-1)?.text !== '}') throw notPlain(expression, rest)
  return { text: expression.trim(), name, matchers: matchersOf(rest.slice(1, -1), expression) }
}

function matchersOf(tokens: readonly Token[], expression: string): readonly Matcher[] {
  const matchers: Matcher[] = []
  for (let at = 0; at < tokens.length; at += 4) {
    const [label, operator, value, comma] = tokens.slice(at, at + 4)
    if (
      label?.kind !== 'name' ||
      !OPERATORS.has(operator?.text ?? '') ||
      value?.kind !== 'string' ||
      (comma && comma.text !== ',')
    ) {
      throw notPlain(expression, tokens)
    }
    matchers.push({ label: label.text, operator: operator?.text as Matcher['operator'], quoted: value.text })
  }
  return matchers
}

function notPlain(expression: string, rest: readonly Token[]): Unmeasurable {
  const has = (mark: string) => rest.some(({ text }) => text === mark)
  const why = has('(') ? 'it calls a function' : has('[') ? 'it has a range of its own' : 'it is not a plain selector'
  return new Unmeasurable(
    'NO_DATA',
    `the query "${expression}" cannot be counted, because ${why}. Name the counter alone, such as http_requests_total{code=~"5.."}: rates and sums are taken from its raw samples`,
  )
}

/** The same selector for another metric, with matchers added. */
export function selectorFor(name: string, matchers: readonly Matcher[]): string {
  return `${name}{${matchers.map(({ label, operator, quoted }) => `${label}${operator}${quoted}`).join(',')}}`
}

/** Words that are followed by a list of labels, or stand between operands: none of them names a metric. */
const LABEL_LISTS: ReadonlySet<string> = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right'])
const WORDS: ReadonlySet<string> = new Set([
  'and',
  'or',
  'unless',
  'atan2',
  'bool',
  'offset',
  'inf',
  'nan',
  'start',
  'end',
])

/** Every vector selector in an expression, without ranges and offsets. */
export function selectorsIn(expression: string): readonly string[] {
  const tokens = tokensOf(expression)
  const found: string[] = []
  let at = 0
  while (at < tokens.length) {
    const token = tokens[at]
    if (token?.kind === 'name' && LABEL_LISTS.has(token.text.toLowerCase())) {
      at = tokens[at + 1]?.text === '(' ? closing(tokens, at + 1, ')') + 1 : at + 1
    } else if (token?.text === '{' || (token?.kind === 'name' && isMetric(tokens, at))) {
      const braces = token.text === '{' ? at : tokens[at + 1]?.text === '{' ? at + 1 : undefined
      const last = braces === undefined ? at : closing(tokens, braces, '}')
      found.push(textOf(expression, token, tokens[last]))
      at = last + 1
    } else at += 1
  }
  return [...new Set(found)]
}

function isMetric(tokens: readonly Token[], at: number): boolean {
  const next = tokens[at + 1]?.text
  const word = tokens[at]?.text.toLowerCase() ?? ''
  // `sum by (job) (x)`: a name before a label list is an aggregation.
  return next !== '(' && !WORDS.has(word) && !LABEL_LISTS.has(next?.toLowerCase() ?? '')
}

function closing(tokens: readonly Token[], from: number, text: string): number {
  const at = tokens.findIndex((token, index) => index > from && token.text === text)
  return at < 0 ? tokens.length - 1 : at
}

function textOf(expression: string, first: Token, last: Token | undefined): string {
  return expression.slice(first.start, last === undefined ? undefined : last.start + last.text.length)
}
