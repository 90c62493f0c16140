import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/kit/clock.ts'
import { identityOf } from '../../src/kit/process-identity.ts'
import { runCommand } from '../../src/run/run-command.ts'
import type { Session } from '../../src/run/session.ts'

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-command-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const CANARY = `cnry-${'0123456789'.repeat(40)}`
const session = {
  clock: systemClock,
  context: { environment: { PATH: process.env.PATH ?? '', FOLDER: folder }, secrets: [CANARY] },
} as unknown as Session
const LONG_MS = 120_000
const never = new AbortController().signal

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
}

describe('a run step', () => {
  it('tells nothing of a secret that it prints, not even where only the end of its words is shown', async () => {
    const command = `printf '%s%s' ${CANARY} ${'x'.repeat(200)}; exit 1`
    const { detail } = await runCommand(session, command, LONG_MS, never)
    expect(detail).toBe(`exit code 1: ***${'x'.repeat(200)}`)
  })

  it.each([
    ['true', true, 'exit code 0'],
    ['echo words; exit 3', false, 'exit code 3: words'],
    ['echo why >&2; exit 1', false, 'exit code 1: why'],
    ['kill -9 $$', false, 'ended by SIGKILL'],
    ['no-such-program-here', false, 'exit code 127'],
  ])('%s', async (command, ok, detail) => {
    const result = await runCommand(session, command, LONG_MS, never)
    expect(result).toMatchObject({ what: `run ${command}`, ok })
    expect(result.detail).toContain(detail)
  })

  it('does not hold when it takes too long, although what it started holds its output', async () => {
    const result = await runCommand(session, 'sleep 600; true', 50, never)
    expect(result).toMatchObject({ ok: false, detail: 'not over after 50 ms' })
  })

  it('ends with all that it started', async () => {
    const pidFile = join(folder, 'left.pid')
    const result = await runCommand(session, 'sleep 600 & echo $! > "$FOLDER/left.pid"', LONG_MS, never)
    expect(result.ok).toBe(true)
    await until(() => identityOf(Number(readFileSync(pidFile, 'utf8'))) === undefined)
  })

  it('is not blamed for what we cancelled', async () => {
    const cancelling = new AbortController()
    const marker = join(folder, 'started.pid')
    const running = runCommand(session, 'echo $$ > "$FOLDER/started.pid"; sleep 600; true', LONG_MS, cancelling.signal)
    await until(() => existsSync(marker) && readFileSync(marker, 'utf8').endsWith('\n'))
    cancelling.abort(new Error('cancelled'))
    await expect(running).rejects.toThrow('cancelled')
    await until(() => identityOf(Number(readFileSync(marker, 'utf8'))) === undefined)
    await expect(runCommand(session, 'true', LONG_MS, cancelling.signal)).rejects.toThrow('cancelled')
  })
})
