import type { z } from 'zod'
import { SuiteError, type SuiteIssue } from '../../kit/errors.ts'
import { shown } from '../../kit/shown.ts'
import { formatPath, type Path } from '../document/places.ts'
import { type SuiteDocument, tooMany } from '../document/read-document.ts'
import { pathKey } from '../document/to-value.ts'
import { check, type Finding, valueAt } from './check.ts'
import { settleNumbers } from './settle-numbers.ts'

/** Collects every mistake of one file with its place. */
export interface Report {
  /** A mistake in the value at this path; where the path does not exist, in what is around it. */
  readonly at: (path: Path, message: string, remedy?: string) => void
  /** A mistake in the key itself. */
  readonly onKey: (path: Path, message: string, remedy?: string) => void
  readonly add: (findings: readonly Finding[]) => void
  /** Checks the whole document and notes its mistakes. */
  readonly check: (schema: z.ZodType) => void
  /** A part of the document as its schema reads it; undefined where it is wrong, which `check` has noted. */
  readonly part: <Schema extends z.ZodType>(schema: Schema, path: Path) => z.output<Schema> | undefined
  /** Turns texts from the environment into numbers where this schema wants numbers. */
  readonly settleNumbers: (schema: z.ZodType, path: Path) => void
  readonly raw: (path: Path) => unknown
  readonly line: (path: Path) => number
  /** Throws SuiteError with all that was noted, in the order of the file. */
  readonly finish: () => void
}

const MOST_ISSUES = 50

export function reportOn(file: string, document: SuiteDocument): Report {
  const issues: SuiteIssue[] = [...document.issues]
  /** The document as its schema reads it, when all of it is right. */
  let sound: unknown
  const unreadable = new Set(document.issues.map(({ path }) => path).filter((path) => path !== ''))
  const add = ({ path, on, message, remedy }: Finding) => {
    // What could not be read is noted already; that it is also not what was expected follows from that.
    if (unreadable.has(formatPath(path))) return
    // Finding a place walks the document, and past this nobody reads on.
    const place =
      issues.length > 4 * MOST_ISSUES ? { line: Number.MAX_SAFE_INTEGER, column: 1 } : document.places[on](path)
    issues.push({ ...place, path: formatPath(path), message: hideExpanded(message, path, document), remedy })
  }
  const raw = (path: Path) => valueAt(document.value, path)
  return {
    at: (path, message, remedy) => add({ path, on: 'value', message, remedy }),
    onKey: (path, message, remedy) => add({ path, on: 'key', message, remedy }),
    add: (findings) => findings.forEach(add),
    check: (schema) => {
      const { data, findings } = check(schema, document.value)
      findings.forEach(add)
      sound = data
    },
    part: <Schema extends z.ZodType>(schema: Schema, path: Path) =>
      sound === undefined ? check(schema, raw(path), path).data : (valueAt(sound, path) as z.output<Schema>),
    settleNumbers: (schema, path) => settleNumbers(schema, document, path),
    raw,
    line: (path) => document.places.value(path).line,
    finish: () => {
      if (issues.length > 0) throw new SuiteError(file, inOrder(issues))
    },
  }
}

/** A value from the environment may be a secret: messages show the variable in its place. */
function hideExpanded(message: string, path: Path, { value, expanded }: SuiteDocument): string {
  const text = expanded.get(pathKey(path))
  return text ? message.replaceAll(shown(valueAt(value, path)), () => shown(text.source)) : message
}

function inOrder(issues: readonly SuiteIssue[]): readonly SuiteIssue[] {
  const seen = new Set<string>()
  const sorted = issues
    .toSorted((a, b) => a.line - b.line || a.column - b.column)
    .filter((issue) => {
      const key = `${issue.line}:${issue.column}:${issue.path}:${issue.message}`
      return !seen.has(key) && seen.add(key)
    })
  const last = sorted[MOST_ISSUES - 1]
  return sorted.length <= MOST_ISSUES || !last
    ? sorted
    : [...sorted.slice(0, MOST_ISSUES), tooMany(last.line, sorted.length - MOST_ISSUES)]
}
