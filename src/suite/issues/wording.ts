import type { z } from 'zod'
import { shown } from '../../kit/shown.ts'

type RawIssue = z.core.$ZodRawIssue

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
}

/** What an issue expected, as words that can follow `expected`. */
export function expectation(issue: z.core.$ZodIssue | RawIssue): string | undefined {
  if (issue.code === 'invalid_type') return KINDS[String(issue.expected)] ?? String(issue.expected)
  if (issue.code !== 'invalid_value') return undefined
  const values = (issue.values as readonly unknown[]).map((value) => String(value))
  return values.length === 1 ? values[0] : `one of ${values.join(', ')}`
}

/** What was found, as words that can follow `found`. */
export function found(value: unknown): string {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'a mapping' : shown(value)
}

/** Our sentence for each kind of mistake that a schema finds and has no message of its own for. */
export function wording(issue: RawIssue): string {
  const { input } = issue
  const expected = isWhole(issue) ? 'a whole number' : expectation(issue)
  if (expected !== undefined)
    return input === undefined ? `is missing; expected ${expected}` : `found ${found(input)}; expected ${expected}`
  if (issue.code === 'too_small') return tooSmall(issue)
  if (issue.code === 'too_big') return `${size(issue, input)}; expected at most ${issue.maximum}${unit(issue.origin)}`
  return `found ${found(input)}, which is not allowed here`
}

/** A whole number that is no number at all is reported as if any number would do. */
function isWhole(issue: RawIssue): boolean {
  const definition = (issue.inst as { _zod?: { def?: { format?: unknown } } } | undefined)?._zod?.def
  return issue.code === 'invalid_type' && definition?.format === 'safeint'
}

function tooSmall(issue: RawIssue & { code: 'too_small' }): string {
  const least =
    issue.inclusive === false
      ? `more than ${issue.minimum}`
      : `at least ${issue.minimum === 1 && issue.origin !== 'number' ? 'one' : issue.minimum}`
  return `${size(issue, issue.input)}; expected ${least}${issue.minimum === 1 ? '' : unit(issue.origin)}`
}

function size(issue: { readonly origin?: unknown }, input: unknown): string {
  if (issue.origin === 'array')
    return (input as unknown[]).length === 0
      ? 'the list is empty'
      : `the list has ${(input as unknown[]).length} entries`
  if (issue.origin === 'string')
    return input === '' ? 'the text is empty' : `the text has ${String(input).length} characters`
  return `found ${found(input)}`
}

function unit(origin: unknown): string {
  return origin === 'array' ? ' entries' : origin === 'string' ? ' characters' : ''
}
