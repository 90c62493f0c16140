import { enableCompileCache } from 'node:module'

enableCompileCache()

import('./github/run-action.ts')
  .then(({ runAction }) => runAction())
  .catch((error: unknown) => {
    process.stdout.write(`::error::Seaworthy could not start: ${String(error).replaceAll(/[%\r\n]/g, ' ')}\n`)
    process.exitCode = 3
  })
