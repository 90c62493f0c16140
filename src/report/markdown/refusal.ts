import type { SuiteIssue } from '../../kit/errors.ts'
import { codeFence, codeSpan } from '../escape/markdown.ts'
import { keepLines } from '../escape/truncate.ts'
import { plural } from '../words/numbers.ts'
import { fullSentence, sentence } from './inline.ts'

/** A run that ended before there was anything to judge: what was wrong, and where. */
export interface Refusal {
  readonly file: string
  /** Mistakes in the suite; empty where something else was wrong. */
  readonly issues: readonly SuiteIssue[]
  readonly message: string
  readonly remedy: string | undefined
  /** Nothing was wrong: somebody has to agree first, by writing or doing one of these. */
  readonly approve?: readonly string[] | undefined
}

/** `Error: 2 mistakes in the suite, nothing was run`. Fixed words and counts alone. */
export function refusalHeadline({ issues, approve }: Refusal): string {
  if (approve) return 'Waiting for an approval: nothing was touched'
  return issues.length === 0
    ? 'Error: it could not start, nothing was judged'
    : `Error: ${issues.length} ${plural(issues.length, 'mistake')} in the suite, nothing was run`
}

/** What a pull request is told in place of a verdict. At most `limit` characters or bytes, whichever are more. */
export function renderRefusal(refusal: Refusal, limit: number): string {
  const { kept, dropped } = keepLines(refusal.issues.length === 0 ? said(refusal) : mistakes(refusal), limit - 500)
  const more = dropped === 0 ? [] : ['', `${dropped} more are in the log.`]
  const { approve } = refusal
  const write = approve && approve.length > 0 ? [codeFence(approve, 'text')] : []
  return [`### ${approve ? '⏸️' : '⛔'} ${refusalHeadline(refusal)}`, '', ...kept, ...more, ...write].join('\n')
}

function said({ message, remedy }: Refusal): string[] {
  const lines = message.split('\n').filter((line) => line.trim() !== '')
  return [...lines.map(fullSentence), ...(remedy === undefined ? [] : [sentence(remedy)])].flatMap((line) => [line, ''])
}

function mistakes({ file, issues }: Refusal): string[] {
  return issues.map(({ line, column, path, message, remedy }) => {
    const where = codeSpan(`${file}:${line}:${column}`)
    const key = path === '' ? '' : ` ${codeSpan(path)}`
    return `- ${where}${key}: ${fullSentence(message)}${remedy === undefined ? '' : ` ${fullSentence(remedy)}`}`
  })
}
