import { createInterface } from 'node:readline'
import type { Clock } from '../kit/clock.ts'
import { start as startProcess } from '../kit/exec.ts'
import { type K6Place, type K6Spec, k6Command } from './k6-command.ts'
import { type K6Heard, type K6Source, lastWords, THRESHOLDS_CROSSED } from './k6-source.ts'
import { createK6Reader } from './k6-stream.ts'

const START_LIMIT_MS = 60_000
const STOP_LIMIT_MS = 3_000
const POLL_MS = 20

type K6Process = ReturnType<typeof startProcess>

/** k6 as a program of this machine, heard on its standard output. */
export function createK6Process(spec: K6Spec, setting: K6Place & { readonly clock: Clock }): K6Source {
  return new K6OnThisMachine(spec, setting)
}

class K6OnThisMachine implements K6Source {
  readonly where = ''
  readonly startLimitMs = START_LIMIT_MS
  readonly remedy: string
  readonly #spec: K6Spec
  readonly #setting: K6Place & { readonly clock: Clock }
  #child: K6Process | undefined
  #over = false
  #stopping = false
  /** The last words on stderr, for the message when k6 fails. */
  #words = ''

  constructor(spec: K6Spec, setting: K6Place & { readonly clock: Clock }) {
    this.#spec = spec
    this.#setting = setting
    this.remedy = `Try it by hand: k6 run ${spec.script}`
  }

  readonly start = async (heard: K6Heard): Promise<void> => {
    const { program, args, directory, env } = k6Command(this.#spec, this.#setting)
    this.#child = startProcess(program, args, { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#listen(this.#child, heard)
  }

  readonly waitingFor = async (): Promise<undefined> => undefined

  readonly problems = () => []

  #listen(child: K6Process, heard: K6Heard): void {
    const reader = createK6Reader(heard)
    const end = (trouble: string | undefined) => {
      this.#over = true
      heard.onEnd({ atMs: this.#setting.clock.now(), trouble })
    }
    if (child.stdout) createInterface({ input: child.stdout }).on('line', reader.line)
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#words = `${this.#words}${chunk.toString('utf8')}`.slice(-2_000)
    })
    child.on('error', (error) => end(`it could not be started: ${error.message}`))
    // `close` comes after the last line of stdout, `exit` may come before.
    child.on('close', (code, signal) => {
      reader.end()
      const asAsked = code === 0 || code === THRESHOLDS_CROSSED || this.#stopping
      const secrets = Object.values(this.#spec.env)
      end(asAsked ? undefined : `k6 ended with ${signal ?? code}${lastWords(this.#words, secrets)}`)
    })
  }

  readonly stop = async (): Promise<void> => {
    const child = this.#child
    if (!child || this.#over) return
    this.#stopping = true
    const { clock } = this.#setting
    const deadline = clock.monotonic() + STOP_LIMIT_MS
    child.kill('SIGINT')
    while (!this.#over) {
      if (clock.monotonic() > deadline) child.kill('SIGKILL')
      await clock.sleep(POLL_MS)
    }
  }
}
