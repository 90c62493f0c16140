import { systemClock } from '../../kit/clock.ts'
import { SeaworthyError } from '../../kit/errors.ts'
import type { Identity } from '../../kit/process-identity.ts'
import type { Emit } from '../../model/events.ts'
import type { ServiceSpec } from '../../model/suite.ts'
import { endAll } from './end-processes.ts'
import { type FreePorts, isTaken } from './free-ports.ts'
import { startMark } from './marks.ts'
import { sendGroupSignal } from './process-tree.ts'
import { askReady, type ReadyAnswer } from './readiness.ts'
import { shellCommand } from './shell-command.ts'
import type { StartRequest } from './warden/protocol.ts'
import { type Child, type ChildEnd, describeEnd } from './warden/roll.ts'
import type { Warden } from './warden/warden-client.ts'
import { type ReadinessWatch, watchReadiness } from './watch-readiness.ts'

export interface ReplicaOptions {
  readonly run: string
  readonly name: string
  readonly spec: ServiceSpec
  readonly warden: Warden
  readonly freePorts: FreePorts
  readonly logPath: string
  readonly emit: Emit
  /** A number for one start, never given twice in a run. */
  readonly serial: () => number
  /** What the replica is told, when it has these ports. */
  readonly environment: (ports: Readonly<Record<string, number>>) => Readonly<Record<string, string>>
  /** Called when it became ready or unready, or got other ports. */
  readonly changed: () => void
}

/** After having been ready for so long, an end is a new story and the first back-off is right again. */
const STEADY_MS = 10_000
const ENDING_MS = 8_000
/** What a shell says of a command that is not there, or cannot be executed (POSIX sh, 2.8.2). */
const NO_COMMAND = [126, 127]
const LOG_LIMIT_BYTES = 10 * 1024 * 1024

/** One replica of a service: a command that is started again when it ends. */
export class Replica {
  readonly name: string
  readonly spec: ServiceSpec
  readonly logPath: string
  readonly #options: ReplicaOptions
  #ports: Readonly<Record<string, number>> = {}
  #child: Child | undefined
  #lastEnd: ChildEnd | undefined
  #ready = false
  #why = 'it was not asked yet'
  #sawLine = false
  #starts = 0
  #endExpected = false
  #leaving = false
  #held = false
  #graceMs = 0
  #stopping = new AbortController()
  #life: Promise<void> = Promise.resolve()

  constructor(options: ReplicaOptions) {
    this.name = options.name
    this.spec = options.spec
    this.logPath = options.logPath
    this.#options = options
  }

  get ports(): Readonly<Record<string, number>> {
    return this.#ports
  }

  /** It answers, and has not been asked to end: who is leaving gets no new connections, as an endpoint of a Service. */
  get ready(): boolean {
    return this.#ready && !this.#leaving
  }

  get held(): boolean {
    return this.#held
  }

  get restarts(): number {
    return Math.max(0, this.#starts - 1)
  }

  /** The process that runs now, and the mark that all of its tree carries. */
  get current(): { readonly identity: Identity; readonly mark: string } | undefined {
    return this.#child && { identity: this.#child.identity, mark: this.#markOf(this.#child) }
  }

  /** Why it is not ready, for people. One that was just started again says little of itself, so its last end is told too. */
  get trouble(): string {
    if (!this.#lastEnd) return this.#why
    const end = describeEnd(this.#lastEnd)
    return this.#child ? `${this.#why}; it ended before: ${end}` : `it ended: ${end}`
  }

  /** It will not come up however long one waits. */
  get hopeless(): boolean {
    return !this.#child && this.#lastEnd !== undefined && isHopeless(this.#lastEnd, this.spec)
  }

  /** Asks its readiness check now, past every link. */
  ask(timeoutMs: number): Promise<ReadyAnswer> {
    return askReady({ ready: this.spec.ready, ports: this.#ports, timeoutMs, sawLine: this.#sawLine })
  }

  async start(): Promise<void> {
    await this.#takePorts()
    this.#begin()
  }

  /** Whoever ends the present process from now on does it on purpose. */
  expectEnd(): void {
    this.#endExpected = true
  }

  /** It was asked to end, and may take its time. */
  leave(): void {
    this.expectEnd()
    this.#leaving = true
    this.#options.changed()
  }

  /** Ends it and keeps it down. Throws SeaworthyError('ENGINE') where it does not end. Idempotent. */
  async hold(): Promise<void> {
    this.#held = true
    await this.#stop(0)
  }

  /** Starts it again if it was held. Idempotent. */
  release(): void {
    if (!this.#held) return
    this.#held = false
    this.#begin()
  }

  /** Ends it for good: SIGTERM, SIGKILL after `graceMs`. Throws as `hold` does. */
  async remove(graceMs: number): Promise<void> {
    this.#held = true
    this.leave()
    await this.#stop(graceMs)
    for (const port of Object.values(this.#ports)) this.#options.freePorts.giveBack(port)
  }

  #begin(): void {
    this.#stopping = new AbortController()
    this.#life = this.#supervise(this.#stopping.signal)
  }

  async #supervise(stop: AbortSignal): Promise<void> {
    let { backoffMs } = this.spec.restart
    while (!stop.aborted) {
      const readyMs = await this.#liveOnce(stop)
      if (this.spec.restart.policy === 'never') return
      if (readyMs >= STEADY_MS) backoffMs = this.spec.restart.backoffMs
      await systemClock.sleep(backoffMs, stop).catch(() => {})
      backoffMs = Math.min(backoffMs * 2, this.spec.restart.maxBackoffMs)
      // A port that somebody else took while it was free would end every further start.
      if (readyMs === 0 && !stop.aborted && (await anyTaken(this.#ports))) await this.#takePorts()
    }
  }

  /** From one start to its end. Resolves with how long it was ready, in ms. */
  async #liveOnce(stop: AbortSignal): Promise<number> {
    this.#sawLine = false
    this.#endExpected = false
    this.#leaving = false
    this.#starts += 1
    const started = await this.#options.warden.start(this.#request())
    if ('identity' in started) return this.#watch(started, stop)
    this.#lastEnd = started
    this.#tellEnd(started, stop.aborted)
    return 0
  }

  async #watch(child: Child, stop: AbortSignal): Promise<number> {
    this.#child = child
    void child.sawLine.then(() => {
      if (this.#child === child) this.#sawLine = true
    })
    const over = new AbortController()
    const watching = watchReadiness(this.#readinessWatch(over.signal))
    const end = () => void this.#end(child)
    if (stop.aborted) end()
    stop.addEventListener('abort', end, { once: true })
    const ended = await child.ended
    stop.removeEventListener('abort', end)
    this.#child = undefined
    this.#lastEnd = ended
    over.abort()
    this.#setReady(false)
    this.#tellEnd(ended, stop.aborted)
    return watching
  }

  #request(): StartRequest {
    const { environment, logPath, serial } = this.#options
    return {
      id: `${this.name}#${serial()}`,
      command: shellCommand(this.spec.command),
      directory: this.spec.directory,
      environment: environment(this.#ports),
      log: { path: logPath, limitBytes: LOG_LIMIT_BYTES },
      watchFor: this.spec.ready.check === 'log' ? this.spec.ready.line : undefined,
      holdInput: false,
    }
  }

  #readinessWatch(over: AbortSignal): ReadinessWatch {
    return {
      ask: (timeoutMs) => this.ask(timeoutMs),
      over,
      setReady: (ready) => this.#setReady(ready),
      setWhy: (why) => {
        this.#why = why
      },
    }
  }

  async #end(child: Child): Promise<void> {
    if (this.#graceMs > 0) {
      sendGroupSignal(child.identity.pid, 'SIGTERM')
      // A stopped process gets its SIGTERM only when it goes on.
      sendGroupSignal(child.identity.pid, 'SIGCONT')
      await Promise.race([child.ended, systemClock.sleep(this.#graceMs)])
    }
    await endAll([child.identity], [this.#markOf(child)])
  }

  async #stop(graceMs: number): Promise<void> {
    this.#graceMs = graceMs
    this.#stopping.abort()
    const ended = await within(this.#life, graceMs + ENDING_MS)
    if (!ended) throw notEnded(this.name)
  }

  async #takePorts(): Promise<void> {
    const { freePorts, changed } = this.#options
    for (const port of Object.values(this.#ports)) freePorts.giveBack(port)
    const taken = await Promise.all(this.spec.ports.map(async (port) => [port, await freePorts.take()] as const))
    this.#ports = Object.fromEntries(taken)
    changed()
  }

  #setReady(ready: boolean): void {
    if (this.#ready === ready) return
    this.#ready = ready
    if (ready) this.#options.emit({ event: 'replica.ready', replica: this.name })
    this.#options.changed()
  }

  #tellEnd(end: ChildEnd, stopped: boolean): void {
    const expected = this.#endExpected || stopped
    this.#options.emit({ event: 'replica.exited', replica: this.name, how: describeEnd(end), expected })
  }

  #markOf(child: Child): string {
    return startMark(this.#options.run, child.id)
  }
}

/** False when the time ran out first. */
async function within(promise: Promise<void>, ms: number): Promise<boolean> {
  const done = new AbortController()
  const late = systemClock.sleep(ms, done.signal).then(
    () => false,
    () => true,
  )
  return Promise.race([promise.then(() => true), late]).finally(() => done.abort())
}

function isHopeless(end: ChildEnd, spec: ServiceSpec): boolean {
  return spec.restart.policy === 'never' || end.notStarted !== undefined || NO_COMMAND.includes(end.exitCode ?? 0)
}

async function anyTaken(ports: Readonly<Record<string, number>>): Promise<boolean> {
  return (await Promise.all(Object.values(ports).map(isTaken))).includes(true)
}

function notEnded(name: string): SeaworthyError {
  return new SeaworthyError('ENGINE', `${name} was killed and did not end`, {
    target: name,
    remedy: 'Look for a process in an uninterruptible wait (state D in `ps`), on a network file system perhaps.',
  })
}
