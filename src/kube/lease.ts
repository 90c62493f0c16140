import type { Clock } from '../kit/clock.ts'
import type { KubeClient, KubeObject } from './kube-client.ts'
import { KubeError } from './kube-error.ts'
import { LEASES } from './resources.ts'

/** As the API gives it: whatever nobody wrote is absent, and what was taken away is null. */
export interface Lease extends KubeObject {
  readonly spec?: {
    readonly holderIdentity?: string | null
    readonly leaseDurationSeconds?: number | null
    readonly acquireTime?: string | null
    readonly renewTime?: string | null
    readonly leaseTransitions?: number | null
  }
}

/**
 * Whether nobody holds it: it was given back, or not renewed for its time and `skewMs` more, by which the clocks of its
 * holder and of this machine may be apart. One that does not say when it was renewed is held for ever.
 */
export function isFreeLease({ spec }: Lease, nowMs: number, skewMs: number): boolean {
  if (!spec?.holderIdentity) return true
  return leaseEndMs({ spec }) + skewMs <= nowMs
}

/** When it ends unless it is renewed, in milliseconds since the epoch; NaN where it does not say. */
export function leaseEndMs({ spec }: Pick<Lease, 'spec'>): number {
  return Date.parse(spec?.renewTime ?? '') + (spec?.leaseDurationSeconds ?? 0) * 1_000
}

const MOST_TRIES = 3

/**
 * Gives a Lease back, so that the next holder need not wait until it ends. True where it was `holder`'s. With the version
 * that was seen: a successor's is never taken away. Throws KubeError.
 */
export async function giveLeaseBack(
  client: KubeClient,
  at: { readonly name: string; readonly namespace: string },
  holder: string,
  clock: Clock,
): Promise<boolean> {
  for (let tries = 1; ; tries++) {
    const found = await client.get<Lease>(LEASES, at.name, at.namespace, { timeoutMs: 10_000 })
    if (found?.spec?.holderIdentity !== holder) return false
    const { resourceVersion } = found.metadata
    const metadata = resourceVersion === undefined ? {} : { resourceVersion }
    const spec = { holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTime(clock.now()) }
    try {
      await client.patch(LEASES, at.name, at.namespace, { metadata, spec }, { type: 'merge', timeoutMs: 10_000 })
      return true
    } catch (error) {
      // Its holder renews it still, or lost it meanwhile: look again.
      if (!(error instanceof KubeError && error.status === 409) || tries === MOST_TRIES) throw error
    }
  }
}

/** Kubernetes' MicroTime: RFC 3339 with microseconds. */
export function microTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z')
}
