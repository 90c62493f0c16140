import type { ApprovalWord } from '../model/approval.ts'
import type { ApprovalSpec } from '../model/suite.ts'
import { approvedDigests } from './command.ts'

/** What is asked of those who may say yes. */
export interface Ask {
  readonly planSha256: string
  readonly spec: ApprovalSpec
  /** Who opened the pull request. */
  readonly author: string
  /** The commit that is gated. */
  readonly head: string
  readonly nowMs: number
}

export interface Judged {
  /** Acceptable as far as they show by themselves, the newest first. */
  readonly candidates: readonly ApprovalWord[]
  /** In words for people: who, and why it does not count. Of those alone that tried. */
  readonly refused: readonly string[]
}

const WHOLE = 64
/** A clock elsewhere may be a little ahead. */
const SKEW_MS = 120_000

/** Which reviews and comments may count. Membership of teams, rights and hidden edits are asked for later. Pure. */
export function judgeWords(words: readonly ApprovalWord[], ask: Ask): Judged {
  const tried = words.filter(({ text }) => approvedDigests(text).length > 0)
  const judged = tried.map((word) => ({
    word,
    why: whyNot(word, ask) ?? (isTakenBack(word, words) ? TAKEN_BACK : undefined),
  }))
  return {
    candidates: judged.flatMap(({ word, why }) => (why === undefined ? [word] : [])).sort((a, b) => b.atMs - a.atMs),
    refused: judged.flatMap(({ word, why }) => (why === undefined ? [] : [`${word.via} of ${word.by}: ${why}`])),
  }
}

const TAKEN_BACK = 'the same person asked for changes afterwards'

function isTakenBack({ by, atMs }: ApprovalWord, words: readonly ApprovalWord[]): boolean {
  return words.some((word) => word.state === 'CHANGES_REQUESTED' && isSame(word.by, by) && word.atMs >= atMs)
}

function whyNot(word: ApprovalWord, { planSha256, spec, author, head, nowMs }: Ask): string | undefined {
  const { via, by, isBot, text, atMs, looksEdited, state, commit } = word
  if (isBot) return 'a program cannot approve'
  if (state === 'DISMISSED' || state === 'PENDING') return `the review is ${state.toLowerCase()}`
  if (state === 'CHANGES_REQUESTED') return 'the review asks for changes'
  if (!spec.byAuthor && isSame(by, author)) return 'the author of the pull request cannot approve it'
  if (!isNamed(by, spec.by) && teamsOf(spec.by).length === 0) return 'not one of those who may approve'
  if (looksEdited) return 'it was edited; what was agreed to cannot be told'
  const digests = approvedDigests(text).filter((digest) => planSha256.startsWith(digest))
  if (digests.length === 0) return 'it names another plan'
  const isWhole = digests.some(({ length }) => length === WHOLE)
  // Whoever writes the suite can make two plans that begin alike: a short name counts only beside its commit.
  if (!isWhole && (via !== 'review' || commit !== head))
    return 'it names the plan in short, which only a review of this very commit may; name all 64 digits'
  if (atMs > nowMs + SKEW_MS) return 'it is from the future'
  if (nowMs - atMs > spec.withinMs) return 'it is too old'
  return undefined
}

export function isNamed(login: string, by: readonly string[]): boolean {
  return by.some((name) => !isTeam(name) && isSame(plain(name), login))
}

/** `@acme/owners` and `acme/owners` are the same team. */
export function teamsOf(by: readonly string[]): readonly string[] {
  return by.filter(isTeam).map(plain)
}

/** Logins of GitHub are the same in large and small letters. */
function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}

function isTeam(name: string): boolean {
  return name.includes('/')
}

function plain(name: string): string {
  return name.replace(/^@/, '')
}
