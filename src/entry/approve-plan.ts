import { readFile } from 'node:fs/promises'
import { askDesk, plainLine } from '../approval/ask-desk.ts'
import { approvalNeeded } from '../approval/require-approval.ts'
import { type SignedApproval, verifySignature } from '../approval/signature.ts'
import { systemClock } from '../kit/clock.ts'
import { messageOf, SeaworthyError } from '../kit/errors.ts'
import { readGitFile } from '../kit/git-file.ts'
import type { ApprovalDesk } from '../model/approval.ts'
import type { Approval } from '../model/journal.ts'
import type { RunRequest } from '../model/request.ts'
import type { ApprovalSpec } from '../model/suite.ts'
import type { Change } from '../publish/change.ts'
import type { PlannedRun } from '../run/make-plan.ts'

/** Where it can be asked who agreed to a plan. */
export interface ApprovalPlace {
  readonly change: Change | undefined
  /** What was said on the pull request; undefined where there is none, or no token to read it with. */
  readonly readDesk?: (() => Promise<ApprovalDesk>) | undefined
}

interface Heard {
  readonly approval?: Approval | undefined
  readonly refused: readonly string[]
}

const MOST_BYTES = 262_144

/**
 * Who agreed to the plan; undefined where nobody has to. Touches nothing. Throws ApprovalNeeded where nobody did, and
 * SeaworthyError('APPROVAL') where the signers cannot be read.
 */
export async function approvePlan(
  { plan, suite, cluster }: PlannedRun,
  request: Pick<RunRequest, 'approval'>,
  place: ApprovalPlace,
): Promise<Approval | undefined> {
  const spec = suite.limits.approval
  if (!plan.approval || !spec) return undefined
  const nowMs = systemClock.now()
  const ask = { planSha256: plan.sha256, spec, nowMs }
  try {
    const desk = await openDesk(place)
    const heard: Heard =
      'why' in desk ? { refused: [desk.why] } : await askDesk(desk, { ...ask, head: place.change?.head ?? '' })
    const author = 'why' in desk ? undefined : desk.author
    const signed: Heard = heard.approval
      ? heard
      : withRefused(heard, await hearSignature(request.approval, { ...ask, author }, place))
    if (signed.approval) return signed.approval
    const pullRequest = place.change?.pullRequest ?? undefined
    throw approvalNeeded({ plan, pullRequest, refused: signed.refused, nowMs, withinMs: spec.withinMs })
  } catch (error) {
    cluster?.client.close()
    throw error
  }
}

function withRefused({ refused }: Heard, other: Heard): Heard {
  return { approval: other.approval, refused: [...refused, ...other.refused] }
}

async function openDesk({ change, readDesk }: ApprovalPlace): Promise<ApprovalDesk | { readonly why: string }> {
  if (change?.pullRequest === undefined || change.pullRequest === null)
    return { why: 'reviews and comments: this run is not for a pull request' }
  if (!readDesk) return { why: 'reviews and comments: there is no github-token to read them with' }
  try {
    return await readDesk()
  } catch (error) {
    return {
      why: `reviews and comments could not be read: ${plainLine(messageOf(error))}; the job needs \`pull-requests: read\``,
    }
  }
}

async function hearSignature(
  path: string | undefined,
  ask: Parameters<typeof verifySignature>[1],
  { change }: ApprovalPlace,
): Promise<Heard> {
  if (path === undefined) return { refused: [] }
  const file = `the file ${path}`
  if (ask.spec.signers === undefined) return { refused: [`${file}: the suite names no \`limits.approval.signers\``] }
  const signed: SignedApproval = {
    text: await readSmall(path),
    signature: await readSmall(`${path}.sig`),
    signers: await readSigners(ask.spec, change?.base ?? undefined),
  }
  const heard = await verifySignature(signed, ask)
  return 'approval' in heard ? { approval: heard.approval, refused: [] } : { refused: [`${file}: ${heard.why}`] }
}

/** From the base commit where there is one: a pull request must not name its own signers. */
async function readSigners({ signers = '' }: ApprovalSpec, base: string | undefined): Promise<string> {
  if (base === undefined) return readSmall(signers)
  const found = await readGitFile(base, signers, { folder: '.', from: 'root' })
  if (found?.text !== undefined) return found.text
  throw new SeaworthyError('APPROVAL', `the signers ${signers} cannot be read at the base commit ${base}`, {
    target: signers,
    remedy: 'Check out with fetch-depth: 0, and keep the file on the base branch.',
  })
}

async function readSmall(path: string): Promise<string> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new SeaworthyError('APPROVAL', `cannot read ${path}`, {
      cause,
      target: path,
      remedy: 'The signature of a file lies beside it, with .sig at the end of its name: see docs/approval.md.',
    })
  })
  if (bytes.length <= MOST_BYTES) return bytes.toString('utf8')
  throw new SeaworthyError('APPROVAL', `${path} has more than ${MOST_BYTES} bytes`, { target: path })
}
