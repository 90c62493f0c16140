import { KubeError } from '../../kube/kube-error.ts'
import type { Platform } from '../../model/ports.ts'
import { type HeldLease, holdLease } from '../../platform/kubernetes/hold-lease.ts'
import type { SessionInput } from '../session-input.ts'
import type { OpenCluster } from './open-cluster.ts'

/** A run that was killed leaves its faults on for at most so long, and a moment more. */
const LEASE_MS = 15_000

interface LeasePlace {
  readonly client: OpenCluster['client']
  readonly namespace: string
  readonly run: string
  readonly clock: SessionInput['clock']
  readonly emit: SessionInput['context']['emit']
  readonly lockWaitMs: SessionInput['lockWaitMs']
  readonly link: SessionInput['link']
  /** Other runs may use the cluster before and after; false for one that the platform itself makes and deletes. */
  readonly clusterStays: boolean
}

/**
 * One run at a time in a namespace: the Lease is taken before the preview is deployed, or right after where the deployment
 * makes the namespace, and given back when all is removed. A run that deployed what another one is about to remove would
 * lose its preview under its hands.
 */
export function withLease(platform: Platform, place: LeasePlace): Platform {
  const { client, namespace, run, clock, emit, lockWaitMs, link, clusterStays } = place
  let held: HeldLease | undefined
  const hold = async (signal: AbortSignal) => {
    held = await holdLease(client, namespace, run, {
      durationMs: LEASE_MS,
      waitMs: lockWaitMs,
      onWait: (holder) => emit({ event: 'warning', detail: `waiting: ${holder}` }),
      link,
      clock,
      signal,
    })
    const detail = `the Lease of namespace ${namespace} was lost: the faults of this run are ended`
    held.lost.addEventListener('abort', () => emit({ event: 'warning', detail }))
  }
  return {
    ...platform,
    up: async (signal) => {
      if (clusterStays) await hold(signal).catch(unlessNoNamespace)
      await platform.up(signal)
      if (!held) await hold(signal)
    },
    down: async () => {
      // Nobody is left to give it back to when the cluster has gone.
      if (!clusterStays) await held?.release()
      try {
        return await platform.down()
      } finally {
        await held?.release()
      }
    },
  }
}

function unlessNoNamespace(error: unknown): void {
  if (!(error instanceof KubeError && error.status === 404)) throw error
}
