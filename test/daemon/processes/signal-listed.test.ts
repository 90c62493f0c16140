import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { SIGNAL_LISTED } from '../../../src/daemon/processes/continue-script.ts'
import { comesTrue, stateOf } from '../../../src/daemon/processes/signals.ts'
import { exec, start } from '../../../src/kit/exec.ts'
import { identityOf } from '../../../src/kit/process-identity.ts'

/** Has a line feed and parentheses in its name. */
const TRICKY = `open(my $f, ">", "/proc/self/comm"); print $f "a) T\\n1 (b) "; close $f; $| = 1; print "on\\n"; sleep 1000`

async function startStopped() {
  const child = start('perl', ['-e', TRICKY], { stdio: ['ignore', 'pipe', 'inherit'] })
  if (child.stdout) await once(child.stdout, 'data')
  const identity = identityOf(child.pid ?? 0)
  if (!identity) throw new Error('the process is not there')
  child.kill('SIGSTOP')
  await comesTrue(() => stateOf(identity) === 'T', 10_000)
  return { child, identity }
}

/** Through the list alone, with a first line that names the second's pid and another start time. */
async function runOn(lines: readonly string[]): Promise<number | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'list-'))
  const list = join(folder, 'list')
  writeFileSync(list, lines.join(''))
  const { exitCode } = await exec('sh', ['-c', `set -f; cd /proc; exec 3<"$2"; ${SIGNAL_LISTED}`, 'sh', 'CONT', list])
  rmSync(folder, { recursive: true })
  return exitCode
}

describe('the shell that continues what was stopped', () => {
  it('signals the very process, whatever it calls itself, and nobody who has its pid now', async () => {
    const { child, identity } = await startStopped()
    const { pid, startTime } = identity
    await runOn([`${pid} ${Number(startTime) - 1}\n`, `${pid} \n`, '999999999 5\n'])
    expect(stateOf(identity)).toBe('T')
    await runOn(['999999999 5\n', `${pid} ${startTime}\n`])
    expect(await comesTrue(() => stateOf(identity) === 'S', 10_000)).toBe(true)
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
})
