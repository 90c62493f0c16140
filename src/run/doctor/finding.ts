import { isSeaworthyError, messageOf, SuiteError } from '../../kit/errors.ts'
import type { Finding, Section } from '../../model/diagnosis.ts'
import type { PlatformIssue } from '../../model/ports.ts'

/** Findings of one section; each says what was looked at, what was found, and what to do about it. */
export interface Notes {
  readonly ok: (what: string, detail: string) => Finding
  readonly warning: (what: string, detail: string, remedy: string) => Finding
  readonly problem: (what: string, detail: string, remedy?: string) => Finding
  readonly skipped: (what: string, detail: string) => Finding
  readonly issues: (what: string, issues: readonly PlatformIssue[]) => readonly Finding[]
  /** What somebody threw who could not look. */
  readonly thrown: (what: string, error: unknown) => readonly Finding[]
}

export function notesOf(section: Section): Notes {
  const note = (status: Finding['status']) => (what: string, detail: string, remedy?: string) => ({
    section,
    what,
    status,
    detail,
    remedy: remedy || null,
  })
  const problem = note('problem')
  return {
    ok: note('ok'),
    warning: note('warning'),
    problem,
    skipped: note('skipped'),
    issues: (what, issues) => issues.map(({ message, remedy }) => problem(what, message, remedy)),
    thrown: (what, error) => {
      if (!(error instanceof SuiteError))
        return [problem(what, messageOf(error), isSeaworthyError(error) ? error.remedy : undefined)]
      return error.issues.map(({ line, column, path, message, remedy }) =>
        problem(what, `${error.file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${message}`, remedy),
      )
    },
  }
}

/** Looks, and tells as a problem what kept it from looking: whatever is not known is not fit. */
export async function looked(
  notes: Notes,
  what: string,
  look: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await look()
  } catch (error) {
    return notes.thrown(what, error)
  }
}

/** A URL as it may be shown: without a user and a password. */
export function shownUrl(url: string): string {
  if (!URL.canParse(url)) return 'an address that cannot be read'
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`
}
