import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { messageOf } from '../kit/errors.ts'
import { exec } from '../kit/exec.ts'
import type { Approval } from '../model/journal.ts'
import type { ApprovalSpec } from '../model/suite.ts'

/** What `ssh-keygen -Y sign -n` is given: a signature for another purpose says nothing about a plan. */
export const NAMESPACE = 'seaworthy'
const FORM = /^seaworthy approval\nplan ([0-9a-f]{64})\nexpires (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\n$/
const PATIENCE_MS = 10_000

export interface SignedApproval {
  /** The signed file's own bytes, and its signature as ssh-keygen writes it. */
  readonly text: string
  readonly signature: string
  /** Allowed signers as in ssh-keygen(1), from a place that the pull request cannot change. */
  readonly signers: string
}

export interface SignatureAsk {
  readonly planSha256: string
  readonly spec: ApprovalSpec
  /** Who opened the pull request, where that is known. */
  readonly author: string | undefined
  readonly nowMs: number
}

/** The file that is signed; `expires` in ISO 8601, UTC, whole seconds. */
export function approvalText(planSha256: string, expires: string): string {
  return `seaworthy approval\nplan ${planSha256}\nexpires ${expires}\n`
}

/**
 * Who signed the approval of a plan, as ssh-keygen itself verifies it; or why it does not count, in words. Never rejects.
 */
export async function verifySignature(
  signed: SignedApproval,
  ask: SignatureAsk,
): Promise<{ readonly approval: Approval } | { readonly why: string }> {
  const [, plan = '', expires = ''] = FORM.exec(signed.text) ?? []
  const expiresAtMs = Date.parse(expires)
  if (plan === '' || Number.isNaN(expiresAtMs)) return { why: 'it is not in the form that is asked for' }
  if (plan !== ask.planSha256) return { why: 'it names another plan' }
  if (expiresAtMs <= ask.nowMs) return { why: `it expired at ${expires}` }
  if (expiresAtMs > ask.nowMs + ask.spec.withinMs)
    return { why: `it expires at ${expires}; it may hold for at most ${ask.spec.withinMs / 60_000} min` }
  try {
    const found = await firstSigner(signed, namesOf(ask))
    if (!found) return { why: 'no signature on it is of one of those who may approve' }
    return { approval: { by: found.by, via: 'signature', atMs: ask.nowMs, url: null, key: found.key } }
  } catch (error) {
    return { why: `ssh-keygen could not be asked: ${messageOf(error)}` }
  }
}

function namesOf({ spec, author }: SignatureAsk): readonly string[] {
  const names = spec.by.filter((name) => !name.includes('/'))
  return names.filter((name) => spec.byAuthor || name.replace(/^@/, '').toLowerCase() !== author?.toLowerCase())
}

async function firstSigner({ text, signature, signers }: SignedApproval, names: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'seaworthy-approval-'))
  try {
    const [signersPath, signaturePath] = [join(folder, 'signers'), join(folder, 'signature')]
    await writeFile(signersPath, signers, { mode: 0o600 })
    await writeFile(signaturePath, signature, { mode: 0o600 })
    for (const by of names) {
      const args = ['-Y', 'verify', '-f', signersPath, '-I', by, '-n', NAMESPACE, '-s', signaturePath]
      const { exitCode, stdout } = await exec('ssh-keygen', args, { input: text, timeoutMs: PATIENCE_MS })
      const key = /^Good "seaworthy" signature for .* key (SHA256:\S+)\s*$/m.exec(stdout)?.[1]
      if (exitCode === 0 && key !== undefined) return { by, key }
    }
    return undefined
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
