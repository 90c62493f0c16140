import type { Clock } from '../kit/clock.ts'
import { messageOf } from '../kit/errors.ts'
import { discover } from '../kube/discover.ts'
import type { KubeClient, KubeObject, Resource } from '../kube/kube-client.ts'
import { KubeError } from '../kube/kube-error.ts'
import { giveLeaseBack } from '../kube/lease.ts'
import { CONFIG_MAPS, FAULTS, JOBS, NODE_FAULTS, PODS } from '../kube/resources.ts'
import { type FaultObject, LEASE_NAME, RUN_LABEL } from '../model/cluster/fault-object.ts'
import type { LedgerEntry, Leftover } from '../model/ledger.ts'

export interface ClusterCleaned {
  readonly removed: readonly string[]
  readonly leftovers: readonly Leftover[]
}

export interface CleanSetting {
  readonly client: KubeClient
  readonly clock: Clock
  readonly run: string
}

type ObjectEntry = Extract<LedgerEntry, { entry: 'object' }>

const END_LIMIT_MS = 30_000
const POLL_MS = 200
/** Labels of which an object that a run made carries one; whatever carries none is not ours to remove. */
const OURS = [RUN_LABEL, 'seaworthy.dev/part-of']

/** What a ledger says was made and never says is gone, faults first. */
export function openObjects(entries: readonly LedgerEntry[]): readonly ObjectEntry[] {
  const gone = new Set(entries.flatMap((entry) => (entry.entry === 'gone' ? [entry.id] : [])))
  const made = entries.filter((entry) => entry.entry === 'object').filter(({ id }) => !gone.has(id))
  const isFault = ({ kind }: ObjectEntry) => kind === 'Fault' || kind === 'NodeFault'
  return [...made.filter(isFault), ...made.filter((entry) => !isFault(entry)).reverse()]
}

/** Ends and removes what a ledger names in the cluster. Idempotent; never throws: what could not be removed is a leftover. */
export async function removeLedgerObjects(
  entries: readonly LedgerEntry[],
  setting: CleanSetting,
): Promise<ClusterCleaned> {
  const outcomes: ClusterCleaned[] = []
  for (const entry of openObjects(entries)) {
    outcomes.push(
      await tried(spoken(entry), async () => removeOne(await resourceOf(setting.client, entry), entry, setting)),
    )
  }
  return joined(outcomes)
}

/**
 * Ends and removes everything that carries a run's label in a namespace, and gives back its Lease: for whoever has no
 * ledger, such as the `finally` task of a pipeline. Idempotent; never throws.
 */
export async function removeRunObjects(namespace: string, setting: CleanSetting): Promise<ClusterCleaned> {
  const objects = await removeLabelledObjects(namespace, setting)
  return joined([objects, await giveRightBack(namespace, setting)])
}

/** The same without the Lease, for whoever is not sure that the run is over. */
export async function removeLabelledObjects(namespace: string, setting: CleanSetting): Promise<ClusterCleaned> {
  const { client, run } = setting
  const labels = `${RUN_LABEL}=${run}`
  const outcomes: ClusterCleaned[] = []
  for (const resource of RUN_RESOURCES) {
    outcomes.push(
      await tried(`${resource.plural} of ${run}`, async () => {
        const found = await listOf(client, resource, namespace, labels)
        return joined(
          await Promise.all(
            found.map(({ metadata: { name, namespace: place } }) =>
              tried(spoken({ kind: resource.kind, namespace: place, name }), () =>
                removeOne(resource, { kind: resource.kind, namespace: place, name }, setting),
              ),
            ),
          ),
        )
      }),
    )
  }
  return joined(outcomes)
}

/** Faults first: whatever else a run made there hurts nobody. */
const RUN_RESOURCES = [FAULTS, NODE_FAULTS, JOBS, PODS, CONFIG_MAPS] as const

/** Ids of the runs that have something with their label in a namespace, or a fault on a node. Throws KubeError. */
export async function runsIn(namespace: string, client: KubeClient): Promise<readonly string[]> {
  const lists = await Promise.all(RUN_RESOURCES.map((resource) => listOf(client, resource, namespace, RUN_LABEL)))
  return [...new Set(lists.flat().flatMap(({ metadata }) => metadata.labels?.[RUN_LABEL] ?? []))]
}

async function listOf(client: KubeClient, resource: Resource, namespace: string, labels: string) {
  if (resource.namespaced) return client.list<KubeObject>(resource, { namespace, labels })
  try {
    return await client.list<KubeObject>(resource, { labels })
  } catch (error) {
    // Who may not see faults of nodes cannot have made one.
    if (error instanceof KubeError && error.status === 403) return []
    throw error
  }
}

type Named = Pick<ObjectEntry, 'kind' | 'namespace' | 'name'>

async function removeOne(
  resource: Parameters<KubeClient['remove']>[0],
  entry: Named,
  setting: CleanSetting,
): Promise<ClusterCleaned> {
  const { client } = setting
  const object = await client.get<KubeObject>(resource, entry.name, entry.namespace)
  if (!object) return NOTHING
  if (!OURS.some((label) => object.metadata.labels?.[label] !== undefined))
    return { removed: [], leftovers: [leftover(spoken(entry), 'it carries no label of ours, so it was left alone')] }
  if (resource === FAULTS || resource === NODE_FAULTS) await endFault(resource, object as FaultObject, setting)
  await client.remove(resource, entry.name, entry.namespace, manner(resource))
  return { removed: [spoken(entry)], leftovers: [] }
}

/** A Job's pods stay behind unless the server is told otherwise. */
function manner(resource: Parameters<KubeClient['remove']>[0]): NonNullable<Parameters<KubeClient['remove']>[3]> {
  if (resource === PODS) return { graceSeconds: 0 }
  return resource === JOBS ? { propagation: 'Background' } : {}
}

/** Throws when its actors do not say in time that nothing of it is left: the object is then kept, as the record of that. */
async function endFault(resource: typeof FAULTS, fault: FaultObject, { client, clock }: CleanSetting): Promise<void> {
  const { name, namespace } = fault.metadata
  const end = { by: 'cleanup', at: new Date(clock.now()).toISOString() }
  if (!fault.spec.end) await client.patch(resource, name, namespace, { spec: { end } }, { type: 'merge' })
  const deadline = clock.monotonic() + END_LIMIT_MS
  for (;;) {
    const now = await client.get<FaultObject & KubeObject>(resource, name, namespace)
    const on = (now?.status?.targets ?? []).filter(
      ({ injectedAt, recoveredAt, phase }) => injectedAt !== undefined && recoveredAt === undefined && phase !== 'Gone',
    )
    if (!now || on.length === 0) return
    if (clock.monotonic() > deadline)
      throw new Error(`nobody said that it ended on ${on.map((target) => target.name ?? target.uid).join(', ')}`)
    await clock.sleep(POLL_MS)
  }
}

/** Gives the right to break things in a namespace back where this run holds it. Never throws. */
export function giveRightBack(namespace: string, { client, clock, run }: CleanSetting): Promise<ClusterCleaned> {
  const what = `Lease ${namespace}/${LEASE_NAME}`
  return tried(what, async () => {
    const given = await giveLeaseBack(client, { name: LEASE_NAME, namespace }, run, clock)
    return given ? { removed: [what], leftovers: [] } : NOTHING
  })
}

async function resourceOf(client: KubeClient, { apiVersion, kind }: ObjectEntry) {
  if (kind === 'Fault') return FAULTS
  if (kind === 'NodeFault') return NODE_FAULTS
  if (kind === 'Job') return JOBS
  return kind === 'Pod' ? PODS : discover(client, apiVersion, kind)
}

const NOTHING: ClusterCleaned = { removed: [], leftovers: [] }

async function tried(what: string, work: () => Promise<ClusterCleaned>): Promise<ClusterCleaned> {
  try {
    return await work()
  } catch (error) {
    // A kind or a namespace that is gone has taken all of it along.
    if (error instanceof KubeError && error.status === 404) return NOTHING
    return { removed: [], leftovers: [leftover(what, messageOf(error))] }
  }
}

function leftover(what: string, why: string): Leftover {
  return { what, why, remedy: `Look at it with kubectl; \`seaworthy cleanup\` may be run again.` }
}

function spoken({ kind, namespace, name }: Named): string {
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`
}

/** Several as one. Pure. */
export function joined(outcomes: readonly ClusterCleaned[]): ClusterCleaned {
  return {
    removed: outcomes.flatMap(({ removed }) => removed),
    leftovers: outcomes.flatMap(({ leftovers }) => leftovers),
  }
}
