import type { z } from 'zod'
import type { Path } from '../document/places.ts'
import { nearest, suggestion } from './suggest.ts'
import { expectation, found, wording } from './wording.ts'

/** One mistake before its place in the file is known. */
export interface Finding {
  readonly path: Path
  readonly on: 'value' | 'key'
  readonly message: string
  readonly remedy: string | undefined
}

export interface Checked<Output> {
  readonly data: Output | undefined
  readonly findings: readonly Finding[]
}

/** More of one kind than a person would read; the file is refused all the same. */
const MOST_UNKNOWN_KEYS = 20

/**
 * Checks a value against a schema and words what is wrong with it. Paths start at `base`.
 * Without the schema library's compiler: each schema is used once or twice in a process, and compiling it costs more.
 */
export function check<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  base: Path = [],
  alsoKnown: readonly string[] = [],
): Checked<z.output<Schema>> {
  const knownKeys = new Map<string, readonly string[]>()
  const result = schema.safeParse(value, {
    jitless: true,
    error: (issue) => {
      if (issue.code === 'invalid_union') return ''
      if (issue.code !== 'unrecognized_keys') return wording(issue)
      // An issue tells which keys are unknown and not which are known, so these travel under a name in its message.
      const name = `keys-${knownKeys.size}`
      knownKeys.set(name, shapeOf(issue.inst))
      return name
    },
  })
  if (result.success) return { data: result.data, findings: [] }
  const context = { knownKeys, alsoKnown, value }
  const findings = withoutMisspelt(
    result.error.issues.flatMap((issue) => findingsOf(issue, [], context)),
    context,
  )
  return { data: undefined, findings: findings.map((finding) => ({ ...finding, path: [...base, ...finding.path] })) }
}

function shapeOf(schema: unknown): readonly string[] {
  const shape = (schema as { _zod?: { def?: { shape?: object } } } | undefined)?._zod?.def?.shape
  return shape ? Object.keys(shape) : []
}

interface Context {
  readonly knownKeys: ReadonlyMap<string, readonly string[]>
  readonly alsoKnown: readonly string[]
  readonly value: unknown
}

function findingsOf(issue: z.core.$ZodIssue, above: Path, context: Context): readonly Finding[] {
  const path = [...above, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))]
  if (issue.code === 'unrecognized_keys') return unknownKeys(issue, path, context)
  if (issue.code === 'invalid_union' && issue.message === '') return unionFindings(issue.errors, path, context)
  if (issue.code === 'invalid_key')
    return [{ path, on: 'key', message: issue.issues[0]?.message ?? issue.message, remedy: undefined }]
  const remedy = issue.code === 'invalid_value' ? enumRemedy(issue, valueAt(context.value, path)) : undefined
  const on = issue.code === 'custom' && issue.params?.onKey === true ? 'key' : 'value'
  return [{ path, on, message: issue.message, remedy }]
}

/** A required key that is there under a misspelt name is one mistake and not two. */
function withoutMisspelt(findings: readonly Finding[], { value }: Context): readonly Finding[] {
  const unknown = findings
    .filter(({ on, path }) => on === 'key' && valueAt(value, path) !== undefined)
    .map(({ path }) => path)
  return findings.filter(({ on, path }) => {
    const name = path.at(-1)
    const missing = on === 'value' && typeof name === 'string' && valueAt(value, path) === undefined
    return (
      !missing || !unknown.some((other) => isBeside(other, path) && nearest(String(other.at(-1)), [name]) !== undefined)
    )
  })
}

function isBeside(one: Path, other: Path): boolean {
  return one.length === other.length && one.slice(0, -1).every((part, place) => part === other[place])
}

function unknownKeys(
  issue: z.core.$ZodIssueUnrecognizedKeys,
  path: Path,
  { knownKeys, alsoKnown }: Context,
): readonly Finding[] {
  const known = [...(knownKeys.get(issue.message) ?? []), ...(path.length === 0 ? alsoKnown : [])]
  return issue.keys.slice(0, MOST_UNKNOWN_KEYS).map((key) => ({
    path: [...path, key],
    on: 'key',
    message: 'there is no such key here',
    remedy: suggestion(key, known, 'keys here'),
  }))
}

/** Of several forms, the one whose kind fits what was written; if none does, what each of them expected. */
function unionFindings(
  branches: readonly (readonly z.core.$ZodIssue[])[],
  path: Path,
  context: Context,
): readonly Finding[] {
  const fitting = branches.find(
    (branch) => !branch.some((issue) => issue.path.length === 0 && expectation(issue) !== undefined),
  )
  if (fitting) return fitting.flatMap((issue) => findingsOf(issue, path, context))
  const expected = branches.flatMap((branch) => branch.map((issue) => expectation(issue) ?? issue.message))
  const value = valueAt(context.value, path)
  const what = value === undefined ? 'is missing' : `found ${found(value)}`
  return [{ path, on: 'value', message: `${what}; expected ${[...new Set(expected)].join(' or ')}`, remedy: undefined }]
}

function enumRemedy(issue: z.core.$ZodIssueInvalidValue, value: unknown): string | undefined {
  const values = issue.values.map(String)
  return typeof value === 'string' && values.length > 1 ? didYouMean(value, values) : undefined
}

/** Only the nearest: the message has the whole list. */
function didYouMean(value: string, values: readonly string[]): string | undefined {
  const text = suggestion(value, values, '')
  return text.startsWith('Did') ? text : undefined
}

/** What stands at a path of plain data; undefined where there is nothing. */
export function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, part)
        ? (value as Record<string | number, unknown>)[part]
        : undefined,
    root,
  )
}
