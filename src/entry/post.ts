import { enableCompileCache } from 'node:module'

enableCompileCache()

// A program of its own: a main that was killed before it could save anything must not be started again as its own post.
import('./github/run-post.ts')
  .then(({ runPost }) => runPost())
  .catch((error: unknown) => {
    process.stdout.write(`::error::Seaworthy could not clean up: ${String(error).replaceAll(/[%\r\n]/g, ' ')}\n`)
    process.exitCode = 4
  })
