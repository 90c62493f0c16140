import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../../kit/clock.ts'
import { SeaworthyError } from '../../../kit/errors.ts'
import { start } from '../../../kit/exec.ts'
import { identityOf } from '../../../kit/process-identity.ts'
import type { RunContext } from '../../../model/ports.ts'
import { endProcesses } from '../end-processes.ts'
import { RUN_MARK } from '../marks.ts'
import { readMessages, type StartRequest, type WardenReport, type WardenRequest } from './protocol.ts'
import { type Child, type ChildEnd, createRoll, notStarted, type Roll } from './roll.ts'

export interface Warden {
  /** The running command, or its end where it could not be started. */
  readonly start: (request: StartRequest) => Promise<Child | ChildEnd>
  /** Throws SeaworthyError('PLATFORM') once the warden is gone: then nothing that it held is there any more. */
  readonly ensureAlive: () => void
  /** Ends everything: SIGTERM, SIGKILL after `graceMs`. Says what could not be ended. Idempotent. */
  readonly end: (graceMs: number) => Promise<readonly string[]>
}

/** Killing takes a second or two at most; a warden that needs longer is stuck and is killed itself. */
const PATIENCE_MS = 8_000

/** Starts the warden of a run (`… internal warden`), the parent of all that the run starts. */
export function startWarden(context: RunContext): Warden {
  const roll = createRoll(context.ledger, systemClock.now)
  const gone = Promise.withResolvers<readonly string[]>()
  let left: readonly string[] | undefined
  let closed = false
  let state: 'alive' | 'ending' | 'gone' = 'alive'

  const warden = spawnWarden(context)
  const ask = (request: WardenRequest) => warden.stdin?.write(`${JSON.stringify(request)}\n`)
  const isGone = async () => {
    if (closed) return
    closed = true
    if (state === 'alive') state = 'gone'
    // Its direct children ended with it; what they had started may not have.
    left ??= (await endProcesses(context.run, roll.identities())).left
    roll.allEnded('the process that holds it is gone')
    context.ledger.write({ entry: 'gone', at: systemClock.now(), id: 'warden' })
    gone.resolve(left)
  }
  const take = (report: WardenReport) => {
    if (report.saw === 'ended') left = report.left
    else note(roll, report)
  }
  warden.stdin?.on('error', () => {})
  warden.once('error', () => void isGone().catch(gone.reject))
  if (warden.stdout) readMessages<WardenReport>(warden.stdout, take, () => void isGone().catch(gone.reject))
  const { run, ledgerPath, workFolder, secrets } = context
  ask({ ask: 'open', run, ledgerPath, workFolder, secrets })

  return {
    start: (request) => {
      const child = roll.add(request.id)
      if (state === 'alive') ask({ ask: 'start', start: request })
      else roll.ended(request.id, notStarted('the run is ending'))
      return child
    },
    ensureAlive: () => {
      if (state === 'gone') throw wardenLost(context)
    },
    end: async (graceMs) => {
      if (state === 'alive') {
        state = 'ending'
        ask({ ask: 'end', graceMs })
      }
      const stuck = setTimeout(() => warden.kill('SIGKILL'), graceMs + PATIENCE_MS)
      return gone.promise.finally(() => clearTimeout(stuck))
    },
  }
}

function note(roll: Roll, report: Exclude<WardenReport, { readonly saw: 'ended' }>): void {
  switch (report.saw) {
    case 'started':
      roll.started(report.id, report.identity)
      break
    case 'line':
      roll.sawLine(report.id)
      break
    case 'not-started':
      roll.ended(report.id, notStarted(report.why))
      break
    case 'exited':
      roll.ended(report.id, { exitCode: report.exitCode, signal: report.signal, notStarted: undefined })
      break
  }
}

function spawnWarden({ helperCommand, environment, run, workFolder, ledger }: RunContext): ReturnType<typeof start> {
  const [program = '', ...words] = helperCommand
  mkdirSync(workFolder, { recursive: true })
  const errors = openSync(errorsOf(workFolder), 'a', 0o600)
  const record = { entry: 'process', id: 'warden', what: 'warden' } as const
  ledger.write({ ...record, at: systemClock.now(), identity: undefined })
  try {
    // A session of its own: a Ctrl-C is for the command line alone.
    const warden = start(program, [...words, 'warden'], {
      cwd: '/',
      env: { ...environment, [RUN_MARK]: run },
      stdio: ['pipe', 'pipe', errors],
      detached: true,
    })
    const identity = warden.pid === undefined ? undefined : identityOf(warden.pid)
    ledger.write({ ...record, at: systemClock.now(), identity })
    return warden
  } finally {
    closeSync(errors)
  }
}

function errorsOf(workFolder: string): string {
  return join(workFolder, 'warden.log')
}

function wardenLost({ workFolder }: RunContext): SeaworthyError {
  return new SeaworthyError(
    'PLATFORM',
    `the helper process that holds the services ended before the run did${lastWords(workFolder)}`,
    {
      target: 'warden',
      remedy: 'Find out who killed it (out of memory, perhaps: see `dmesg`), and run again.',
    },
  )
}

function lastWords(workFolder: string): string {
  try {
    const words = readFileSync(errorsOf(workFolder), 'utf8').trim().slice(-1_000)
    return words === '' ? '' : `: ${words}`
  } catch {
    return ''
  }
}
