import type { KubeObject } from '../../../src/kube/kube-client.ts'
import type { followFaults } from './runs.ts'
import { PIPELINES } from './stage.ts'

export interface SteppedPod extends KubeObject {
  readonly spec: { readonly containers: readonly { readonly securityContext?: object }[] }
}

/** A folder of this machine, which both nodes see as their own. */
export function volume(name: string, folder: string): readonly object[] {
  const common = { storageClassName: '', accessModes: ['ReadWriteMany'] }
  return [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name },
      spec: { ...common, capacity: { storage: '1Gi' }, hostPath: { path: folder } },
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace: PIPELINES },
      spec: { ...common, volumeName: name, resources: { requests: { storage: '1Gi' } } },
    },
  ]
}

/** The pipeline with more said about its gate, such as a second attempt at it. */
export function withGate(
  spec: Readonly<Record<string, unknown>>,
  more: { readonly retries?: number; readonly timeout?: string },
): object {
  const tasks = spec.tasks as readonly { readonly name: string }[]
  return { ...spec, tasks: tasks.map((task) => (task.name === 'gate' ? { ...task, ...more } : task)) }
}

/** The Task as somebody careless would write it. */
export function secretFirst(spec: Readonly<Record<string, unknown>>): object {
  const steps = spec.steps as readonly { readonly env: readonly object[] }[]
  return { ...spec, steps: steps.map((step) => ({ ...step, env: step.env.toReversed() })) }
}

/** When the faults of each run were on, the first first. */
export function attemptsOf(faults: Awaited<ReturnType<typeof followFaults>>) {
  const attempts = [...faults.values()].map(({ spec, status }) => ({
    run: spec.run,
    injectedAt: status?.targets?.map(({ injectedAt }) => injectedAt ?? '').sort()[0],
    recoveredAt: status?.targets
      ?.map(({ recoveredAt }) => recoveredAt ?? '')
      .sort()
      .at(-1),
  }))
  return attempts.sort((a, b) => String(a.injectedAt).localeCompare(String(b.injectedAt)))
}
