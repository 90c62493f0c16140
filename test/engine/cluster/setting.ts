import { FAULT_TYPES } from '../../../src/faults/registry.ts'
import type { FaultTarget, TargetStatus } from '../../../src/model/cluster/fault-object.ts'
import type { ClusterTargets, SlotPod } from '../../../src/model/cluster/targets.ts'
import type { FaultType } from '../../../src/model/fault.ts'
import type { PlannedFault } from '../../../src/model/plan.ts'
import { clusterOrder } from '../../../src/plan/plan-order.ts'

export function typeOf(name: string): FaultType {
  const type = FAULT_TYPES.find((candidate) => candidate.type === name)
  if (!type) throw new Error(`there is no fault type ${name}`)
  return type
}

/** A fault as a plan for a cluster has it. */
export function planned(
  id: string,
  name: string,
  written: Record<string, unknown> = {},
  replicas = ['web-1'],
): PlannedFault {
  const type = typeOf(name)
  const spec = {
    type: name,
    target: { workload: 'Deployment/web', labels: undefined, mode: 'all' as const, value: undefined },
    parameters: type.parameters.parse(written),
    written,
    line: 1,
  }
  const base = {
    id,
    type: name,
    spec,
    workload: 'Deployment/web',
    mode: 'all' as const,
    replicas,
    of: replicas.length,
    seed: 7,
    durationMs: 30_000,
    description: `${name} on Deployment/web`,
    recipe: undefined,
  }
  return { ...base, order: clusterOrder(type, spec, base) }
}

/** Slots `web-1`… with a pod each, which a test replaces. */
export function slots(...names: readonly string[]) {
  const pods = new Map<string, SlotPod>(
    names.map((slot) => [slot, { name: `${slot}-x`, uid: `uid-${slot}`, node: 'node-1', ready: true }]),
  )
  const listeners = new Set<(slot: string, formerUid: string, pod: SlotPod) => void>()
  const object = (kind: string, name: string): FaultTarget => ({ kind, name, uid: `uid-${name}` })
  const targets: ClusterTargets = {
    pod: (slot) => pods.get(slot),
    workload: (name) => object(name.split('/')[0] ?? '', name.split('/')[1] ?? ''),
    node: (name) => object('Node', name),
    namespace: () => object('Namespace', 'preview'),
    addresses: () => ({ v4: ['10.0.0.7', '10.96.0.9'], v6: [] }),
    onReplaced: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  return {
    targets,
    empty: (slot: string) => pods.delete(slot),
    replace: (slot: string, uid: string) => {
      const former = pods.get(slot)
      const pod = { name: `${slot}-y`, uid, node: 'node-1', ready: true }
      pods.set(slot, pod)
      for (const listener of [...listeners]) listener(slot, former?.uid ?? '', pod)
    },
    listeners: () => listeners.size,
  }
}

export const AT = '2026-01-02T03:04:05.000000Z'

export function injected(uid: string, more: Partial<TargetStatus> = {}): TargetStatus {
  return { uid, name: uid, node: 'node-1', phase: 'Injected', mechanism: 'nft timed set', injectedAt: AT, ...more }
}
