export interface Cancellation {
  readonly signal: AbortSignal
  /** 130 after SIGINT, 143 after SIGTERM; undefined when nobody asked to stop. */
  readonly exitCode: () => number | undefined
  readonly dispose: () => void
}

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const
/** A runner sends SIGTERM 7.5 s after SIGINT and kills 2.5 s later: what is not done in 5 s is left to the warden and to `cleanup`. */
const PATIENCE_MS = 5_000

/** Turns SIGINT and SIGTERM into an aborted signal: active faults are ended first, then the run stops. */
export function listenForCancellation(patienceMs: number = PATIENCE_MS): Cancellation {
  const controller = new AbortController()
  let exitCode: number | undefined
  const stop = (signal: 'SIGINT' | 'SIGTERM') => {
    if (exitCode !== undefined) return
    const code = EXIT_CODES[signal]
    exitCode = code
    controller.abort(new Error(`cancelled by ${signal}`))
    setTimeout(() => process.exit(code), patienceMs).unref()
  }
  const onInterrupt = () => stop('SIGINT')
  const onTerminate = () => stop('SIGTERM')
  process.on('SIGINT', onInterrupt).on('SIGTERM', onTerminate)
  return {
    signal: controller.signal,
    exitCode: () => exitCode,
    dispose: () => {
      process.off('SIGINT', onInterrupt).off('SIGTERM', onTerminate)
    },
  }
}
