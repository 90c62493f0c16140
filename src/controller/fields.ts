/** One step into an object: a member's name, a place in a list, or the one item of a list that has these members. */
export type Segment = string | number | { readonly match: Readonly<Record<string, string>> }
export type FieldPath = readonly Segment[]

/** One field that a fault changes. `undefined` is: not there. JSON-serialisable but for that, so records say `absent`. */
export interface FieldChange {
  readonly path: FieldPath
  readonly before: Present
  readonly after: Present
}

/** A value, or that there is none. */
export type Present = { readonly value: unknown } | { readonly absent: true }

const ABSENT: Present = { absent: true }

export function present(value: unknown): Present {
  return value === undefined ? ABSENT : { value }
}

export type JsonPatch = readonly (
  | { readonly op: 'test' | 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string }
)[]

/** What is at a path; absent where any step of it leads nowhere. */
export function valueAt(object: unknown, path: FieldPath): Present {
  let current: unknown = object
  for (const segment of path) {
    const key = keyIn(current, segment)
    if (key === undefined) return ABSENT
    current = (current as Record<string | number, unknown>)[key]
  }
  return present(current)
}

/** The member's name or the place in the list that a segment means in this very container; undefined when there is none. */
function keyIn(container: unknown, segment: Segment): string | number | undefined {
  if (Array.isArray(container)) {
    if (typeof segment === 'number') return segment < container.length ? segment : undefined
    if (typeof segment === 'string') return undefined
    const place = container.findIndex((item) => hasMembers(item, segment.match))
    return place === -1 ? undefined : place
  }
  if (typeof container !== 'object' || container === null || typeof segment !== 'string') return undefined
  return Object.hasOwn(container, segment) ? segment : undefined
}

function hasMembers(item: unknown, members: Readonly<Record<string, string>>): boolean {
  return Object.entries(members).every(([name, value]) => {
    const found = typeof item === 'object' && item !== null && Object.hasOwn(item, name)
    return found ? (item as Record<string, unknown>)[name] === value : value === ''
  })
}

/** Deep equality of JSON values; the order of members does not matter. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const [left, right] = [Object.entries(a), Object.entries(b)]
  return (
    left.length === right.length &&
    left.every(([name, value]) => Object.hasOwn(b, name) && sameJson(value, (b as Record<string, unknown>)[name]))
  )
}

export function samePresent(a: Present, b: Present): boolean {
  if ('absent' in a || 'absent' in b) return 'absent' in a && 'absent' in b
  return sameJson(a.value, b.value)
}

/** `spec.containers[name=web].image`, for people. */
export function spokenPath(path: FieldPath): string {
  return path
    .map((segment) => {
      if (typeof segment === 'string') return `.${segment}`
      if (typeof segment === 'number') return `[${segment}]`
      const members = Object.entries(segment.match).map(([name, value]) => `${name}=${value}`)
      return `[${members.join(',')}]`
    })
    .join('')
    .replace(/^\./, '')
}

/**
 * The JSON patch that brings an object, as it is now, from each change's `from` side to its other side; each step tests first
 * that the field still holds what it should, so that a change by somebody else in between fails the whole patch (422).
 * Changes whose field does not hold their `from` side now are left out and named in `foreign`: they are not ours (any more).
 */
export function patchFor(
  object: unknown,
  changes: readonly FieldChange[],
  direction: 'apply' | 'undo',
): { readonly patch: JsonPatch; readonly foreign: readonly FieldChange[] } {
  const { patch, foreign } = changedBy(object, changes, direction)
  return { patch, foreign }
}

/** As `patchFor`, with what the object is after that. */
export function changedBy(object: unknown, changes: readonly FieldChange[], direction: 'apply' | 'undo') {
  const patch: JsonPatch[number][] = []
  const foreign: FieldChange[] = []
  const ordered = direction === 'apply' ? changes : changes.toReversed()
  // Each step changes what the paths of the next ones mean, so they are read in an object that has gone along.
  const current = structuredClone(object)
  for (const change of ordered) {
    const [from, to] = direction === 'apply' ? [change.before, change.after] : [change.after, change.before]
    const now = valueAt(current, change.path)
    if (samePresent(now, to)) continue
    const steps = samePresent(now, from) ? stepsFor(current, change.path, now, to) : undefined
    if (!steps) foreign.push(change)
    else patch.push(...steps)
  }
  return { patch: patch as JsonPatch, foreign: foreign as readonly FieldChange[], object: current }
}

/** A copy with this value at this path; without a place for it there, as it was. */
export function writtenAt(object: unknown, path: FieldPath, to: Present): unknown {
  const copy = structuredClone(object)
  const now = valueAt(copy, path)
  if (!samePresent(now, to)) stepsFor(copy, path, now, to)
  return copy
}

/** Writes one field into `current` as well. Undefined when its container is not there to write into. */
function stepsFor(current: unknown, path: FieldPath, now: Present, to: Present): JsonPatch | undefined {
  const places: (string | number)[] = []
  let container: unknown = current
  for (const segment of path.slice(0, -1)) {
    const key = keyIn(container, segment)
    if (key === undefined) return undefined
    places.push(key)
    container = (container as Record<string | number, unknown>)[key]
  }
  const last = path.at(-1)
  if (last === undefined || typeof container !== 'object' || container === null) return undefined
  const key = 'absent' in now ? newKey(container, last) : keyIn(container, last)
  if (key === undefined) return undefined
  const pointer = pointerOf([...places, key])
  const test: JsonPatch = 'absent' in now ? [] : [{ op: 'test', path: pointer, value: now.value }]
  if ('absent' in to) {
    if (Array.isArray(container)) container.splice(Number(key), 1)
    else delete (container as Record<string, unknown>)[String(key)]
    return [...test, { op: 'remove', path: pointer }]
  }
  const value = structuredClone(to.value)
  if (Array.isArray(container) && 'absent' in now) container.push(value)
  else (container as Record<string | number, unknown>)[key] = value
  return [...test, { op: 'absent' in now ? 'add' : 'replace', path: pointer, value: to.value }]
}

function newKey(container: object, last: Segment): string | number | undefined {
  if (Array.isArray(container)) return typeof last === 'string' ? undefined : container.length
  return typeof last === 'string' ? last : undefined
}

function pointerOf(places: readonly (string | number)[]): string {
  return places.map((place) => `/${String(place).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
