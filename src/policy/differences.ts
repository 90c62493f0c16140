import { canonicalJson } from '../kit/canonical-json.ts'
import { isMapping } from '../kit/is-mapping.ts'
import { shown } from '../kit/shown.ts'

/** One place at which two values differ, with both as text. */
export interface Difference {
  /** `requests[0].expect.status`; empty for the values themselves. */
  readonly path: string
  readonly from: string
  readonly to: string
}

/** Told one by one up to this; the rest in a count. */
const MOST = 8

/** Where two JSON values differ, down to their leaves. Members that are undefined count as absent. */
export function differences(base: unknown, head: unknown): readonly Difference[] {
  const all = walk('', base, head)
  const rest = all.length - MOST
  return rest <= 0
    ? all
    : [...all.slice(0, MOST), { path: 'elsewhere', from: `${rest} more places`, to: 'other values' }]
}

function walk(path: string, base: unknown, head: unknown): readonly Difference[] {
  if (canonicalJson(base ?? null) === canonicalJson(head ?? null)) return []
  if (Array.isArray(base) && Array.isArray(head)) {
    const length = Math.max(base.length, head.length)
    return Array.from({ length }, (_, place) => walk(`${path}[${place}]`, base[place], head[place])).flat()
  }
  if (isMapping(base) && isMapping(head)) {
    const keys = [...new Set([...Object.keys(base), ...Object.keys(head)])]
    return keys.flatMap((key) => walk(path === '' ? key : `${path}.${key}`, base[key], head[key]))
  }
  return [{ path, from: said(base), to: said(head) }]
}

function said(value: unknown): string {
  return value === undefined || value === null ? 'nothing' : shown(value)
}
