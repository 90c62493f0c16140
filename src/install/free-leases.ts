import type { Clock } from '../kit/clock.ts'
import type { KubeClient } from '../kube/kube-client.ts'
import { KubeError } from '../kube/kube-error.ts'
import { isFreeLease, type Lease } from '../kube/lease.ts'
import { LEASES } from '../kube/resources.ts'
import { LEASE_NAME, MANAGED_BY_LABEL } from '../model/cluster/fault-object.ts'
import { permitted } from './find-installation.ts'

/** As long as the controller waits for a clock that is wrong: what is removed here cannot be renewed any more. */
const SKEW_MS = 30_000

/**
 * Removes the Leases that runs left in their previews' namespaces, where no run holds them any more. They hold nothing, so
 * that it does not matter who wrote them; one that is held stays, and is found as residue.
 */
export async function removeFreeLeases(client: KubeClient, clock: Clock): Promise<void> {
  const leases = (await permitted(client.list<Lease>(LEASES, { labels: `${MANAGED_BY_LABEL}=seaworthy` }))) ?? []
  const free = leases.filter((lease) => lease.metadata.name === LEASE_NAME && isFreeLease(lease, clock.now(), SKEW_MS))
  await Promise.all(free.map((lease) => removeLease(client, lease)))
}

async function removeLease(client: KubeClient, { metadata: { name, namespace, uid } }: Lease): Promise<void> {
  try {
    await client.remove(LEASES, name, namespace, uid === undefined ? {} : { uid })
  } catch (error) {
    // What may not be removed is found again as residue.
    if (!(error instanceof KubeError)) throw error
  }
}
