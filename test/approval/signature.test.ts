import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { approvalText, type SignedApproval, verifySignature } from '../../src/approval/signature.ts'
import type { ApprovalSpec } from '../../src/model/suite.ts'

/** With the real ssh-keygen on both sides. */
const PLAN = '3dec43bd51da'.padEnd(64, '7')
const NOW = Date.now()
const HOUR = 3_600_000
const expires = (inMs: number) => new Date(NOW + inMs).toISOString().replace(/\.\d+Z$/, 'Z')
const SPEC: ApprovalSpec = {
  by: ['alice@example.com', 'acme/owners'],
  needed: [],
  byAuthor: false,
  withinMs: 24 * HOUR,
  signers: 's',
}
const ask = { planSha256: PLAN, spec: SPEC, author: 'ann', nowMs: NOW }

let folder: string
const keys: Record<string, string> = {}

function keygen(...args: string[]): string {
  return execFileSync('ssh-keygen', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
}

function sign(text: string, key: string, namespace = 'seaworthy'): string {
  const file = join(mkdtempSync(join(folder, 'sign-')), 'approval.txt')
  writeFileSync(file, text)
  keygen('-Y', 'sign', '-n', namespace, '-f', join(folder, key), file)
  return readFileSync(`${file}.sig`, 'utf8')
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-keys-'))
  for (const name of ['alice', 'eve']) {
    keygen('-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(folder, name))
    keys[name] = readFileSync(join(folder, `${name}.pub`), 'utf8').trim()
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const signed = (more: Partial<SignedApproval> = {}): SignedApproval => {
  const text = more.text ?? approvalText(PLAN, expires(HOUR))
  return {
    text,
    signature: more.signature ?? sign(text, 'alice'),
    signers: more.signers ?? `alice@example.com ${keys.alice}\neve@example.com ${keys.eve}\n`,
  }
}

describe('a signed approval', () => {
  it('counts for the plan, with who signed and by which key', async () => {
    const fingerprint = keygen('-l', '-f', join(folder, 'alice.pub')).split(' ')[1]
    expect(await verifySignature(signed(), ask)).toEqual({
      approval: { by: 'alice@example.com', via: 'signature', atMs: NOW, url: null, key: fingerprint },
    })
  })

  it('counts for a signer who is named by a pattern, and only in its namespace', async () => {
    const pattern = (options: string) => ({ signers: `*@example.com ${options}${keys.alice}\n` })
    expect(await verifySignature(signed(pattern('namespaces="seaworthy" ')), ask)).toHaveProperty('approval')
    expect(await verifySignature(signed(pattern('namespaces="git" ')), ask)).toHaveProperty('why')
  })

  it.each<[string, () => SignedApproval, RegExp]>([
    [
      'is of another key',
      () => signed({ signature: sign(approvalText(PLAN, expires(HOUR)), 'eve') }),
      /one of those who may/,
    ],
    [
      'is of another file',
      () => signed({ signature: sign(approvalText('0'.repeat(64), expires(HOUR)), 'alice') }),
      /one of those/,
    ],
    [
      'is for another purpose',
      () => signed({ signature: sign(approvalText(PLAN, expires(HOUR)), 'alice', 'git') }),
      /one of those/,
    ],
    [
      'names a signer whose key is another',
      () => signed({ signers: `alice@example.com ${keys.eve}\n` }),
      /one of those/,
    ],
    ['has no signers', () => signed({ signers: '' }), /one of those/],
    ['has no signature', () => signed({ signature: 'LGTM' }), /one of those/],
    ['names another plan', () => signed({ text: approvalText('0'.repeat(64), expires(HOUR)) }), /another plan/],
    ['has expired', () => signed({ text: approvalText(PLAN, expires(-1_000)) }), /expired/],
    ['holds for too long', () => signed({ text: approvalText(PLAN, expires(48 * HOUR)) }), /at most 1440 min/],
    ['never expires', () => signed({ text: `seaworthy approval\nplan ${PLAN}\n` }), /form/],
    ['says more', () => signed({ text: `${approvalText(PLAN, expires(HOUR))}plan ${'0'.repeat(64)}\n` }), /form/],
    ['expires on a day that there is not', () => signed({ text: approvalText(PLAN, '2026-13-45T00:00:00Z') }), /form/],
  ])('does not count when it %s', async (_, make, why) => {
    expect(await verifySignature(make(), ask)).toEqual({ why: expect.stringMatching(why) })
  })

  it('does not count when the author of the pull request signed it', async () => {
    const own = { ...ask, author: 'Alice@example.com' }
    expect(await verifySignature(signed(), own)).toHaveProperty('why')
    expect(await verifySignature(signed(), { ...own, spec: { ...SPEC, byAuthor: true } })).toHaveProperty('approval')
  })
})
