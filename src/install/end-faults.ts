import type { Clock } from '../kit/clock.ts'
import { messageOf } from '../kit/errors.ts'
import type { KubeClient } from '../kube/kube-client.ts'
import { KubeError } from '../kube/kube-error.ts'
import { FAULTS, NODE_FAULTS } from '../kube/resources.ts'
import type { Leftover } from '../model/ledger.ts'
import { allFaults, isLive, type StoredFault, spokenFault } from './live-faults.ts'

export interface EndOptions {
  readonly clock: Clock
  readonly waitMs: number
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((line: string) => void) | undefined
}

const LOOK_EVERY_MS = 100

/**
 * Ends every fault of the cluster and waits until their actors say that nothing of them is left. What was still on when the
 * time was over is returned by name; when its own end comes is said, because that end needs nobody.
 */
export async function endAllFaults(client: KubeClient, options: EndOptions): Promise<readonly Leftover[]> {
  const { clock, waitMs, signal, onProgress } = options
  const untilMs = clock.monotonic() + waitMs
  const live = (await allFaults(client)).filter(isLive)
  if (live.length === 0) return []
  onProgress?.(`ending ${live.length} faults: ${live.map(spokenFault).join('; ')}`)
  const refusals = await Promise.all(live.map((fault) => askToEnd(client, fault, clock)))
  for (;;) {
    const still = (await allFaults(client)).filter(isLive)
    if (still.length === 0) return []
    if (clock.monotonic() >= untilMs) return still.map((fault) => stillOn(fault, waitMs, refusals))
    await clock.sleep(LOOK_EVERY_MS, signal)
  }
}

async function askToEnd(
  client: KubeClient,
  { kind, metadata, spec }: StoredFault,
  clock: Clock,
): Promise<string | undefined> {
  if (spec.end) return undefined
  const end = { by: 'cleanup', at: new Date(clock.now()).toISOString() }
  try {
    await client.patch(
      kind === 'NodeFault' ? NODE_FAULTS : FAULTS,
      metadata.name,
      metadata.namespace,
      { spec: { end } },
      { type: 'merge' },
    )
    return undefined
  } catch (error) {
    return error instanceof KubeError && error.status === 404 ? undefined : messageOf(error)
  }
}

function stillOn(fault: StoredFault, waitMs: number, refusals: readonly (string | undefined)[]): Leftover {
  const records = fault.status?.targets ?? []
  const on = records.filter(({ phase, recoveredAt }) => phase !== 'Recovered' && recoveredAt === undefined)
  const where = on.map(({ name, uid, node }) => `${name ?? uid}${node === undefined ? '' : ` on node ${node}`}`)
  const ends = records
    .flatMap(({ expiresAt }) => expiresAt ?? [])
    .sort()
    .at(-1)
  const refused = refusals.find((refusal) => refusal !== undefined)
  return {
    what: `fault ${spokenFault(fault)}`,
    why: [
      `nobody said within ${Math.round(waitMs / 1_000)} s that it has ended`,
      ...(where.length > 0 ? [`on ${where.join(', ')}`] : []),
      ...(refused === undefined ? [] : [refused]),
    ].join('; '),
    remedy:
      ends === undefined
        ? 'Look at its targets: it may never have been injected.'
        : `It ends by itself at ${ends}; what a node keeps of it is undone when the daemon starts there again.`,
  }
}
