import { tokensOf } from './promql-tokens.ts'
import { Unmeasurable } from './unmeasurable.ts'

/** Values for the placeholders of queries; undefined where this platform has none. */
export interface Placeholders {
  readonly namespace: string | undefined
}

const PLACEHOLDER = /\$namespace\b/g

/**
 * Puts values in the place of `$namespace`, which must stand inside a string. Whatever the value holds, it stays inside that string:
 * it is escaped for its quotes and, where the string is a regular expression, for RE2 before that.
 * Throws Unmeasurable where that cannot be done.
 */
export function fillPlaceholders(expression: string, { namespace }: Placeholders): string {
  const tokens = tokensOf(expression)
  let filled = ''
  let end = 0
  tokens.forEach((token, index) => {
    filled += expression.slice(end, token.start)
    end = token.start + token.text.length
    if (token.kind === 'operator' && token.text === '$' && tokens[index + 1]?.text === 'namespace') {
      throw new Unmeasurable(
        'NO_DATA',
        `$namespace must stand inside quotes, as in {namespace="$namespace"}: ${expression}`,
      )
    }
    filled += token.kind === 'string' ? fillString(token.text, tokens[index - 1]?.text, namespace) : token.text
  })
  return filled + expression.slice(end)
}

function fillString(text: string, operator: string | undefined, namespace: string | undefined): string {
  if (text.search(PLACEHOLDER) < 0) return text
  if (namespace === undefined)
    throw new Unmeasurable('NO_DATA', `the query uses $namespace, and there is no namespace on this platform`)
  const literal = operator === '=~' || operator === '!~' ? escapeRegex(namespace) : namespace
  if (!text.startsWith('`')) return text.replaceAll(PLACEHOLDER, () => escapeString(literal))
  // A raw string knows no escapes, so there is no way to write its own quote in it.
  if (literal.includes('`'))
    throw new Unmeasurable('NO_DATA', 'the namespace holds a backtick, which cannot stand in a query in backticks')
  return text.replaceAll(PLACEHOLDER, () => literal)
}

/** For a PromQL string in either kind of quotes, which follows Go's rules: there a quote may be escaped by a backslash only in its own kind. */
export function escapeString(text: string): string {
  const inCode = (character: string) => `\\U${(character.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`
  return text.replaceAll('\\', '\\\\').replaceAll(/["'\p{Cc}\p{Cf}\u2028\u2029]/gu, inCode)
}

/** For RE2, which Prometheus anchors at both ends. */
export function escapeRegex(text: string): string {
  return text.replaceAll(/[\\.+*?()|[\]{}^$]/g, (character) => `\\${character}`)
}
