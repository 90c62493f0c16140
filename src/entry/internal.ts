/**
 * The hidden side of the program: `seaworthy internal …` is how it starts itself again as one of its own helpers.
 * Each is loaded only when it is asked for.
 */
const HELPERS: Readonly<Record<string, (words: readonly string[]) => Promise<number>>> = {
  warden: async () => {
    const { runWarden } = await import('../platform/process/warden/warden.ts')
    return runWarden(pipes())
  },
  'stress-cpu': async (words) => {
    const { runStressCpu } = await import('../platform/process/stress/stress-helper.ts')
    await runStressCpu(words, pipes())
    return 0
  },
  'stress-memory': async (words) => {
    const { runStressMemory } = await import('../platform/process/stress/stress-helper.ts')
    await runStressMemory(words, pipes())
    return 0
  },
}

const USAGE = 2
const SOMETHING_LEFT = 4

/** Runs a helper to its end and leaves the process: `warden`, `stress-cpu RATIO`, `stress-memory BYTES`. */
export async function runInternal([name = '', ...words]: readonly string[]): Promise<never> {
  const helper = HELPERS[name]
  if (!helper) {
    process.stderr.write(`seaworthy: there is no helper ${JSON.stringify(name)}\n`)
    process.exit(USAGE)
  }
  // Whatever is still open, such as the pipe of a process that cannot be killed, must not keep a helper alive.
  process.exit((await helper(words)) === 0 ? 0 : SOMETHING_LEFT)
}

function pipes() {
  return { input: process.stdin, output: process.stdout }
}
