import { type Alias, isAlias, isMap, isScalar, isSeq, type LineCounter, type Node, type Pair } from 'yaml'

/** Keys and list indexes from the root of the document. */
export type Path = readonly (string | number)[]

interface Place {
  readonly line: number
  readonly column: number
}

/** `experiments[0].fault.latency`, as messages write a path; keys that are not plain words are quoted. */
export function formatPath(path: Path): string {
  return path
    .map((part, place) =>
      typeof part === 'number'
        ? `[${part}]`
        : /^[\w-]+$/.test(part)
          ? `${place === 0 ? '' : '.'}${part}`
          : `[${JSON.stringify(part)}]`,
    )
    .join('')
}

/** Finds where something was written. Aliases lead to what they stand for. */
export interface Places {
  /** The value at the path, or the nearest thing around it that exists. */
  readonly value: (path: Path) => Place
  /** The key of the last part of the path, or the nearest thing around it that exists. */
  readonly key: (path: Path) => Place
}

export function places(root: Node | null, aliases: ReadonlyMap<Alias, Node>, lines: LineCounter): Places {
  const placeOf = (offset: number | undefined): Place => {
    const { line, col } = lines.linePos(offset ?? 0)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  const follow = (node: unknown): unknown => (isAlias(node) ? aliases.get(node) : node)
  const descend = (path: Path): { key: unknown; node: unknown; complete: boolean } => {
    let found: { key: unknown; node: unknown } = { key: null, node: root }
    for (const part of path) {
      const next = member(follow(found.node), part)
      if (!next) return { ...found, complete: false }
      found = next
    }
    return { ...found, complete: true }
  }
  return {
    value: (path) => {
      const { key, node } = descend(path)
      return placeOf(offsetOf(node) ?? offsetOf(key))
    },
    key: (path) => {
      const { key, node, complete } = descend(path)
      return placeOf(complete ? (offsetOf(key) ?? offsetOf(node)) : (offsetOf(node) ?? offsetOf(key)))
    },
  }
}

function member(node: unknown, part: string | number): { key: unknown; node: unknown } | undefined {
  if (isSeq(node) && typeof part === 'number')
    return part in node.items ? { key: null, node: node.items[part] } : undefined
  if (!isMap(node)) return undefined
  const pair = (node.items as Pair[]).find(({ key }) => keyName(key) === String(part))
  return pair && { key: pair.key, node: pair.value }
}

function offsetOf(node: unknown): number | undefined {
  return (node as { range?: [number, number, number] | null } | null)?.range?.[0]
}

/** The name that a mapping's key has, or undefined where it is a list or a mapping itself. */
export function keyName(key: unknown): string | undefined {
  if (key === null) return 'null'
  return isScalar(key) ? String(key.value) : undefined
}
