import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { forget, keep, kept } from '../../../src/daemon/processes/kept.ts'
import { lastLine } from '../../../src/daemon/processes/last-line.ts'
import { runBounded } from '../../../src/daemon/processes/run-bounded.ts'

describe('lastLine', () => {
  it('is the last that says something, without what moves a cursor', () => {
    expect(lastLine('one\n two\u001b[2J\r\n\n')).toBe('two [2J')
    expect(lastLine('')).toBe('')
    expect(lastLine('x'.repeat(1_000))).toHaveLength(300)
  })
})

describe('runBounded', () => {
  it('keeps the end of what is said, and no more', async () => {
    const { stdout, exitCode } = await runBounded(
      ['node', '-e', 'process.stdout.write("a".repeat(200000) + "end"); process.exitCode = 7'],
      { timeoutMs: 30_000, maxBytes: 100 },
    )
    expect(stdout).toHaveLength(100)
    expect(stdout.endsWith('end')).toBe(true)
    expect(exitCode).toBe(7)
  })

  it('ends what does not end, with its children', async () => {
    const ending = await runBounded(['sh', '-c', 'echo on; sleep 1000 & wait'], { timeoutMs: 300 })
    expect(ending).toEqual({ exitCode: undefined, timedOut: true, stdout: 'on\n', stderr: '' })
  })

  it('says what could not be started', async () => {
    await expect(runBounded(['/no/such/program'], { timeoutMs: 1_000 })).rejects.toThrow('could not be started')
  })
})

describe('kept', () => {
  const schema = z.strictObject({ device: z.string() })

  it('is what was kept, until it is forgotten, and never half of it', async () => {
    const folder = join(mkdtempSync(join(tmpdir(), 'kept-')), 'below')
    expect(await kept(folder, 'link', schema)).toBeUndefined()
    await keep(folder, 'link', { device: 'eth0' })
    expect(await kept(folder, 'link', schema)).toEqual({ device: 'eth0' })
    writeFileSync(join(folder, 'link.json'), '{"device":')
    await expect(kept(folder, 'link', schema)).rejects.toThrow()
    await forget(folder, 'link')
    expect(await kept(folder, 'link', schema)).toBeUndefined()
    rmSync(folder, { recursive: true })
  })
})
