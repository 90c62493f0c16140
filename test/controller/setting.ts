import { randomUUID } from 'node:crypto'
import { ChangeStack } from '../../src/controller/change-stack.ts'
import { createFaultEvents } from '../../src/controller/fault-events.ts'
import { createKinds } from '../../src/controller/kinds.ts'
import type { ClusterFaultType, Setting } from '../../src/controller/setting.ts'
import { createUndoRecords } from '../../src/controller/undo-records.ts'
import { FAULT_TYPES } from '../../src/faults/registry.ts'
import { systemClock } from '../../src/kit/clock.ts'
import type { KubeObject } from '../../src/kube/kube-client.ts'
import { DEPLOYMENTS, FAULTS, NAMESPACES } from '../../src/kube/resources.ts'
import type { FaultObject, FaultSpecification } from '../../src/model/cluster/fault-object.ts'
import type { FakeKube } from '../fakes/kube.ts'

export type StoredFault = FaultObject & KubeObject

export interface Deployment extends KubeObject {
  readonly spec: { readonly replicas: number; readonly paused?: boolean }
}

/** What a controller has, on an API server in memory. Every trouble is kept. */
export function settingOn(kube: FakeKube): Setting & { readonly troubles: string[] } {
  const troubles: string[] = []
  const onTrouble = (detail: string) => troubles.push(detail)
  const types = new Map(
    FAULT_TYPES.filter((type): type is typeof type & ClusterFaultType => type.cluster !== undefined).map((type) => [
      type.type,
      type,
    ]),
  )
  return {
    client: kube,
    clock: systemClock,
    kinds: createKinds(kube),
    records: createUndoRecords(kube, 'own'),
    stack: new ChangeStack(kube),
    events: createFaultEvents({ client: kube, clock: systemClock, instance: 'me', onTrouble }),
    typeOf: (name) => types.get(name),
    namespace: (name) => kube.peek(NAMESPACES, name),
    systemNamespaces: ['own'],
    onTrouble,
    onPhase: () => undefined,
    troubles,
  }
}

/** A namespace that permits faults, with a Deployment of three. */
export function shop(
  kube: FakeKube,
  labels: Readonly<Record<string, string>> = { 'seaworthy.dev/allow': 'true' },
): Deployment {
  kube.place(NAMESPACES, { metadata: { name: 'shop', labels } })
  const metadata = { name: 'web', namespace: 'shop', uid: randomUUID() }
  return kube.place(DEPLOYMENTS, { metadata, spec: { replicas: 3 } } as Deployment)
}

export function replicas(kube: FakeKube): number | undefined {
  return kube.peek<Deployment>(DEPLOYMENTS, 'web', 'shop')?.spec.replicas
}

export function scaleFault(kube: FakeKube, target: KubeObject, more: Partial<FaultSpecification> = {}): StoredFault {
  return kube.place<StoredFault>(FAULTS, {
    apiVersion: 'seaworthy.dev/v1alpha1',
    kind: 'Fault',
    metadata: { name: 'f', namespace: 'shop', uid: randomUUID() },
    spec: {
      type: 'scale',
      parameters: { to: 1 },
      targets: [{ kind: 'Deployment', name: 'web', uid: target.metadata.uid ?? '' }],
      durationMs: 60_000,
      active: true,
      seed: 1,
      ...more,
    },
  })
}
