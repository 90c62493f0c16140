import type { Problem } from '../../model/measurement.ts'
import type { ReasonCode } from '../../model/verdict.ts'

/** Inside this folder only: there is no number, and this is why. It becomes a problem of the measurement, never a crash. */
export class Unmeasurable extends Error {
  readonly problem: Problem

  constructor(code: ReasonCode, detail: string) {
    super(detail)
    this.name = 'Unmeasurable'
    this.problem = { code, detail }
  }
}

const LONGEST_QUOTE = 200

/** Words of a server, fit for one line of a report: no control characters, not too long. */
export function quote(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim()
  return line.length > LONGEST_QUOTE ? `${line.slice(0, LONGEST_QUOTE)}…` : line
}
