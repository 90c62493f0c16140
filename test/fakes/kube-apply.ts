/** What a field manager applied last: everything of it that it does not apply again goes. */
export interface Owned {
  readonly fields: Readonly<Record<string, unknown>>
}

type Fields = Readonly<Record<string, unknown>>
/** List maps of our own resources: key by name of the list. */
const KEYS: Readonly<Record<string, string>> = { conditions: 'type', targets: 'uid', witness: 'uid' }

/**
 * Server-side apply with force, as far as our status needs it: fields of objects are merged, entries of list maps are owned
 * by key (kubernetes.io/docs/reference/using-api/server-side-apply), whatever else is replaced as a whole.
 */
export function applyOwned(
  former: Fields,
  before: Owned | undefined,
  applied: Fields,
  subresource: string | undefined,
) {
  const names = subresource ? [subresource] : Object.keys(applied).filter((name) => name !== 'metadata')
  const pick = (from: Fields) => Object.fromEntries(names.flatMap((name) => (name in from ? [[name, from[name]]] : [])))
  const fields = JSON.parse(JSON.stringify(pick(applied))) as Fields
  const merged = { ...former }
  for (const name of names) {
    merged[name] = merge(former[name], before?.fields[name], fields[name], name)
  }
  return { merged, owned: { fields } }
}

function merge(present: unknown, owned: unknown, applied: unknown, name: string): unknown {
  const key = KEYS[name]
  if (key !== undefined && (Array.isArray(applied) || Array.isArray(owned)))
    return mergeEntries(entries(present), entries(owned), entries(applied), key)
  if (!isFields(applied) && !(applied === undefined && isFields(owned))) return applied ?? present
  const wanted = isFields(applied) ? applied : {}
  const had = isFields(owned) ? owned : {}
  const result: Record<string, unknown> = { ...(isFields(present) ? present : {}) }
  for (const member of Object.keys(had)) if (!(member in wanted) && !(member in KEYS)) delete result[member]
  for (const member of new Set([...Object.keys(wanted), ...Object.keys(had)])) {
    if (member in wanted || member in KEYS) result[member] = merge(result[member], had[member], wanted[member], member)
  }
  return result
}

function mergeEntries(present: readonly Fields[], owned: readonly Fields[], applied: readonly Fields[], key: string) {
  const wanted = new Map(applied.map((entry) => [entry[key], entry]))
  const had = new Map(owned.map((entry) => [entry[key], entry]))
  const kept = present.flatMap((entry) => {
    const mine = wanted.get(entry[key])
    if (mine) return [merge(entry, had.get(entry[key]), mine, '') as Fields]
    return had.has(entry[key]) ? [] : [entry]
  })
  const known = new Set(present.map((entry) => entry[key]))
  return [...kept, ...applied.filter((entry) => !known.has(entry[key]))]
}

function entries(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? (value as Fields[]) : []
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** RFC 7396. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch
  const result: Record<string, unknown> = { ...(isFields(target) ? target : {}) }
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else result[key] = mergePatch(result[key], value)
  }
  return result
}
