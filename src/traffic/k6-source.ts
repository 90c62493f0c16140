import type { Problem } from '../model/measurement.ts'
import type { K6Listener } from './k6-stream.ts'

export interface K6End {
  /** Milliseconds since the epoch; the earliest that it can have been. */
  readonly atMs: number
  /** Undefined when it did what it was asked to. */
  readonly trouble: string | undefined
}

export interface K6Heard extends K6Listener {
  /** After the last request; later calls say nothing new. */
  readonly onEnd: (end: K6End) => void
}

/** Where k6 runs, and how it is heard. Started once, stopped any number of times. */
export interface K6Source {
  /** For the report: empty on this machine, ` in a pod`. */
  readonly where: string
  /** How long the first request may take to come. */
  readonly startLimitMs: number
  /** Throws SeaworthyError('TRAFFIC') when k6 cannot be started. */
  readonly start: (heard: K6Heard, signal: AbortSignal) => Promise<void>
  /** Why nothing has come so far, where it can be told. */
  readonly waitingFor: () => Promise<string | undefined>
  readonly remedy: string
  /** What makes all that was heard worth less. */
  readonly problems: () => readonly Problem[]
  readonly stop: () => Promise<void>
}

/** k6's exit code when a threshold of the script was crossed: the script's own opinion, not a failure of the generator. */
export const THRESHOLDS_CROSSED = 99

/** Arguments of `k6 run` that bring every request to `out` and nothing to anybody else. */
export function k6Arguments(out: string, script: string): readonly string[] {
  return [
    'run',
    '--out',
    `json=${out}`,
    '--quiet',
    '--no-color',
    '--no-usage-report',
    '--summary-mode=disabled',
    '--address',
    '127.0.0.1:0',
    script,
  ]
}

/** A program's last line, without control characters and without the values of the suite's own variables, which may be secret. */
export function lastWords(said: string, secrets: readonly string[]): string {
  const last = said.trim().split('\n').at(-1) ?? ''
  const safe = secrets
    .filter((value) => value.length >= 4)
    .reduce((text, secret) => text.replaceAll(secret, '***'), last)
    .replaceAll(/\p{Cc}/gu, ' ')
  return safe === '' ? '' : `: ${safe.slice(0, 300)}`
}
