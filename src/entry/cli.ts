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
  const { main } = await import('./program.ts')
  await main(process.argv)
}

start().catch((error: unknown) => {
  process.stderr.write(`seaworthy: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  process.exitCode = 3
})
