import { systemClock } from '../../kit/clock.ts'
import { formatDuration } from '../../kit/duration.ts'
import { SeaworthyError } from '../../kit/errors.ts'
import type { Emit } from '../../model/events.ts'
import { logTail } from './log-tail.ts'
import type { Replica } from './replica.ts'

export interface ReadyWait {
  /** All of them must be ready. */
  readonly replicas: readonly Replica[]
  readonly withinMs: number
  readonly emit: Emit
  /** Throws when it makes no sense to wait any longer. */
  readonly ensureAlive: () => void
}

const POLL_MS = 50
const SHOWN_LINES = 10

/**
 * Waits until every replica is ready, and says of each service when it is. Throws SeaworthyError('PLATFORM') naming the
 * replica that is not, with how it ended and its last words; rejects with the signal's reason when that is aborted.
 */
export async function waitReady(
  { replicas, withinMs, emit, ensureAlive }: ReadyWait,
  signal: AbortSignal,
): Promise<void> {
  const services = Map.groupBy(replicas, ({ spec }) => spec.name)
  const deadline = systemClock.monotonic() + withinMs
  for (;;) {
    signal.throwIfAborted()
    ensureAlive()
    for (const [service, its] of services) {
      if (!its.every(({ ready }) => ready)) continue
      services.delete(service)
      emit({ event: 'service.ready', service, replicas: its.length })
    }
    if (services.size === 0) return
    const unready = [...services.values()].flat().filter(({ ready }) => !ready)
    const hopeless = unready.find((replica) => replica.hopeless)
    if (hopeless) throw notReady(hopeless, 'could not be started')
    if (unready[0] && systemClock.monotonic() > deadline)
      throw notReady(unready[0], `was not ready within ${formatDuration(withinMs)}`)
    await systemClock.sleep(POLL_MS, signal)
  }
}

function notReady({ name, spec, logPath, trouble, restarts }: Replica, what: string): SeaworthyError {
  const again = restarts === 0 ? '' : `, after ${restarts} restarts`
  const words = logTail(logPath, SHOWN_LINES)
  const said =
    words.length === 0 ? 'It printed nothing.' : `Its last words:\n${words.map((line) => `  ${line}`).join('\n')}`
  return new SeaworthyError('PLATFORM', `${name} ${what}: ${trouble}${again}. ${said}`, {
    target: name,
    remedy: `Run \`${spec.command}\` in ${spec.directory} by hand with PORT set, or give the services more time with \`system.ready\`. Its whole log: ${logPath}`,
  })
}
