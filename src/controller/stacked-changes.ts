import { changedBy, type FieldChange, type FieldPath, type Present, samePresent, valueAt, writtenAt } from './fields.ts'

/** What ending one of several faults on an object comes to. */
export interface Released {
  /** The object as it is to be then. */
  readonly object: unknown
  /** Fields of the one that ends which somebody else has written since: left so. */
  readonly foreign: readonly FieldChange[]
  /** The changes of those that stay, in the order given: each now puts back what is there without the one that ends. */
  readonly above: readonly (readonly FieldChange[])[]
}

/**
 * Takes one fault's changes out from under those that came later, the last of them on top: as if it had never been. What
 * stays holds; who is the last to end puts the original back. Pure; `object` is left as it is.
 */
export function releaseChanges(
  object: unknown,
  own: readonly FieldChange[],
  above: readonly (readonly FieldChange[])[],
): Released {
  let current = object
  const held: ReadonlySet<FieldChange>[] = []
  for (const changes of above.toReversed()) {
    held.unshift(new Set(changes.filter((change) => isHeld(current, change))))
    current = changedBy(current, changes, 'undo').object
  }
  const { object: without, foreign } = changedBy(current, own, 'undo')
  current = without
  const stays = above.map((changes, at) =>
    changes.flatMap((change) => {
      // What does not hold is somebody else's by now, and not written again.
      if (!held[at]?.has(change)) return [change]
      const again = rooted(current, change)
      if (!again) return []
      current = writtenAt(current, again.path, again.after)
      return [again]
    }),
  )
  return { object: current, foreign, above: stays }
}

function isHeld(object: unknown, { path, after }: FieldChange): boolean {
  return samePresent(valueAt(object, path), after)
}

/** The same change on what is there now. With the object or list that it lay in: gone with the fault that brought it, or its own to bring. */
function rooted(object: unknown, { path, after }: FieldChange): FieldChange | undefined {
  for (let length = 1; length < path.length; length += 1) {
    const container = valueAt(object, path.slice(0, length))
    if (!('absent' in container)) continue
    // An item is more than what was changed of it.
    if (typeof path[length - 1] !== 'string') return undefined
    const value = nested(path.slice(length), after)
    return value && { path: path.slice(0, length), before: container, after: value }
  }
  return { path, before: valueAt(object, path), after }
}

/** A value with all members around it that a path names; undefined where it names an item of a list, or nothing is to be there. */
function nested(path: FieldPath, value: Present): Present | undefined {
  if ('absent' in value) return undefined
  let inner = value.value
  for (const segment of path.toReversed()) {
    if (typeof segment !== 'string') return undefined
    inner = { [segment]: inner }
  }
  return { value: inner }
}
