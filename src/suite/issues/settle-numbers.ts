import type { z } from 'zod'
import type { Path } from '../document/places.ts'
import type { SuiteDocument } from '../document/read-document.ts'
import { pathKey } from '../document/to-value.ts'
import { valueAt } from './check.ts'

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/

/**
 * `replicas: ${REPLICAS:-2}` is text after expansion. Where the schema refuses text, and the unquoted text reads as a number
 * or a truth value, it becomes one, in place. Decided by the schema, so that a namespace called 17 stays a text.
 */
export function settleNumbers(schema: z.ZodType, document: SuiteDocument, base: Path): void {
  if (document.expanded.size === 0) return
  const result = schema.safeParse(valueAt(document.value, base), { jitless: true })
  for (const issue of result.error?.issues ?? []) {
    if (issue.code !== 'invalid_type' && issue.code !== 'invalid_union' && issue.code !== 'invalid_value') continue
    const path = [...base, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))]
    const text = valueAt(document.value, path)
    if (typeof text !== 'string' || document.expanded.get(pathKey(path))?.plain !== true) continue
    const parent = valueAt(document.value, path.slice(0, -1)) as Record<string | number, unknown>
    const last = path.at(-1)
    if (last === undefined) continue
    if (NUMBER.test(text)) parent[last] = Number(text)
    if (text === 'true' || text === 'false') parent[last] = text === 'true'
  }
}
