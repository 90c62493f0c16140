export interface LateProgress {
  readonly tell: (line: string) => void
  readonly end: () => void
}

const PATIENCE_MS = 2_000

/** Lines on standard error, but only from the third second on: what is done by then needs no words. */
export function lateProgress(): LateProgress {
  let latest: string | undefined
  let late = false
  const write = (line: string) => process.stderr.write(`${line}\n`)
  const timer = setTimeout(() => {
    late = true
    if (latest !== undefined) write(latest)
  }, PATIENCE_MS)
  return {
    tell: (line) => {
      latest = line
      if (late) write(line)
    },
    end: () => clearTimeout(timer),
  }
}
