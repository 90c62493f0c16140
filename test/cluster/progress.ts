const startedAt = performance.now()

/** One line on standard error with the seconds since the program started. Standard output is for results. */
export function progress(message: string): void {
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1)
  process.stderr.write(`[${seconds.padStart(6)} s] ${message}\n`)
}
