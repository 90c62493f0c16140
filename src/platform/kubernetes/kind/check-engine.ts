import { messageOf, SeaworthyError } from '../../../kit/errors.ts'
import { explainKindFailure } from './explain-failure.ts'
import { runTool } from './run-tool.ts'

const INFO_MS = 60_000
const ENGINES = ['docker', 'podman', 'nerdctl']

/**
 * Asks the container engine whether it is there, before anything is made. Which one is what kind would take: Docker, unless
 * KIND_EXPERIMENTAL_PROVIDER names another. Throws SeaworthyError('PLATFORM') with the remedy.
 */
export async function checkContainerEngine(
  environment: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<void> {
  const named = environment.KIND_EXPERIMENTAL_PROVIDER ?? ''
  const engine = ENGINES.includes(named) ? named : 'docker'
  const command = [engine, 'info', '--format', '{{json .ID}}'] as const
  const ending = await runTool({ command: [...command], environment, timeoutMs: INFO_MS, signal }).catch(
    (error: unknown) => {
      signal?.throwIfAborted()
      if (!/ENOENT/.test(messageOf(error))) throw error
      return { exitCode: undefined, stdout: '', stderr: `exec: "${engine}": executable file not found in $PATH` }
    },
  )
  if (ending.exitCode === 0) return
  const { message, remedy } = explainKindFailure(command, `${ending.stdout}\n${ending.stderr}`)
  // Words of kind would mislead here: it was the engine that was asked.
  throw new SeaworthyError('PLATFORM', message.replace(/^kind docker/, 'docker'), { target: engine, remedy })
}
