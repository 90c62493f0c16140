import type { Clock } from '../kit/clock.ts'
import { messageOf } from '../kit/errors.ts'
import type { KubeClient } from '../kube/kube-client.ts'
import { isFreeLease, type Lease } from '../kube/lease.ts'
import { LEASES } from '../kube/resources.ts'
import { LEASE_NAME } from '../model/cluster/fault-object.ts'
import type { Leftover } from '../model/ledger.ts'
import { isRunOf } from '../model/run-id.ts'
import { type ClusterCleaned, giveRightBack, joined, removeLabelledObjects, runsIn } from './clean-cluster.ts'

export interface OwnerSetting {
  readonly client: KubeClient
  readonly clock: Clock
  /** A run that goes on is waited for so long. */
  readonly patienceMs: number
}

interface Round {
  readonly cleaned: ClusterCleaned
  /** Nothing was found, and nobody is there who could make more. */
  readonly quiet: boolean
  /** Runs of which something was found, or that say that they go on. */
  readonly runs: readonly string[]
}

const POLL_MS = 500
/** Less than elsewhere: whoever waits here is a pipeline, and nothing of a run that lives is lost by looking once more. */
const SKEW_MS = 2_000

/**
 * Ends and removes all that the runs of a pipeline made in a namespace. It may run beside a run that was cancelled and
 * still mends things itself: looks again until nothing is found and no run of the pipeline holds the Lease, which a live
 * one renews and gives back, and a dead one loses. Idempotent; never throws: what could not be removed is a leftover.
 */
export async function removeOwnerObjects(
  namespace: string,
  owner: string,
  setting: OwnerSetting,
): Promise<ClusterCleaned> {
  const { clock, patienceMs } = setting
  const giveUpAt = clock.monotonic() + patienceMs
  const removed = new Set<string>()
  for (;;) {
    const { cleaned, quiet, runs } = await round(namespace, owner, setting)
    for (const what of cleaned.removed) removed.add(what)
    if (quiet || clock.monotonic() >= giveUpAt) {
      const still = quiet
        ? []
        : runs.map((run) => leftover(`run ${run}`, 'things of it were still there, or it goes on'))
      return { removed: [...removed], leftovers: [...cleaned.leftovers, ...still] }
    }
    await clock.sleep(POLL_MS)
  }
}

async function round(namespace: string, owner: string, { client, clock }: OwnerSetting): Promise<Round> {
  try {
    const lease = await client.get<Lease>(LEASES, LEASE_NAME, namespace)
    const holders = [lease?.spec?.holderIdentity ?? ''].filter((run) => isRunOf(owner, run))
    const live = lease && isFreeLease(lease, clock.now(), SKEW_MS) ? [] : holders
    // After the Lease was read: what a run made before it lost that is seen here.
    const found = (await runsIn(namespace, client)).filter((run) => isRunOf(owner, run))
    const cleaned = await Promise.all(found.map((run) => removeLabelledObjects(namespace, { client, clock, run })))
    const runs = [...new Set([...found, ...live])]
    if (runs.length > 0) return { cleaned: joined(cleaned), quiet: false, runs }
    const given = await Promise.all(holders.map((run) => giveRightBack(namespace, { client, clock, run })))
    return { cleaned: joined(given), quiet: true, runs: [] }
  } catch (error) {
    const unseen = leftover(`namespace ${namespace}`, messageOf(error))
    return { cleaned: { removed: [], leftovers: [unseen] }, quiet: false, runs: [] }
  }
}

function leftover(what: string, why: string): Leftover {
  return { what, why, remedy: 'Look at it with kubectl; the Task may be run again.' }
}
