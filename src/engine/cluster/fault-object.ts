import { SeaworthyError } from '../../kit/errors.ts'
import {
  FAULT_GROUP,
  FAULT_VERSION,
  type FaultObject,
  type FaultTarget,
  LEASE_NAME,
  MANAGED_BY_LABEL,
  type Peers,
  RUN_LABEL,
} from '../../model/cluster/fault-object.ts'
import type { ClusterTargets } from '../../model/cluster/targets.ts'
import type { PlannedFault } from '../../model/plan.ts'

export interface ObjectSetting {
  readonly run: string
  readonly namespace: string
  readonly targets: ClusterTargets
}

/** A slot and the pod that was frozen for it. */
export interface Frozen {
  readonly target: FaultTarget
  /** What the plan calls it: a slot, or a workload's or node's name. */
  readonly planned: string
}

/** The name under which a fault of a run is found again, whoever lost an answer: `r-1a2b-e2f1`. */
export function objectName(run: string, id: string): string {
  return `${run}-${id}`
}

/**
 * The targets of a planned fault as they are now, frozen by name and UID.
 * Throws SeaworthyError('ENGINE') for a slot that holds no pod and for what is gone.
 */
export function freeze(fault: PlannedFault, setting: ObjectSetting): readonly Frozen[] {
  const { targets } = setting
  const order = orderOf(fault)
  switch (order.targets) {
    case 'pods':
      return fault.replicas.map((slot) => {
        const pod = targets.pod(slot)
        if (!pod) throw absent(fault, `${slot} holds no pod now`)
        return { planned: slot, target: { kind: 'Pod', name: pod.name, uid: pod.uid, ...container(order.parameters) } }
      })
    case 'node':
      return nodesOf(fault, setting).map((name) => ({ planned: name, target: known(fault, name, targets.node(name)) }))
    case 'namespace':
      return [{ planned: fault.workload, target: targets.namespace() }]
    case 'workload':
    case 'object':
      return [{ planned: fault.workload, target: known(fault, fault.workload, targets.workload(fault.workload)) }]
  }
}

/** The object for a fault. `active: false` only prepares it. */
export function faultObject(
  fault: PlannedFault,
  frozen: readonly Frozen[],
  active: boolean,
  setting: ObjectSetting,
): FaultObject {
  const order = orderOf(fault)
  const { run, namespace } = setting
  const peers = peersOf(order.parameters, setting)
  return {
    apiVersion: `${FAULT_GROUP}/${FAULT_VERSION}`,
    kind: order.scope === 'node' ? 'NodeFault' : 'Fault',
    metadata: {
      name: objectName(run, fault.id),
      ...(order.scope === 'node' ? {} : { namespace }),
      labels: { [RUN_LABEL]: run, [MANAGED_BY_LABEL]: 'seaworthy' },
      annotations: { 'seaworthy.dev/description': fault.description },
    },
    spec: {
      type: fault.type,
      parameters: { ...order.parameters },
      targets: frozen.map(({ target }) => target),
      durationMs: Math.round(fault.durationMs),
      active,
      ...(peers && { peers }),
      seed: fault.seed,
      run,
      // A Lease lies in a namespace; a fault of the cluster's own has its deadline alone.
      ...(order.scope === 'node' ? {} : { lease: LEASE_NAME }),
    },
  }
}

/** The nodes on which the chosen slots run, each once. */
function nodesOf(fault: PlannedFault, { targets }: ObjectSetting): readonly string[] {
  const nodes = fault.replicas.map((slot) => {
    const node = targets.pod(slot)?.node
    if (node === undefined) throw absent(fault, `${slot} runs on no node now`)
    return node
  })
  return [...new Set(nodes)]
}

/** Addresses of the other side where it is a workload; names and addresses are left to the controller. */
function peersOf(parameters: Readonly<Record<string, unknown>>, { targets }: ObjectSetting): Peers | undefined {
  const other = (parameters.to as { readonly workload?: unknown } | undefined)?.workload
  if (typeof other !== 'string') return undefined
  const peers = targets.addresses(other)
  return peers.v4.length + peers.v6.length > 0 ? peers : undefined
}

function container(parameters: Readonly<Record<string, unknown>>): { container?: string } {
  return typeof parameters.container === 'string' ? { container: parameters.container } : {}
}

function known(fault: PlannedFault, name: string, target: FaultTarget | undefined): FaultTarget {
  if (!target) throw absent(fault, `${name} is not there`)
  return target
}

function absent(fault: PlannedFault, why: string): SeaworthyError {
  return new SeaworthyError('ENGINE', `${fault.description}: ${why}`, {
    target: fault.id,
    remedy: 'Look why it has not come back: `kubectl get pods`.',
  })
}

export function orderOf(fault: PlannedFault): NonNullable<PlannedFault['order']> {
  if (!fault.order)
    throw new SeaworthyError('ENGINE', `${fault.description} was not planned for a cluster`, { target: fault.id })
  return fault.order
}
