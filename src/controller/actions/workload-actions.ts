import { SeaworthyError } from '../../kit/errors.ts'
import { microTime } from '../../kube/lease.ts'
import { PODS } from '../../kube/resources.ts'
import type { ApiAction } from '../../model/cluster/api-action.ts'
import { type FieldChange, present } from '../fields.ts'
import { type Pod, selectorText, type Workload } from '../objects.ts'
import { changeFields, type FieldsStep } from '../undo-step.ts'
import type { ActionContext, PlannedAction, ReadingContext } from './planned-action.ts'
import { changedMeanwhile } from './pod-actions.ts'

/** The pod template's annotation by which a rollout is asked for, as `kubectl rollout restart` does. */
const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt'

export function planScale({ replicas }: Extract<ApiAction, { do: 'scale' }>, context: ActionContext): PlannedAction {
  const present = (context.object as Workload).spec?.replicas
  if (present === undefined)
    throw new SeaworthyError('ENGINE', `a ${context.target.kind} has no number of replicas`, {
      target: context.target.name,
      remedy: 'Name a Deployment, StatefulSet or ReplicaSet.',
    })
  const change: FieldChange = { path: ['spec', 'replicas'], before: { value: present }, after: { value: replicas } }
  // Not by the scale subresource: there the number is not even a member when it is 0, so that it cannot be tested for.
  const step = fieldsStep(context, [change])
  return { undo: [step], perform: () => write(context, step) }
}

/** Nothing is put back: what a rollout has replaced is not there any more. */
export function planRestart(context: ActionContext): PlannedAction {
  const template = (context.object as Workload).spec?.template
  if (!template)
    throw new SeaworthyError('ENGINE', `a ${context.target.kind} has no pod template`, { target: context.target.name })
  const annotations = template.metadata?.annotations
  const after = microTime(context.clock.now())
  const path = ['spec', 'template', 'metadata']
  const change: FieldChange =
    annotations === undefined
      ? templateChange(template.metadata, after)
      : {
          path: [...path, 'annotations', RESTARTED_AT],
          before: present(annotations[RESTARTED_AT]),
          after: { value: after },
        }
  return { undo: [], perform: () => write(context, fieldsStep(context, [change])) }
}

/** Without annotations, or without metadata, there is no place yet to write the one into. */
function templateChange(metadata: object | undefined, value: string): FieldChange {
  const annotations = { [RESTARTED_AT]: value }
  return metadata === undefined
    ? { path: ['spec', 'template', 'metadata'], before: { absent: true }, after: { value: { annotations } } }
    : {
        path: ['spec', 'template', 'metadata', 'annotations'],
        before: { absent: true },
        after: { value: annotations },
      }
}

export function fieldsStep(
  { resource, target, fault }: Pick<ActionContext, 'resource' | 'target' | 'fault'>,
  changes: readonly FieldChange[],
): FieldsStep {
  return {
    undo: 'fields',
    resource,
    name: target.name,
    namespace: resource.namespaced ? fault.metadata.namespace : undefined,
    uid: target.uid,
    changes,
  }
}

export async function write({ client }: Pick<ActionContext, 'client'>, step: FieldsStep): Promise<undefined> {
  const foreign = await changeFields(client, step, 'apply')
  if (foreign.length > 0) throw changedMeanwhile(foreign)
  return undefined
}

/** Replicas that are ready, and pods that came after the fault. */
export async function readWorkload({ client, resource, target, fault, injectedAtMs }: ReadingContext) {
  const workload = await client.get<Workload>(resource, target.name, fault.metadata.namespace)
  if (!workload) return { identity: '', ready: false, fact: 'gone' }
  const { readyReplicas, numberReady, desiredNumberScheduled } = workload.status ?? {}
  const running = readyReplicas ?? numberReady ?? 0
  const wanted = workload.spec?.replicas ?? desiredNumberScheduled ?? 0
  const restarts = await newerPods(client, workload, injectedAtMs)
  return {
    identity: workload.metadata.uid ?? '',
    running,
    ready: running >= wanted,
    ...(restarts === undefined ? {} : { restarts }),
    fact: `replicas ${wanted}, ready ${running}`,
  }
}

/** Creation times have whole seconds, so that of the second of the fault itself counts as after it only when it is another one. */
async function newerPods(
  client: ReadingContext['client'],
  { metadata, spec }: Workload,
  injectedAtMs: number | undefined,
): Promise<number | undefined> {
  const labels = selectorText(spec?.selector)
  if (injectedAtMs === undefined || labels === undefined) return undefined
  const pods = await client.list<Pod>(PODS, { namespace: metadata.namespace, labels })
  return pods.filter(({ metadata: { creationTimestamp = '' } }) => Date.parse(creationTimestamp) + 999 >= injectedAtMs)
    .length
}
