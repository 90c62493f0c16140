import { type Clock, systemClock } from '../../kit/clock.ts'
import { messageOf, SeaworthyError } from '../../kit/errors.ts'
import type { KubeClient } from '../../kube/kube-client.ts'
import { KubeError } from '../../kube/kube-error.ts'
import { giveLeaseBack, isFreeLease, type Lease, leaseEndMs, microTime } from '../../kube/lease.ts'
import { LEASES } from '../../kube/resources.ts'
import { plainWords } from '../../kube/server-words.ts'
import { LEASE_NAME, MANAGED_BY_LABEL, RUN_LABEL } from '../../model/cluster/fault-object.ts'

export interface LeaseOptions {
  /** It ends so long after the last renewal; whole seconds. Renewed after a third of it. */
  readonly durationMs: number
  /** How long to wait for another run to give it up; 0: not at all. */
  readonly waitMs?: number | undefined
  /** Told who has it, once for each holder that is waited for. */
  readonly onWait?: ((holder: string) => void) | undefined
  /** Where people can follow this run, for those who wait for it. */
  readonly link?: string | undefined
  readonly signal?: AbortSignal | undefined
  readonly clock?: Clock | undefined
}

/** The right to break things in a namespace. */
export interface HeldLease {
  /** Gives it up, so that the next need not wait until it ends. Idempotent; never throws. */
  readonly release: () => Promise<void>
  /** Aborted when somebody else has it, or when it could not be renewed before its end: nothing may be broken from then on. */
  readonly lost: AbortSignal
}

const POLL_MS = 2_000
const LINK_ANNOTATION = 'seaworthy.dev/run-url'

/**
 * Takes the Lease `seaworthy` of a namespace for this run: creates it, or takes it over where it was given up or has ended.
 * Throws SeaworthyError('PLATFORM') with the holder's name when another run has it; KubeError.
 */
export async function holdLease(
  client: KubeClient,
  namespace: string,
  run: string,
  options: LeaseOptions,
): Promise<HeldLease> {
  const clock = options.clock ?? systemClock
  const { link } = options
  const keeper = { client, namespace, run, clock, link, seconds: Math.max(1, Math.ceil(options.durationMs / 1_000)) }
  await acquire(keeper, options)
  return keep(keeper)
}

interface Keeper {
  readonly client: KubeClient
  readonly namespace: string
  readonly run: string
  readonly clock: Clock
  readonly link: string | undefined
  readonly seconds: number
}

async function acquire(keeper: Keeper, { waitMs = 0, signal, onWait }: LeaseOptions): Promise<void> {
  const { clock } = keeper
  let waitedFor: string | undefined
  const giveUpAt = clock.monotonic() + waitMs
  for (;;) {
    signal?.throwIfAborted()
    const outcome = await tryOnce(keeper)
    if (outcome.is === 'ours') return
    // Somebody was faster: look who.
    if (outcome.is === 'missed') continue
    const { holder } = outcome
    if (clock.monotonic() >= giveUpAt) throw refused(keeper, holder)
    const run = holder.spec?.holderIdentity ?? undefined
    if (run !== waitedFor) {
      waitedFor = run
      onWait?.(`${inWords(keeper, holder)}; its right ends ${endInWords(keeper, holder)}`)
    }
    await clock.sleep(Math.min(POLL_MS, Math.max(0, giveUpAt - clock.monotonic())), signal)
  }
}

type Outcome = { readonly is: 'ours' } | { readonly is: 'held'; readonly holder: Lease } | { readonly is: 'missed' }

async function tryOnce(keeper: Keeper): Promise<Outcome> {
  const { client, namespace, run } = keeper
  const found = await client.get<Lease>(LEASES, LEASE_NAME, namespace)
  if (found && isHeldByOther(found, keeper)) return { is: 'held', holder: found }
  const lease = leaseOf(keeper, found)
  try {
    const written = found ? await replace(keeper, lease) : await client.create<Lease>(LEASES, lease)
    return written.spec?.holderIdentity === run ? { is: 'ours' } : { is: 'held', holder: written }
  } catch (error) {
    if (error instanceof KubeError && error.status === 409) return { is: 'missed' }
    throw error
  }
}

/** Who may break things in a namespace now, and since when; undefined while nobody may. Touches nothing. Throws KubeError. */
export async function leaseHolder(
  client: KubeClient,
  namespace: string,
  clock: Clock,
): Promise<
  { readonly run: string; readonly since: string; readonly words: string; readonly ends: string } | undefined
> {
  const found = await client.get<Lease>(LEASES, LEASE_NAME, namespace)
  if (!found || !isHeldByOther(found, { run: '', clock })) return undefined
  const { holderIdentity, acquireTime } = found.spec ?? {}
  return {
    run: plainWords(holderIdentity ?? 'somebody', 80),
    since: plainWords(acquireTime ?? 'an unknown time', 40),
    words: inWords({ namespace }, found),
    ends: endInWords({ clock }, found),
  }
}

/** Clocks may be apart; a live holder renews after a third of its time, so some seconds more cost nothing. */
const SKEW_MS = 5_000

function isHeldByOther(lease: Lease, { run, clock }: Pick<Keeper, 'run' | 'clock'>): boolean {
  return lease.spec?.holderIdentity !== run && !isFreeLease(lease, clock.now(), SKEW_MS)
}

function leaseOf({ namespace, run, clock, link, seconds }: Keeper, before: Lease | undefined): Lease {
  const now = microTime(clock.now())
  const isOurs = before?.spec?.holderIdentity === run
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name: LEASE_NAME,
      namespace,
      ...(before?.metadata.resourceVersion ? { resourceVersion: before.metadata.resourceVersion } : {}),
      labels: { ...before?.metadata.labels, [MANAGED_BY_LABEL]: 'seaworthy', [RUN_LABEL]: run },
      // A merge: of a holder before that had a link nothing may stay.
      annotations: { ...before?.metadata.annotations, [LINK_ANNOTATION]: link ?? '' },
    },
    spec: {
      holderIdentity: run,
      leaseDurationSeconds: seconds,
      acquireTime: isOurs ? (before?.spec?.acquireTime ?? now) : now,
      renewTime: now,
      leaseTransitions: (before?.spec?.leaseTransitions ?? 0) + (before && !isOurs ? 1 : 0),
    },
  }
}

/** With the resourceVersion that was seen: whoever wrote meanwhile wins, and we get 409. */
async function replace({ client, namespace }: Keeper, lease: Lease): Promise<Lease> {
  return client.patch<Lease>(
    LEASES,
    LEASE_NAME,
    namespace,
    { metadata: lease.metadata, spec: lease.spec },
    { type: 'merge', timeoutMs: 10_000 },
  )
}

function refused(keeper: Keeper, lease: Lease): SeaworthyError {
  return new SeaworthyError('PLATFORM', inWords(keeper, lease), {
    target: keeper.namespace,
    remedy: `Wait for it, also with --lock-wait. If it is dead, its right ends ${endInWords(keeper, lease)}.`,
  })
}

/** `run r-1 has been breaking things in namespace shop since …, see https://…` */
function inWords({ namespace }: Pick<Keeper, 'namespace'>, { spec, metadata }: Lease): string {
  const holder = plainWords(spec?.holderIdentity ?? 'somebody', 80)
  const since = plainWords(spec?.acquireTime ?? 'an unknown time', 40)
  const link = metadata.annotations?.[LINK_ANNOTATION]
  const see = !link ? '' : `, see ${plainWords(link, 200)}`
  return `run ${holder} has been breaking things in namespace ${namespace} since ${since}${see}`
}

/** `15 s after …, in 12 s, unless it is renewed` */
function endInWords({ clock }: Pick<Keeper, 'clock'>, lease: Lease): string {
  const { spec } = lease
  const seconds = spec?.leaseDurationSeconds ?? 0
  const leftMs = leaseEndMs(lease) - clock.now()
  const left = Number.isFinite(leftMs) ? ` (in ${Math.max(0, Math.ceil(leftMs / 1_000))} s)` : ''
  return `${seconds} s after ${plainWords(spec?.renewTime ?? 'its last renewal', 40)} by itself${left}, unless it renews it`
}

function keep(keeper: Keeper): HeldLease {
  const lost = new AbortController()
  const over = new AbortController()
  const renewing = renewUntil(keeper, over.signal, (why) => lost.abort(why))
  let released: Promise<void> | undefined
  return {
    lost: lost.signal,
    release: () => {
      over.abort()
      released ??= renewing.then(() => (lost.signal.aborted ? undefined : giveUp(keeper)))
      return released
    },
  }
}

/** Renews after each third, until it is over or was lost. Never throws. */
async function renewUntil(keeper: Keeper, over: AbortSignal, lost: (why: SeaworthyError) => void): Promise<void> {
  const { clock, seconds } = keeper
  let safeUntil = clock.monotonic() + seconds * 1_000
  for (;;) {
    const rested = await clock.sleep((seconds * 1_000) / 3, over).then(
      () => true,
      () => false,
    )
    if (!rested) return
    const startedAt = clock.monotonic()
    const outcome = await renewOnce(keeper, over)
    if (over.aborted) return
    if (outcome.is === 'renewed') safeUntil = startedAt + seconds * 1_000
    else if (outcome.is === 'taken' || clock.monotonic() + (seconds * 1_000) / 3 >= safeUntil) {
      return lost(lostError(keeper, outcome.why))
    }
  }
}

type Renewal = { readonly is: 'renewed' } | { readonly is: 'taken' | 'failed'; readonly why: string }

async function renewOnce(keeper: Keeper, over: AbortSignal): Promise<Renewal> {
  const { client, namespace, run, seconds } = keeper
  const timeoutMs = Math.max(500, (seconds * 1_000) / 4)
  try {
    const found = await client.get<Lease>(LEASES, LEASE_NAME, namespace, { timeoutMs, signal: over })
    const holder = found?.spec?.holderIdentity
    if (holder !== run)
      return { is: 'taken', why: holder ? `run ${plainWords(holder, 80)} has it now` : 'it was taken away' }
    await replace(keeper, leaseOf(keeper, found))
    return { is: 'renewed' }
  } catch (error) {
    return { is: 'failed', why: messageOf(error) }
  }
}

function lostError({ namespace }: Keeper, why: string): SeaworthyError {
  return new SeaworthyError('PLATFORM', `the right to break things in namespace ${namespace} was lost: ${why}`, {
    target: namespace,
    remedy: 'Look who holds it with `kubectl get lease seaworthy -o yaml`, and run again.',
  })
}

async function giveUp({ client, namespace, run, clock }: Keeper): Promise<void> {
  try {
    await giveLeaseBack(client, { name: LEASE_NAME, namespace }, run, clock)
  } catch {
    // It ends by itself.
  }
}
