import { messageOf } from '../kit/errors.ts'
import type { ApprovalDesk, ApprovalWord } from '../model/approval.ts'
import type { Approval } from '../model/journal.ts'
import { type Ask, isNamed, judgeWords, teamsOf } from './judge-words.ts'

/** Whom GitHub itself counts to those who work on the repository. A member who is not shown as one is asked for. */
const TRUSTED = new Set(['OWNER', 'MEMBER', 'COLLABORATOR'])

export interface Answer {
  readonly approval: Approval | undefined
  readonly refused: readonly string[]
}

/**
 * The newest review or comment that counts, after asking for what a text does not show: whether it was edited, and
 * whether its author is in the team and may write. A question without an answer is a no. Never rejects.
 */
export async function askDesk(desk: ApprovalDesk, ask: Omit<Ask, 'author'>): Promise<Answer> {
  const { candidates, refused } = judgeWords(desk.words, { ...ask, author: desk.author })
  const more: string[] = []
  for (const word of candidates) {
    const why = await whyNot(desk, word, ask.spec.by).catch((error: unknown) => plainLine(messageOf(error)))
    const { by, via, atMs, url } = word
    if (why === undefined) return { approval: { by, via, atMs, url, key: null }, refused: [...refused, ...more] }
    more.push(`${via} of ${by}: ${why}`)
  }
  return { approval: undefined, refused: [...refused, ...more] }
}

const MOST_CHARACTERS = 200

/** A server's words on one line, without what would steer a terminal. */
export function plainLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\s]+/gu, ' ').slice(0, MOST_CHARACTERS)
}

async function whyNot(desk: ApprovalDesk, word: ApprovalWord, by: readonly string[]): Promise<string | undefined> {
  if (!isNamed(word.by, by) && !(await isInTeam(desk, word.by, teamsOf(by)))) return 'not one of those who may approve'
  if (!TRUSTED.has(word.association) && !(await desk.mayWrite(word.by)))
    return 'no longer one of those who work on this repository'
  if (await desk.wasEdited(word)) return 'it was edited; what was agreed to cannot be told'
  return undefined
}

async function isInTeam(desk: ApprovalDesk, login: string, teams: readonly string[]): Promise<boolean> {
  for (const team of teams) if (await desk.isMember(team, login)) return true
  return false
}
