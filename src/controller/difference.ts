import { type FieldChange, type FieldPath, present, type Segment, sameJson } from './fields.ts'

/** Of no object's meaning: the server changes them with every write. */
const BOOKKEEPING = ['managedFields', 'resourceVersion', 'generation', 'uid', 'creationTimestamp', 'selfLink']
/** Lists of these are told apart by a member of their items, wherever an item stands. */
const KEYS = ['name', 'type', 'key', 'uid']

/**
 * The fields in which two states of one object differ, each as small as it can be: members of objects, items of lists that
 * have a name of their own and are in the same order, otherwise whole lists. `status` and the server's own bookkeeping are left out.
 */
export function differences(before: unknown, after: unknown): readonly FieldChange[] {
  return compare(meaningOf(before), meaningOf(after), [])
}

function meaningOf(object: unknown): unknown {
  const { status: _, metadata, ...others } = object as Readonly<Record<string, unknown>>
  if (typeof metadata !== 'object' || metadata === null) return others
  const kept = Object.entries(metadata).filter(([name]) => !BOOKKEEPING.includes(name))
  return { ...others, metadata: Object.fromEntries(kept) }
}

function compare(before: unknown, after: unknown, path: FieldPath): readonly FieldChange[] {
  if (sameJson(before, after)) return []
  if (isObject(before) && isObject(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    return names.flatMap((name) => compare(before[name], after[name], [...path, name]))
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const places = itemPlaces(before, after)
    if (places) return places.flatMap((place, at) => compare(before[at], after[at], [...path, place]))
  }
  return [{ path, before: present(before), after: present(after) }]
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** How to name the items of both lists; undefined where the lists can only be taken as wholes. */
function itemPlaces(before: readonly unknown[], after: readonly unknown[]): readonly Segment[] | undefined {
  if (before.length !== after.length || before.length === 0) return undefined
  const key = KEYS.find((name) => before.every((item, at) => isNamed(item, after[at], name)))
  if (key === undefined) return undefined
  const names = before.map((item) => String((item as Record<string, unknown>)[key]))
  if (new Set(names).size < names.length) return undefined
  return names.map((name) => ({ match: { [key]: name } }))
}

function isNamed(one: unknown, other: unknown, key: string): boolean {
  if (!isObject(one) || !isObject(other)) return false
  return typeof one[key] === 'string' && one[key] !== '' && one[key] === other[key]
}
