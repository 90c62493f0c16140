import { systemClock } from '../../kit/clock.ts'
import type { ReadyAnswer } from './readiness.ts'

/** Quick while somebody waits for it, calmer when it is ready. */
const UNREADY_PERIOD_MS = 100
const READY_PERIOD_MS = 250
const ANSWER_MS = 1_000
/** One late answer under load is not yet unready; a Kubernetes probe has the same default. */
const FAILURES_TO_UNREADY = 3

export interface ReadinessWatch {
  readonly ask: (timeoutMs: number) => Promise<ReadyAnswer>
  readonly over: AbortSignal
  readonly setReady: (ready: boolean) => void
  readonly setWhy: (why: string) => void
}

/** Asks one running process again and again, until it is over. Resolves with how long it has been ready since it last became so, in ms. */
export async function watchReadiness({ ask, over, setReady, setWhy }: ReadinessWatch): Promise<number> {
  let readySince: number | undefined
  let failures = 0
  while (!over.aborted) {
    const answer = await ask(ANSWER_MS)
    if (over.aborted) break
    failures = answer.ready ? 0 : failures + 1
    if (answer.ready) readySince ??= systemClock.monotonic()
    else setWhy(answer.why)
    if (failures >= FAILURES_TO_UNREADY) readySince = undefined
    setReady(readySince !== undefined)
    await systemClock.sleep(readySince === undefined ? UNREADY_PERIOD_MS : READY_PERIOD_MS, over).catch(() => {})
  }
  return readySince === undefined ? 0 : Math.max(1, systemClock.monotonic() - readySince)
}
