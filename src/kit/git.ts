import { exec } from './exec.ts'

const GIT_MS = 30_000

/** No pager, no replaced objects, no fetch of what a shallow clone left out: what is here, or nothing. */
const QUIET = {
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_NO_LAZY_FETCH: '1',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
  GIT_LITERAL_PATHSPECS: '1',
}

/** What git printed in a folder, or undefined where it could not do it. Never rejects. */
export async function askGit(folder: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const options = { directory: folder, env: QUIET, timeoutMs: GIT_MS }
    const { exitCode, stdout } = await exec('git', ['--no-pager', ...args], options)
    return exitCode === 0 ? stdout : undefined
  } catch {
    return undefined
  }
}
