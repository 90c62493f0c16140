import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where ledgers are kept between processes: named by the user, else the runner's own temporary folder, else the user's state folder. */
export function stateFolder(): string {
  const { SEAWORTHY_STATE_DIR, RUNNER_TEMP, XDG_STATE_HOME } = process.env
  if (SEAWORTHY_STATE_DIR) return SEAWORTHY_STATE_DIR
  if (RUNNER_TEMP) return join(RUNNER_TEMP, 'seaworthy')
  return join(XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'seaworthy')
}
