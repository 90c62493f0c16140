import { SeaworthyError } from '../../kit/errors.ts'
import type { KubeClient, KubeObject, Resource } from '../../kube/kube-client.ts'
import type { ApiAction } from '../../model/cluster/api-action.ts'
import {
  FAULT_GROUP,
  FAULT_VERSION,
  type FaultObject,
  type FaultTarget,
  MANAGED_BY_LABEL,
  RUN_LABEL,
} from '../../model/cluster/fault-object.ts'
import type { Kinds } from '../kinds.ts'
import type { Workload } from '../objects.ts'
import { OWNER_ANNOTATION } from '../undo-step.ts'
import type { ActionContext, BackgroundContext, PlannedAction, ReadingContext } from './planned-action.ts'
import { refusePowers } from './powers.ts'
import { reachPods } from './reach.ts'

type Objects = Extract<ApiAction, { do: 'objects' }>

interface Wanted {
  readonly resource: Resource
  readonly object: KubeObject
}

/** Every object lies in the fault's own namespace, is named after the fault, and goes with it even when nobody undoes it. */
export async function planObjects(action: Objects, context: ActionContext): Promise<PlannedAction> {
  const wanted = await wantedObjects(action, context.kinds, context.fault, context.target)
  const objects = wanted.map(({ resource, object }) => ({
    resource,
    name: object.metadata.name,
    namespace: object.metadata.namespace ?? '',
  }))
  return {
    undo: [{ undo: 'objects', objects, owner: context.fault.metadata.uid ?? '' }],
    perform: async () => {
      await createAll(context.client, wanted)
      return undefined
    },
  }
}

async function wantedObjects(
  { manifests }: Objects,
  kinds: Kinds,
  fault: FaultObject,
  target: FaultTarget,
): Promise<readonly Wanted[]> {
  return Promise.all(
    manifests.map(async (manifest, at) => {
      const { apiVersion = '', kind = '' } = manifest as { readonly apiVersion?: string; readonly kind?: string }
      const resource = await kinds.find(kind, apiVersion)
      refuseForeign(resource)
      const name = `${fault.metadata.name.slice(0, 200)}-${target.uid.slice(0, 8)}-${at}`
      const object = ownObject(manifest, fault, name)
      refusePowers(object)
      return { resource, object }
    }),
  )
}

/** A fault in a namespace reaches nothing beyond it, and never asks for another fault. */
export function refuseForeign({ kind, group, namespaced }: Resource): void {
  if (!namespaced || kind === 'Namespace')
    throw new SeaworthyError('ENGINE', `a ${kind} does not lie in a namespace, and a fault may only touch its own`)
  if (group === FAULT_GROUP) throw new SeaworthyError('ENGINE', `a fault may not touch a ${kind}`)
}

/** Labels and annotations of the manifest are kept; name, namespace and owner are not its to say. */
export function ownObject(
  manifest: Readonly<Record<string, unknown>>,
  { metadata: { name, uid = '', namespace = '' }, spec: { run } }: FaultObject,
  ownName: string,
): KubeObject {
  const given = (manifest.metadata ?? {}) as Partial<KubeObject['metadata']>
  return {
    ...manifest,
    metadata: {
      name: ownName,
      namespace,
      labels: { ...given.labels, [MANAGED_BY_LABEL]: 'seaworthy', ...(run === undefined ? {} : { [RUN_LABEL]: run }) },
      annotations: { ...given.annotations, [OWNER_ANNOTATION]: uid },
      ownerReferences: [{ apiVersion: `${FAULT_GROUP}/${FAULT_VERSION}`, kind: 'Fault', name, uid }],
    },
  }
}

async function createAll(client: KubeClient, wanted: readonly Wanted[]): Promise<void> {
  await Promise.all(wanted.map(({ resource, object }) => client.create(resource, object)))
}

/** The objects come and go, each time for a period. */
export async function goOnFlapping(action: Objects, context: BackgroundContext): Promise<void> {
  const { client, kinds, clock, fault, target, counters, signal } = context
  if (action.periodMs === undefined) return
  const wanted = await wantedObjects(action, kinds, fault, target)
  counters.came = 1
  for (;;) {
    await clock.sleep(action.periodMs, signal)
    for (const { resource, object } of wanted)
      await client.remove(resource, object.metadata.name, object.metadata.namespace)
    await clock.sleep(action.periodMs, signal)
    await createAll(client, wanted)
    counters.came += 1
  }
}

export async function readObjects(
  action: Objects,
  { client, undo, counters, fault, target, resource }: ReadingContext,
) {
  const inbound = await reachTarget(client, fault, target, resource)
  const objects = undo.flatMap((step) => (step.undo === 'objects' ? step.objects : []))
  const found = await Promise.all(objects.map(({ resource, name, namespace }) => client.get(resource, name, namespace)))
  const running = found.filter(
    (object) => object !== undefined && object.metadata.deletionTimestamp === undefined,
  ).length
  return {
    running,
    ...(inbound && { inbound }),
    ...(action.periodMs === undefined ? {} : { restarts: counters.came }),
    state: running > 0 && running === objects.length ? ('stopped' as const) : ('running' as const),
    fact: `${running} of ${objects.length} objects are there`,
  }
}

/** Only of a workload it is known which pods a policy is for. */
async function reachTarget(client: KubeClient, fault: FaultObject, target: FaultTarget, resource: Resource) {
  if (resource.kind === 'Namespace') return undefined
  const { namespace } = fault.metadata
  const workload = await client.get<Workload>(resource, target.name, resource.namespaced ? namespace : undefined)
  return reachPods(client, namespace, workload?.spec?.selector)
}
