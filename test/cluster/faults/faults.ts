import { FAULT_TYPES } from '../../../src/faults/registry.ts'
import type { KubeObject } from '../../../src/kube/kube-client.ts'
import { DEPLOYMENTS, FAULTS, NAMESPACES, NODE_FAULTS, NODES } from '../../../src/kube/resources.ts'
import type {
  FaultObject,
  FaultSpecification,
  FaultTarget,
  TargetStatus,
} from '../../../src/model/cluster/fault-object.ts'
import type { ClusterFault } from '../../../src/model/cluster/recipe.ts'
import type { Effect } from '../../../src/model/effect.ts'
import type { FaultType } from '../../../src/model/fault.ts'
import { PATIENCE_MS, until } from '../tools.ts'
import type { FaultCase } from './case.ts'
import { LABELLED_NODE } from './cases-nodes.ts'
import { type Site, type Stage, unique } from './stage.ts'

export type StoredFault = FaultObject & KubeObject
export type ClusterFaultType = FaultType & { readonly cluster: ClusterFault<Readonly<Record<string, unknown>>> }

/** All types of the catalogue that can be done in a cluster. */
export const CLUSTER_TYPES = FAULT_TYPES.filter((type): type is typeof type & ClusterFaultType => 'cluster' in type)

function typeOf(name: string): ClusterFaultType {
  const type = CLUSTER_TYPES.find((one) => one.type === name)
  if (!type) throw new Error(`${name} is no fault of a cluster`)
  return type
}

const resourceOf = (kind: FaultObject['kind']) => (kind === 'NodeFault' ? NODE_FAULTS : FAULTS)

/** What a case hurts, by name and UID. */
export async function targetsOf(
  one: Pick<FaultCase, 'target' | 'workload'>,
  { stage, client, namespace, pods }: Site,
): Promise<FaultTarget[]> {
  const named = async (resource: typeof NODES, name: string, scope?: string) => {
    const found = await client.get(resource, name, scope)
    return [{ kind: resource.kind, name, uid: found?.metadata.uid ?? '' }]
  }
  switch (one.target) {
    case 'node':
      return named(NODES, stage.shape.nodes[LABELLED_NODE].name)
    case 'namespace':
      return named(NAMESPACES, namespace)
    case 'workload':
      return named(DEPLOYMENTS, one.workload ?? 'main', namespace)
    case 'pods':
      return pods
        .filter(({ metadata }) => metadata.name.startsWith(`${one.workload ?? 'main'}-`))
        .map(({ metadata }) => ({ kind: 'Pod', name: metadata.name, uid: metadata.uid ?? '' }))
  }
}

type Asked = Pick<FaultSpecification, 'type' | 'parameters' | 'targets'> & Partial<FaultSpecification>

/** Asks for a fault; without a namespace for one on nodes. */
export function askFor({ client }: Stage, namespace: string | undefined, spec: Asked): Promise<StoredFault> {
  const kind = namespace === undefined ? 'NodeFault' : 'Fault'
  const fault: StoredFault = {
    apiVersion: 'seaworthy.dev/v1alpha1',
    kind,
    metadata: { name: unique(spec.type), ...(namespace === undefined ? {} : { namespace }) },
    spec: { durationMs: 120_000, active: true, seed: 1, ...spec },
  }
  return client.create(resourceOf(kind), fault)
}

export async function endFault({ client }: Stage, { kind, metadata }: StoredFault): Promise<void> {
  const patch = { spec: { end: { by: 'request', at: new Date().toISOString() } } }
  await client.patch(resourceOf(kind), metadata.name, metadata.namespace, patch, { type: 'merge' })
}

export function readFault({ client }: Stage, { kind, metadata }: StoredFault): Promise<StoredFault | undefined> {
  return client.get<StoredFault>(resourceOf(kind), metadata.name, metadata.namespace)
}

/** Deletes the object, and waits until the API has none of it: nothing may hold it. */
export async function deleteFault(stage: Stage, fault: StoredFault): Promise<void> {
  const { kind, metadata } = fault
  await stage.client.remove(resourceOf(kind), metadata.name, metadata.namespace)
  await until(`${metadata.name} to be gone`, async () => ((await readFault(stage, fault)) ? undefined : true), {
    timeoutMs: 30_000,
  })
}

export function conditionOf(fault: StoredFault | undefined, type: string) {
  return fault?.status?.conditions?.find((condition) => condition.type === type)
}

/** For good: that nobody has spoken yet is said on a busy machine as well, and taken back. */
export function hasFailed(fault: StoredFault | undefined): boolean {
  const failed = conditionOf(fault, 'Failed')
  return failed?.status === 'True' && failed.reason !== 'NoAnswer'
}

/** Resolves with the fault as soon as the condition is True; the error names what it is in its place. */
export async function untilCondition(stage: Stage, fault: StoredFault, type: string) {
  let last: StoredFault | undefined
  return until(
    `${fault.metadata.name} to be ${type}`,
    async () => {
      last = await readFault(stage, fault)
      if (type === 'Injected' && hasFailed(last))
        throw new Error(`${fault.metadata.name} failed: ${conditionOf(last, 'Failed')?.message}`)
      return conditionOf(last, type)?.status === 'True' ? last : undefined
    },
    { timeoutMs: PATIENCE_MS },
  ).catch((error: Error) => {
    throw new Error(`${error.message}: ${JSON.stringify(last?.status)}`)
  })
}

/** The judgement of the fault type itself, on the records that the actors wrote. */
export function effectOf(fault: StoredFault): Effect {
  const type = typeOf(fault.spec.type)
  return type.cluster.effect(type.parameters.parse(fault.spec.parameters), recordsOf(fault))
}

/** In the order of the targets. */
export function recordsOf({ spec, status }: StoredFault): readonly TargetStatus[] {
  return spec.targets.flatMap(({ uid }) => status?.targets?.filter((record) => record.uid === uid) ?? [])
}
