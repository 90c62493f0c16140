import type { Journal } from '../../model/journal.ts'

/** Which run of its workflow wrote a comment; higher numbers are newer. */
export interface RunOrder {
  readonly number: number
  readonly attempt: number
}

/** What of a run its marker is made from. */
export interface Marked {
  readonly suite: Pick<Journal['suite'], 'name'>
  readonly change: Pick<NonNullable<Journal['change']>, 'runUrl'> | null
  readonly run: Pick<Journal['run'], 'startedAtMs'>
}

const LONGEST = 200
const encoder = new TextEncoder()

/**
 * The hidden last line by which a later run finds its comment, and sees whether it is older than that comment:
 * `<!-- seaworthy:checkout v1 run=1042 attempt=1 at=1795252454000 -->`.
 */
export function commentMarker(journal: Marked, order: RunOrder | undefined = orderFromUrl(journal)): string {
  const run = order === undefined ? '' : ` run=${Math.trunc(order.number)} attempt=${Math.trunc(order.attempt)}`
  return `<!-- seaworthy:${markerName(journal.suite.name)} v1${run} at=${Math.max(0, Math.trunc(journal.run.startedAtMs))} -->`
}

/**
 * A suite's name inside an HTML comment: letters, digits, dots, underscores and single hyphens as they are, every other
 * byte as `%xx`, so that no name can close the comment and no two names are the same.
 */
export function markerName(suite: string): string {
  const encoded = suite.toWellFormed().replace(/[^A-Za-z0-9._-]|-(?=-|$)|^-/gu, percentEncode)
  if (encoded === '') return '%'
  return encoded.length <= LONGEST ? encoded : `${encoded.slice(0, LONGEST).replace(/[%-][^%]?$/, '')}~${hash(suite)}`
}

/** The run's number and attempt as its address tells them. */
function orderFromUrl({ change }: Marked): RunOrder | undefined {
  const found = /\/actions\/runs\/(\d{1,15})(?:\/attempts\/(\d{1,6}))?(?:[/?#]|$)/.exec(change?.runUrl ?? '')
  return found === null ? undefined : { number: Number(found[1]), attempt: Number(found[2] ?? 1) }
}

function percentEncode(character: string): string {
  return [...encoder.encode(character)].map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`).join('')
}

/** FNV-1a, 32 bits: tells long names apart, nothing more. */
function hash(text: string): string {
  let state = 0x811c9dc5
  for (const byte of encoder.encode(text)) state = Math.imul(state ^ byte, 0x01000193)
  return (state >>> 0).toString(16).padStart(8, '0')
}
