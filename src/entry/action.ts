import { enableCompileCache } from 'node:module'

enableCompileCache()

// One bundle for both: the runner starts it again as the post step, with what main saved as state.
import('./run-action.ts')
  .then(({ runAction }) => runAction())
  .catch((error: unknown) => {
    process.stdout.write(`::error::Seaworthy could not start: ${String(error).replaceAll(/[%\r\n]/g, ' ')}\n`)
    process.exitCode = 3
  })
