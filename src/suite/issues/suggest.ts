import { distance } from 'fastest-levenshtein'

const LONGEST_WORD = 64
const MOST_LISTED = 40

/** The candidate that was most likely meant, or undefined. `maxBackoff` and `max_backoff` are as good as `max-backoff`. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > LONGEST_WORD) return undefined
  const wanted = plain(word)
  const ranked = candidates
    .map((candidate) => ({ candidate, apart: distance(wanted, plain(candidate)) }))
    .sort((a, b) => a.apart - b.apart)
  const [best] = ranked
  if (best && best.apart <= mostApart(wanted)) return best.candidate
  const longer = candidates.filter((candidate) => wanted.length >= 3 && plain(candidate).startsWith(wanted))
  return longer.length === 1 ? longer[0] : undefined
}

/** Two swapped letters are two apart; in a word of two letters nothing would be left. */
function mostApart(word: string): number {
  return word.length < 3 ? 1 : Math.max(2, Math.floor(word.length / 3))
}

function plain(word: string): string {
  return word.toLowerCase().replaceAll(/[-_ ]/g, '')
}

/** One sentence: the nearest candidate, or all of them. */
export function suggestion(word: string, candidates: readonly string[], what: string): string {
  const best = nearest(word, candidates)
  if (best !== undefined) return `Did you mean ${best}?`
  if (candidates.length === 0) return `There are no ${what}.`
  const more = candidates.length - MOST_LISTED
  return `Known ${what}: ${candidates.slice(0, MOST_LISTED).join(', ')}${more > 0 ? ` and ${more} more` : ''}.`
}
