import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

let folder: string | undefined

/** Everything that tests write for a while lies in one folder, which goes when they are done. */
export function setup(): void {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-tests-'))
  process.env.TMPDIR = folder
}

export function teardown(): void {
  if (folder) rmSync(folder, { recursive: true, force: true })
}
