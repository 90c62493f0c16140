import { enableCompileCache } from 'node:module'

// Before anything else is loaded: what is compiled once is read from Node's cache at the next start.
enableCompileCache()

async function start(): Promise<void> {
  const [command, ...rest] = process.argv.slice(2)
  if (command === 'internal') {
    const { runInternal } = await import('./internal.ts')
    await runInternal(rest)
    return
  }
  // `seaworthy … | head` reads only the beginning; a run that nobody listens to any more still ends its faults.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe)
  const { main } = await import('./program.ts')
  await main(process.argv)
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}

start().catch((error: unknown) => {
  process.stderr.write(`seaworthy: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  process.exitCode = 3
})
