import type { Clock } from '../kit/clock.ts'
import { messageOf } from '../kit/errors.ts'
import type { KubeClient, KubeObject, Resource } from '../kube/kube-client.ts'
import { KubeError } from '../kube/kube-error.ts'
import { CUSTOM_RESOURCE_DEFINITIONS, DAEMON_SETS, DEPLOYMENTS, LEASES, NAMESPACES } from '../kube/resources.ts'
import { FAULT_GROUP } from '../model/cluster/fault-object.ts'
import { PART_OF, PART_OF_LABEL } from '../model/cluster/permission.ts'
import { CONTROLLER_NAME, DAEMON_NAME } from '../model/cluster/system.ts'
import type { Leftover } from '../model/ledger.ts'
import { endAllFaults } from './end-faults.ts'
import { findInstallation, permitted } from './find-installation.ts'
import { removeFreeLeases } from './free-leases.ts'
import { notReadyNodes, partStates } from './readiness.ts'
import { findResidue } from './residue.ts'
import { INSTALLED_KINDS, spokenObject } from './resource-of.ts'

export interface UninstallOptions {
  readonly namespace: string
  readonly clock: Clock
  /** For the faults to end, and once more for the objects to go. */
  readonly waitMs: number
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((line: string) => void) | undefined
  /** Puts back what a controller that is gone left changed; returns what could not be put back. */
  readonly undoChanges?: ((namespace: string) => Promise<readonly Leftover[]>) | undefined
}

/** Without the daemon or the controller nobody will say that a fault has ended: waiting long would be in vain. */
const WITHOUT_ACTORS_MS = 3_000
const LOOK_EVERY_MS = 100

/**
 * Ends every fault, then removes all that was installed: daemon (which undoes the rest on its node as it goes), controller,
 * rights, definitions, namespace, and Leases that no run holds. Idempotent, and goes on whatever is missing or does not answer. Returns what is still in
 * the cluster, by name; throws KubeError only when the server does not answer at all.
 */
export async function uninstallEngine(client: KubeClient, options: UninstallOptions): Promise<readonly Leftover[]> {
  const found = await findInstallation(client, options.namespace)
  const namespace = found?.namespace ?? options.namespace
  const waitMs = (await hasActors(client, namespace)) ? options.waitMs : Math.min(options.waitMs, WITHOUT_ACTORS_MS)
  const stillOn = await endAllFaults(client, { ...options, waitMs })
  options.onProgress?.('removing the daemon and the controller')
  const stuck = await removeActors(client, namespace, options)
  const unchanged = (await options.undoChanges?.(namespace)) ?? []
  options.onProgress?.('removing rights, definitions and the namespace')
  const [refused] = await Promise.all([removeRest(client, namespace), removeFreeLeases(client, options.clock)])
  await untilGone(client, namespace, options)
  return [...stillOn, ...stuck, ...unchanged, ...refused, ...(await findResidue(client))]
}

async function hasActors(client: KubeClient, namespace: string): Promise<boolean> {
  const parts = await Promise.all(['daemon', 'controller'].map((component) => partStates(client, namespace, component)))
  return parts.every((pods) => pods.some(({ ready }) => ready))
}

/** Waits for their pods: while one runs it needs its rights, to undo and to say so. */
async function removeActors(
  client: KubeClient,
  namespace: string,
  { clock, waitMs, signal }: UninstallOptions,
): Promise<readonly Leftover[]> {
  const untilMs = clock.monotonic() + waitMs
  // Without its Lease the controller does not wait for a successor.
  await quietly(client.remove(LEASES, CONTROLLER_NAME, namespace))
  await Promise.all([
    quietly(client.remove(DAEMON_SETS, DAEMON_NAME, namespace, { propagation: 'Background' })),
    quietly(client.remove(DEPLOYMENTS, CONTROLLER_NAME, namespace, { propagation: 'Background' })),
  ])
  for (;;) {
    const pods = (
      await Promise.all(['daemon', 'controller'].map((component) => partStates(client, namespace, component)))
    ).flat()
    const lost = new Set(pods.length > 0 ? await notReadyNodes(client) : [])
    const answering = pods.filter(({ node }) => node !== undefined && !lost.has(node))
    if (answering.length === 0 || clock.monotonic() >= untilMs)
      return pods.map(({ pod, node }) => ({
        what: `Pod ${namespace}/${pod}`,
        why:
          node !== undefined && lost.has(node)
            ? `node ${node} does not answer, so that nobody ends it there`
            : `it did not end within ${Math.round(waitMs / 1_000)} s`,
        remedy: `When the node is back it ends what is on it and goes; else \`kubectl --namespace ${namespace} delete pod ${pod} --force\`.`,
      }))
    await clock.sleep(LOOK_EVERY_MS, signal)
  }
}

/** Everything with our label among the kinds of an installation; the namespace last, so that it is not in the way of the others. */
async function removeRest(client: KubeClient, namespace: string): Promise<readonly Leftover[]> {
  const others = INSTALLED_KINDS.filter(({ kind }) => kind !== 'Namespace')
  const refused = await Promise.all(others.map((resource) => removeKind(client, resource, namespace)))
  return [...refused.flat(), ...(await removeNamespace(client, namespace))]
}

/** Anybody may put our label on an object of his own: beyond our namespace only what no tenant can create is removed by it. */
async function removeKind(client: KubeClient, resource: Resource, namespace: string): Promise<readonly Leftover[]> {
  const labels = `${PART_OF_LABEL}=${PART_OF}`
  const scope = resource.namespaced ? { labels, namespace } : { labels }
  const objects = (await permitted(client.list(resource, scope))) ?? []
  const results = await Promise.all(objects.map((object) => removeOne(client, resource, object)))
  return results.flat()
}

async function removeNamespace(client: KubeClient, name: string): Promise<readonly Leftover[]> {
  const namespace = await permitted(client.get(NAMESPACES, name))
  if (!namespace) return []
  if (namespace.metadata.labels?.[PART_OF_LABEL] === PART_OF) return removeOne(client, NAMESPACES, namespace)
  return []
}

async function removeOne(client: KubeClient, resource: Resource, object: KubeObject): Promise<readonly Leftover[]> {
  const { name, namespace } = object.metadata
  try {
    await client.remove(resource, name, namespace, { propagation: 'Background' })
    return []
  } catch (error) {
    return [{ what: spokenObject(resource, object), why: messageOf(error), remedy: 'Remove it by hand.' }]
  }
}

/** The server removes definitions and namespaces in its own time. */
async function untilGone(
  client: KubeClient,
  namespace: string,
  { clock, waitMs, signal }: UninstallOptions,
): Promise<void> {
  const untilMs = clock.monotonic() + waitMs
  const definitions = ['faults', 'nodefaults'].map((plural) => `${plural}.${FAULT_GROUP}`)
  while (clock.monotonic() < untilMs) {
    const [own, ...kinds] = await Promise.all([
      permitted(client.get(NAMESPACES, namespace)),
      ...definitions.map((name) => permitted(client.get(CUSTOM_RESOURCE_DEFINITIONS, name))),
    ])
    const kept = own !== undefined && own.metadata.labels?.[PART_OF_LABEL] !== PART_OF
    if ((!own || kept) && kinds.every((kind) => !kind)) return
    await clock.sleep(LOOK_EVERY_MS, signal)
  }
}

/** What is not there, or must not be touched by us, is found again as residue. */
async function quietly(removal: Promise<unknown>): Promise<void> {
  try {
    await removal
  } catch (error) {
    if (!(error instanceof KubeError)) throw error
  }
}
