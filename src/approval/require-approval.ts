import { SeaworthyError } from '../kit/errors.ts'
import type { Plan } from '../model/plan.ts'
import { approveLine } from './command.ts'
import { approvalText, NAMESPACE } from './signature.ts'

/** A plan that waits for somebody: what has to be written or signed, and by whom. */
export class ApprovalNeeded extends SeaworthyError {
  /** What to write, each a line or a command of its own. */
  readonly write: readonly string[]

  constructor(message: string, remedy: string, write: readonly string[]) {
    super('APPROVAL', message, { remedy })
    this.write = write
  }
}

export interface Waiting {
  readonly plan: Plan
  readonly pullRequest: number | undefined
  /** What was tried and does not count. */
  readonly refused: readonly string[]
  readonly nowMs: number
  readonly withinMs: number
}

const MOST_REFUSED = 5

/** The refusal of a plan that nobody has approved. Pure. */
export function approvalNeeded({ plan, pullRequest, refused, nowMs, withinMs }: Waiting): ApprovalNeeded {
  const by = plan.approval?.by ?? []
  const tried = refused.slice(0, MOST_REFUSED).map((one) => `- ${one}`)
  const more = refused.length > MOST_REFUSED ? [`- and ${refused.length - MOST_REFUSED} more`] : []
  const message = [
    `plan ${plan.digest} of suite ${plan.suite.name} needs the approval of one of ${by.join(', ')}, and has none; nothing was touched`,
    ...(tried.length === 0 ? [] : ['What does not count:', ...tried, ...more]),
  ].join('\n')
  const comment = pullRequest === undefined ? [] : [approveLine(plan.sha256)]
  const expires = new Date(nowMs + withinMs).toISOString().replace(/\.\d+Z$/, 'Z')
  const signing = plan.approval?.signers === undefined ? [] : [signCommand(plan.sha256, expires)]
  const ways = [
    ...(comment.length === 0 ? [] : [`write the line as a review or a comment on pull request #${pullRequest}`]),
    ...(signing.length === 0 ? [] : ['sign a file and give it as --approval (input approval)']),
  ]
  const remedy =
    ways.length === 0
      ? 'Name `limits.approval.signers`, so that a file can be signed, or run it for a pull request. See docs/approval.md.'
      : `Let one of them ${ways.join(', or ')}, then run it again with the same seed (${plan.seed}). See docs/approval.md.`
  return new ApprovalNeeded(message, remedy, [...comment, ...signing])
}

function signCommand(planSha256: string, expires: string): string {
  const text = approvalText(planSha256, expires).replaceAll('\n', '\\n')
  return `printf '${text}' > approval.txt && ssh-keygen -Y sign -n ${NAMESPACE} -f ~/.ssh/id_ed25519 approval.txt`
}
