/**
 * A failed objective is data; an error here means that we could not do our job.
 * Every message is built in this one place: what happened, where, why, what to do.
 */
const BRAND = Symbol.for('seaworthy.error')

/** What kind of thing went wrong. A closed list; docs/troubleshooting.md explains each. */
export const ERROR_CODES = [
  'INPUT',
  'SUITE',
  'PLAN',
  'APPROVAL',
  'PLATFORM',
  'ENGINE',
  'TRAFFIC',
  'OBSERVE',
  'PUBLISH',
  'CLEANUP',
  'INTERNAL',
] as const
export type ErrorCode = (typeof ERROR_CODES)[number]

export interface ErrorFacts {
  /** What the user can do about it, as an imperative sentence. */
  readonly remedy?: string | undefined
  /** The thing that it is about: a file, a service, a replica, a URL. */
  readonly target?: string | undefined
  readonly cause?: unknown
}

export class SeaworthyError extends Error {
  readonly code: ErrorCode
  readonly remedy: string | undefined
  readonly target: string | undefined

  constructor(code: ErrorCode, message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.name = 'SeaworthyError'
    this.code = code
    this.remedy = facts.remedy
    this.target = facts.target
    Object.defineProperty(this, BRAND, { value: true })
  }
}

/** One mistake in a suite: where it is, what was found, what was expected, what to do. */
export interface SuiteIssue {
  readonly line: number
  readonly column: number
  /** Where in the document, such as `experiments[0].fault.latency`; empty for the whole document. */
  readonly path: string
  readonly message: string
  readonly remedy?: string | undefined
}

export class SuiteError extends SeaworthyError {
  readonly file: string
  readonly issues: readonly SuiteIssue[]

  constructor(file: string, issues: readonly SuiteIssue[], cause?: unknown) {
    super('SUITE', issues.map((issue) => formatIssue(file, issue)).join('\n'), { target: file, cause })
    this.file = file
    this.issues = issues
  }
}

/** `file:line:column: what. what to do` — the form that editors and terminals turn into a link. */
export function formatIssue(file: string, issue: SuiteIssue): string {
  const where = `${file}:${issue.line}:${issue.column}`
  const path = issue.path === '' ? '' : `${issue.path}: `
  return `${where}: ${path}${issue.message}${issue.remedy ? `\n    ${issue.remedy}` : ''}`
}

/** Holds across bundles, where `instanceof` does not. */
export function isSeaworthyError(error: unknown): error is SeaworthyError {
  return typeof error === 'object' && error !== null && BRAND in error
}

/** The message of anything that was thrown, with the chain of its causes. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `: ${messageOf(error.cause)}`
  return `${error.message}${cause}`
}
