import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { type Check, type Claims, checkTogether } from '../../attest/check-statement.ts'
import { checkIdentity, checkVerdictWished, type Wishes, wishesSchema } from '../../attest/check-wishes.ts'
import { type ReadStatement, readStatements } from '../../attest/read-statement.ts'
import { sha256 } from '../../kit/canonical-json.ts'
import { systemClock } from '../../kit/clock.ts'
import { SeaworthyError } from '../../kit/errors.ts'
import { isMapping } from '../../kit/is-mapping.ts'
import { escapeTerminal } from '../../report/escape/terminal.ts'
import type { Invocation } from '../invocation.ts'
import { parseJournal } from '../parse-journal.ts'

const EXIT = { verified: 0, notGoodEnough: 1, notBelieved: 3 } as const

/** Whether a statement and a journal belong together and say what is asked for; 0, 1 or 3 (docs/provenance.md). */
export async function verifyCommand({ flags, json }: Invocation): Promise<number> {
  const wishes = await wishesOf(flags)
  const [journalPath, statementPath] = [flags.journal ?? '', flags.statement ?? '']
  const bytes = await readBytes(journalPath)
  const journal = parseJournal(bytes.toString('utf8'), journalPath)
  const statements = readStatements((await readBytes(statementPath)).toString('utf8'), statementPath)
  const journalSha256 = sha256(bytes)
  const [chosen] = [...statements].sort((a, b) => Number(isAbout(b, journalSha256)) - Number(isAbout(a, journalSha256)))
  if (!chosen) throw new SeaworthyError('INTERNAL', 'no statement was read')
  const claims: Claims = { statement: chosen.statement, journal, journalSha256 }
  const identity = [...checkTogether(claims), ...checkIdentity(claims, wishes, systemClock.now())]
  const verdict = checkVerdictWished(claims, wishes)
  const code = identity.some(({ ok }) => !ok)
    ? EXIT.notBelieved
    : verdict.some(({ ok }) => !ok)
      ? EXIT.notGoodEnough
      : EXIT.verified
  const checks = [...identity, ...verdict]
  process.stdout.write(
    json
      ? `${JSON.stringify({ verified: code === 0, exitCode: code, wrapping: chosen.wrapping, signature: 'not checked', checks }, null, 2)}\n`
      : `${[...checks.map(lineOf), '', closing(code, chosen)].join('\n')}\n`,
  )
  return code
}

function isAbout({ statement }: ReadStatement, journalSha256: string): boolean {
  return statement.predicate.seaworthyRun.journal.digest.sha256 === journalSha256
}

function lineOf({ what, ok, detail }: Check): string {
  return `${ok ? '✓' : '✗'} ${what}: ${escapeTerminal(detail)}`
}

function closing(code: number, { wrapping }: ReadStatement): string {
  const said = { 0: 'Verified.', 1: 'True, and not good enough.', 3: 'Not to be believed.' }[code] ?? ''
  const signature =
    wrapping === 'statement'
      ? 'The statement is not signed: anybody who can write both files can make them agree.'
      : 'The signature was not checked: `gh attestation verify` or `cosign verify-blob-attestation` does that.'
  return `${said} ${signature}`
}

async function wishesOf(flags: Invocation['flags']): Promise<Wishes> {
  const { policy } = flags
  const written: unknown = policy === undefined ? {} : (parse((await readBytes(policy)).toString('utf8')) ?? {})
  const fromFlags = {
    ...(flags.commit === undefined ? {} : { commit: flags.commit }),
    ...(flags.image === undefined ? {} : { images: flags.image.split('\n') }),
    ...(flags['max-age'] === undefined ? {} : { 'max-age': flags['max-age'] }),
  }
  const parsed = wishesSchema.safeParse(isMapping(written) ? { ...written, ...fromFlags } : written)
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new SeaworthyError('INPUT', `what is asked for cannot be read: ${issues.join('; ')}`, {
    target: policy,
    remedy: 'See docs/provenance.md for the keys of a policy.',
  })
}

async function readBytes(path: string): Promise<Buffer> {
  return readFile(path).catch((cause: unknown) => {
    throw new SeaworthyError('INPUT', `cannot read ${path}`, { cause, target: path })
  })
}
