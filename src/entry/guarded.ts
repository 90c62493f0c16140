import { isSeaworthyError, messageOf } from '../kit/errors.ts'
import { masked } from './masked.ts'

const EXIT = { usage: 2, cannotJudge: 3 } as const

/** Runs a command; what it throws becomes a message on stderr and an exit code that blocks. */
export async function guarded(run: () => Promise<number>): Promise<number> {
  try {
    return await run()
  } catch (error) {
    process.stderr.write(`${masked(describe(error))}\n`)
    return exitCodeOfError(error)
  }
}

/** 2 for what the user can mend, 3 for what kept us from judging. Both block. */
export function exitCodeOfError(error: unknown): 2 | 3 {
  return isUsersToMend(error) ? EXIT.usage : EXIT.cannotJudge
}

/** Input, suite and plan errors are found before anything is touched. */
function isUsersToMend(error: unknown): boolean {
  return isSeaworthyError(error) && ['INPUT', 'SUITE', 'PLAN'].includes(error.code)
}

function describe(error: unknown): string {
  if (!isSeaworthyError(error))
    return `seaworthy: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
  const page = `${error.code}: see docs/troubleshooting.md#${error.code.toLowerCase()}`
  const told = [messageOf(error), ...(error.remedy ? [error.remedy] : []), page].join('\n    ')
  const write = 'write' in error ? (error.write as readonly string[]).map((line) => `\n\n${line}`).join('') : ''
  return `${told}${write}`
}
