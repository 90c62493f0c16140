/** Short enough that a scheduler sees an even load, long enough that timers keep it. */
const PERIOD_MS = 50

/** Uses this ratio of one core until the signal is aborted: busy for a part of each period, idle for the rest. */
export async function stressCpu(
  loadRatio: number,
  signal: AbortSignal,
  sleep: (ms: number) => Promise<void>,
): Promise<void> {
  const busyMs = PERIOD_MS * loadRatio
  while (!signal.aborted) {
    burn(performance.now() + busyMs)
    // Even at full load the process must hear that its input was closed.
    await sleep(PERIOD_MS - busyMs)
  }
}

/** Asking for the time is work as good as any. */
function burn(untilMs: number): number {
  let turns = 0
  while (performance.now() < untilMs) turns += 1
  return turns
}
