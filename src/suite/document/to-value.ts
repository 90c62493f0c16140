import { type Alias, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar } from 'yaml'
import { type Environment, expandText } from './expand.ts'
import { keyName, type Path } from './places.ts'

/** A text that had variables in it, as it was written. */
export interface ExpandedText {
  readonly source: string
  /** Unquoted, so that it may stand for a number or a truth value. */
  readonly plain: boolean
}

export interface Converted {
  readonly value: unknown
  readonly expanded: ReadonlyMap<string, ExpandedText>
  readonly aliases: ReadonlyMap<Alias, Node>
}

export interface ConversionMistake {
  readonly node: unknown
  readonly path: Path
  readonly message: string
  readonly remedy: string
}

/** Names an expanded text in `expanded`. */
export const pathKey = (path: Path): string => JSON.stringify(path)

const MOST_LEVELS = 40
const MOST_NODES_FROM_ALIASES = 10_000

/** Thrown inside this file alone, to leave a document that grows without end. */
class TooMuch extends Error {}

/**
 * Plain data from YAML nodes, in the document's order. Variables are put into texts that are values;
 * keys stay as they are. Aliases are followed up to a bound, so that a small file stays small.
 */
export function toValue(
  root: Node | null,
  environment: Environment,
  report: (mistake: ConversionMistake) => void,
): Converted {
  const expanded = new Map<string, ExpandedText>()
  const aliases = new Map<Alias, Node>()
  const anchors = new Map<string, Node>()
  let insideAlias = 0
  let fromAliases = 0

  const convert = (node: unknown, path: Path): unknown => {
    if (path.length > MOST_LEVELS) {
      report({
        node,
        path: path.slice(0, 3),
        message: `the document is nested more than ${MOST_LEVELS} levels deep`,
        remedy: 'A suite needs fewer than ten; write it flatter.',
      })
      throw new TooMuch()
    }
    if (insideAlias > 0 && ++fromAliases > MOST_NODES_FROM_ALIASES) {
      report({
        node,
        path: path.slice(0, 3),
        message: `aliases (*name) expand to more than ${MOST_NODES_FROM_ALIASES} values`,
        remedy: 'Write the values out, or use fewer aliases.',
      })
      throw new TooMuch()
    }
    if (isAlias(node)) return convertAlias(node, path)
    const anchor = (node as Node | null)?.['anchor' as keyof Node] as string | undefined
    if (anchor !== undefined && insideAlias === 0) anchors.set(anchor, node as Node)
    if (isMap(node)) return convertMap(node.items as Pair[], path)
    if (isSeq(node)) return node.items.map((item, place) => convert(item, [...path, place]))
    return isScalar(node) ? convertScalar(node, path) : null
  }

  const convertAlias = (alias: Alias, path: Path): unknown => {
    const target = aliases.get(alias) ?? anchors.get(alias.source)
    if (!target) {
      report({
        node: alias,
        path,
        message: `the alias *${alias.source} has no anchor &${alias.source} before it`,
        remedy: 'Define the anchor first, or put the text in quotes where a star is meant.',
      })
      return null
    }
    aliases.set(alias, target)
    insideAlias += 1
    const value = convert(target, path)
    insideAlias -= 1
    return value
  }

  const convertMap = (pairs: readonly Pair[], path: Path): unknown => {
    const entries = new Map<string, unknown>()
    for (const { key, value } of pairs) {
      const name = keyName(key)
      const mistake =
        name === undefined
          ? 'a key must be a plain text'
          : name === '__proto__'
            ? '__proto__ cannot be a key'
            : entries.has(name)
              ? `the key ${JSON.stringify(name)} is written twice`
              : undefined
      if (name === undefined || mistake !== undefined) {
        report({
          node: key,
          path: name === undefined ? path : [...path, name],
          message: mistake ?? '',
          remedy: entries.has(name ?? '') ? 'Keep one of the two.' : 'Remove it, or give it another name.',
        })
        continue
      }
      entries.set(name, convert(value, [...path, name]))
    }
    return Object.fromEntries(entries)
  }

  const convertScalar = (node: Scalar, path: Path): unknown => {
    if (typeof node.value !== 'string' || !node.value.includes('${')) return node.value
    const { text, changed, mistakes } = expandText(node.value, environment)
    for (const mistake of mistakes) report({ node, path, ...mistake })
    if (changed) expanded.set(pathKey(path), { source: node.value, plain: node.type === 'PLAIN' })
    return text
  }

  try {
    return { value: convert(root, []), expanded, aliases }
  } catch (error) {
    if (error instanceof TooMuch) return { value: undefined, expanded, aliases }
    throw error
  }
}
