import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { Identity } from '../../../kit/process-identity.ts'

/** What the command line asks of its warden, one JSON line each on its standard input. */
export type WardenRequest =
  | {
      readonly ask: 'open'
      readonly run: string
      readonly ledgerPath: string
      readonly workFolder: string
      /** What no log may show, whoever prints it. */
      readonly secrets: readonly string[]
    }
  | { readonly ask: 'start'; readonly start: StartRequest }
  /** End everything: SIGTERM, SIGKILL after `graceMs`, then the warden itself. */
  | { readonly ask: 'end'; readonly graceMs: number }

export interface StartRequest {
  /** Unique in the run: `web-1#3`. */
  readonly id: string
  readonly command: readonly [program: string, ...words: string[]]
  readonly directory: string
  /** All of it; nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>
  readonly log: { readonly path: string; readonly limitBytes: number }
  /** Report the first line of output that contains this text. */
  readonly watchFor: string | undefined
  /** Keep standard input open until the warden is gone; else it is empty. */
  readonly holdInput: boolean
}

/** What the warden says, one JSON line each on its standard output. */
export type WardenReport =
  | { readonly saw: 'started'; readonly id: string; readonly identity: Identity }
  | { readonly saw: 'not-started'; readonly id: string; readonly why: string }
  | { readonly saw: 'line'; readonly id: string }
  | {
      readonly saw: 'exited'
      readonly id: string
      readonly exitCode: number | undefined
      readonly signal: string | undefined
    }
  | { readonly saw: 'ended'; readonly left: readonly string[] }

/** Calls `take` with every whole line that is JSON. A last line that was cut off by the writer's death is not one. */
export function readMessages<Message>(input: Readable, take: (message: Message) => void, closed: () => void): void {
  const lines = createInterface({ input })
  lines.on('line', (line) => {
    const message = parse(line)
    if (message !== undefined) take(message as Message)
  })
  lines.once('close', closed)
  input.once('error', () => lines.close())
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
