import { keepLines } from '../escape/truncate.ts'
import { fullSentence } from './inline.ts'

/** Why what another workflow measured is not told as it was told: an error that blocks. */
export interface Disbelief {
  /** Fixed words alone: `Error: there is no journal, so nothing was judged`. */
  readonly headline: string
  /** Escaped when they are rendered. */
  readonly sentences: readonly string[]
}

/** What a pull request is told in place of a journal. At most `limit` characters or bytes, whichever are more. */
export function renderDisbelief({ headline, sentences }: Disbelief, limit: number): string {
  const { kept } = keepLines(
    sentences.flatMap((one) => [fullSentence(one), '']),
    limit - 500,
  )
  return [`### ⛔ ${headline}`, '', ...kept].join('\n').trimEnd()
}
