import type { Journal } from '../../model/journal.ts'
import { codeSpan } from '../escape/markdown.ts'
import { visibleLine } from '../escape/text.ts'
import { SENTENCE_LENGTH, truncateEnd } from '../escape/truncate.ts'
import { fullSentence, sentence } from './inline.ts'

const MOST_LEFTOVERS = 10

/** The one thing that a reader must act on at once, so the one alert that reports use. Undefined where nothing is left. */
export function leftoverAlert({ leftovers }: Journal): string | undefined {
  if (leftovers.length === 0) return undefined
  const lines = leftovers.slice(0, MOST_LEFTOVERS).map(({ what, why, remedy }) => {
    const command = truncateEnd(visibleLine(remedy), SENTENCE_LENGTH)
    return `> Left behind: **${sentence(what)}**. ${fullSentence(why)} To remove it: ${codeSpan(command)}`
  })
  const rest = leftovers.length - lines.length
  return ['> [!CAUTION]', lines.join('\n>\n'), ...(rest > 0 ? ['>', `> And ${rest} more, in the journal.`] : [])].join(
    '\n',
  )
}
