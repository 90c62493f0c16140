import type { Verdict } from '../../model/verdict.ts'

/** How each verdict looks: a shape and a word of its own, because colour never stands alone. */
interface VerdictWords {
  readonly word: Verdict
  /** At the start of a line. */
  readonly title: string
  /** In Markdown. */
  readonly emoji: string
  /** On a terminal, one column wide. */
  readonly mark: string
  /** In plain logs, where a failure must be found by eye. */
  readonly loud: string
}

export const VERDICT_WORDS: Readonly<Record<Verdict, VerdictWords>> = {
  pass: { word: 'pass', title: 'Pass', emoji: '✅', mark: '✓', loud: 'pass' },
  fail: { word: 'fail', title: 'Fail', emoji: '❌', mark: '✗', loud: 'FAIL' },
  inconclusive: { word: 'inconclusive', title: 'Inconclusive', emoji: '❔', mark: '?', loud: 'INCONCLUSIVE' },
  error: { word: 'error', title: 'Error', emoji: '⛔', mark: '!', loud: 'ERROR' },
  aborted: { word: 'aborted', title: 'Aborted', emoji: '⏹️', mark: '■', loud: 'ABORTED' },
}

/** For what never started. */
export const NOT_RUN = { word: 'not run', emoji: '–', mark: '·' } as const
