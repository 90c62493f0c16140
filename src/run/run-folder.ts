import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { openLineFile } from '../kit/line-file.ts'
import type { LedgerEntry, ProcessIdentity } from '../model/ledger.ts'
import type { Ledger } from '../model/ports.ts'

export interface RunFolder {
  readonly path: string
  readonly ledgerPath: string
  readonly workFolder: string
  readonly ledger: Ledger
  /** Ends the record: of a clean run nothing is kept, of another its ledger, for `cleanup`. */
  readonly close: (clean: boolean, at: number) => void
}

/**
 * `<state>/runs/<id>/`: the run's ledger and its work folder, made before anything else is,
 * so that whatever happens later there is a record to clean up from.
 */
export function createRunFolder(
  stateFolder: string,
  run: string,
  facts: { owner: ProcessIdentity; suite: string; version: string; at: number },
): RunFolder {
  const path = join(stateFolder, 'runs', run)
  const workFolder = join(path, 'work')
  mkdirSync(path, { recursive: true, mode: 0o700 })
  const ledgerPath = join(path, 'ledger.ndjson')
  const file = openLineFile(ledgerPath)
  const ledger = { write: (entry: LedgerEntry) => file.append(entry) }
  const close = (clean: boolean, at: number) => {
    if (clean) ledger.write({ entry: 'closed', at })
    file.close()
    if (clean) rmSync(path, { recursive: true, force: true })
  }
  ledger.write({ entry: 'run', at: facts.at, run, owner: facts.owner, suite: facts.suite, version: facts.version })
  ledger.write({ entry: 'folder', at: facts.at, id: 'work', path: workFolder })
  mkdirSync(workFolder, { recursive: true, mode: 0o700 })
  return { path, ledgerPath, workFolder, ledger, close }
}
