import { systemClock } from '../../../kit/clock.ts'
import { messageOf } from '../../../kit/errors.ts'
import { start } from '../../../kit/exec.ts'
import { maskLines } from '../../../kit/mask-lines.ts'
import { type Identity, identityOf } from '../../../kit/process-identity.ts'
import { endAll } from '../end-processes.ts'
import { RUN_MARK, START_MARK, startMark } from '../marks.ts'
import { processTable } from '../process-table.ts'
import { membersOf, sendGroupSignal } from '../process-tree.ts'
import { createWatch, type LogFile, openLogFile } from './log-file.ts'
import type { StartRequest, WardenReport } from './protocol.ts'

type ChildProcess = ReturnType<typeof start>

export interface Children {
  readonly start: (request: StartRequest) => void
  /** SIGTERM to every group, stopped ones included. */
  readonly terminate: () => void
  /** Everybody who was started, dead or alive. */
  readonly identities: () => readonly Identity[]
  readonly running: () => number
}

/** What a dying program still had in its pipe is read before its end is told; one that left it to somebody else is not waited for. */
const LAST_WORDS_MS = 100

/** How a shell tells that what it ran was ended by SIGTERM. */
const TERMINATED = 128 + 15
/** Longer than any time of grace: whoever sent SIGTERM follows it with SIGKILL in the end. */
const MOST_GRACE_MS = 10 * 60_000
const POLL_MS = 25

interface Household {
  readonly run: string
  /** What every command is started by. */
  readonly prefix: readonly string[]
  readonly mask: (text: string) => string
}

/** Starts commands, each in a process group of its own, keeps what they say, and tells how they ended. */
export function createChildren({ run, prefix, mask }: Household, tell: (report: WardenReport) => void): Children {
  const logs = new Map<string, LogFile>()
  const known: Identity[] = []
  const running = new Set<number>()

  const logFor = ({ log }: StartRequest): LogFile => {
    const open = logs.get(log.path) ?? openLogFile(log.path, log.limitBytes)
    logs.set(log.path, open)
    return open
  }

  const ended = async (request: StartRequest, identity: Identity, child: ChildProcess, said: Said) => {
    const { exitCode, signalCode: signal } = child
    if (signal === 'SIGTERM' || exitCode === TERMINATED) await groupEnds(identity)
    running.delete(identity.pid)
    // What a command leaves behind would hold the ports and files that its next start needs.
    await endAll([identity], [startMark(run, request.id)])
    await lastWords(child)
    said.end()
    said.log.note(`${request.id} ended: ${signal ?? `exit code ${exitCode}`}`)
    tell({ saw: 'exited', id: request.id, exitCode: exitCode ?? undefined, signal: signal ?? undefined })
  }

  const launch = (request: StartRequest) => {
    const log = logFor(request)
    const [program, ...words] = [...prefix, ...request.command] as [string, ...string[]]
    const child = start(program, words, {
      cwd: request.directory,
      env: { ...request.environment, [RUN_MARK]: run, [START_MARK]: `${run}/${request.id}` },
      stdio: [request.holdInput ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      detached: true,
    })
    child.once('error', (error) => tell({ saw: 'not-started', id: request.id, why: messageOf(error) }))
    if (child.pid === undefined) return
    const identity = identityOf(child.pid) ?? { pid: child.pid, startTime: 'gone before it was seen' }
    known.push(identity)
    running.add(identity.pid)
    log.note(`${request.id} started: pid ${child.pid}`)
    const said = listen(child, request, { log, mask, tell })
    child.once('exit', () => void ended(request, identity, child, said))
    tell({ saw: 'started', id: request.id, identity })
  }

  return {
    start: (request) => {
      try {
        launch(request)
      } catch (error) {
        tell({ saw: 'not-started', id: request.id, why: messageOf(error) })
      }
    },
    terminate: () => {
      for (const pid of running) {
        sendGroupSignal(pid, 'SIGTERM')
        // A stopped process gets its SIGTERM only when it goes on.
        sendGroupSignal(pid, 'SIGCONT')
      }
    },
    identities: () => known,
    running: () => running.size,
  }
}

/** What one command says, on its way to the log. */
interface Said {
  readonly log: LogFile
  /** Writes what is held back of a line that never ended. */
  readonly end: () => void
}

interface Listener {
  readonly log: LogFile
  readonly mask: (text: string) => string
  readonly tell: (report: WardenReport) => void
}

function listen(child: ChildProcess, request: StartRequest, { log, mask, tell }: Listener): Said {
  const found = () => tell({ saw: 'line', id: request.id })
  // Two streams can both have the text; who listens takes the first.
  const lines = [child.stdout, child.stderr].map((stream) => {
    const masked = maskLines(mask, log.write)
    const watch = request.watchFor === undefined ? undefined : createWatch(request.watchFor, found)
    stream?.on('data', (chunk: Buffer) => {
      if (!log.isCut()) masked.write(chunk)
      watch?.(chunk)
    })
    stream?.on('error', () => {})
    return masked
  })
  child.stdin?.on('error', () => {})
  return {
    log,
    end: () => {
      for (const line of lines) line.end()
    },
  }
}

/** A shell ends at once when its group gets SIGTERM; what it ran has the same time of grace as any service. */
async function groupEnds({ pid, startTime }: Identity): Promise<void> {
  const deadline = systemClock.monotonic() + MOST_GRACE_MS
  while (systemClock.monotonic() < deadline) {
    const table = await processTable()
    const others = membersOf(table, [{ pid, startTime }], new Set())
    if (others.length === 0) return
    await systemClock.sleep(POLL_MS)
  }
}

async function lastWords(child: ChildProcess): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const streams = [child.stdout, child.stderr].filter((stream) => stream?.closed === false)
  let open = streams.length
  if (open === 0) return
  const timer = setTimeout(resolve, LAST_WORDS_MS)
  for (const stream of streams) {
    stream?.once('close', () => {
      open -= 1
      if (open === 0) resolve()
    })
  }
  await promise
  clearTimeout(timer)
}
