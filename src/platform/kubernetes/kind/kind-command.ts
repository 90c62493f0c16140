import { SeaworthyError } from '../../../kit/errors.ts'
import type { Ending } from '../../../kit/exec.ts'
import { explainKindFailure } from './explain-failure.ts'
import { runTool } from './run-tool.ts'

/** How kind is called. */
export interface KindTool {
  readonly binary: string
  /** In front of every command; a real run has none. */
  readonly prefix: readonly string[]
  /** The whole environment: which container engine, which proxies. */
  readonly environment: Readonly<Record<string, string>>
}

export interface KindCall {
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  readonly onLine?: ((line: string) => void) | undefined
}

/** Runs kind to its end, whatever that is. Throws the signal's reason, and SeaworthyError('PLATFORM') when it did not start or was not over in time. */
export function callKind(tool: KindTool, args: readonly string[], call: KindCall): Promise<Ending> {
  const [first = tool.binary, ...rest] = [...tool.prefix, tool.binary, ...args]
  // A kubeconfig of the user's own must not be written to by a command that names none.
  const { KUBECONFIG: _, ...environment } = tool.environment
  return runTool({ command: [first, ...rest], environment, ...call })
}

/** Standard output of a kind that must end with 0. Throws SeaworthyError('PLATFORM') with the reason and its remedy otherwise. */
export async function kindOutput(tool: KindTool, args: readonly string[], call: KindCall): Promise<string> {
  const ending = await callKind(tool, args, call)
  if (ending.exitCode === 0) return ending.stdout
  throw kindError(args, ending)
}

/** The error of a kind that did not end with 0. */
export function kindError(args: readonly string[], { signal, stderr, stdout }: Ending): SeaworthyError {
  const how = signal === undefined ? '' : `\nERROR: it was ended by ${signal}`
  const { message, remedy } = explainKindFailure(args, `${stdout}\n${stderr}${how}`)
  return new SeaworthyError('PLATFORM', message, { remedy, target: `kind ${args.slice(0, 2).join(' ')}` })
}
