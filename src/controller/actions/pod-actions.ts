import { SeaworthyError } from '../../kit/errors.ts'
import { PODS } from '../../kube/resources.ts'
import type { ApiAction } from '../../model/cluster/api-action.ts'
import { type FieldChange, samePresent } from '../fields.ts'
import { isReady, type Pod } from '../objects.ts'
import { changeFields, type FieldsStep } from '../undo-step.ts'
import { evict } from './evict.ts'
import type { ActionContext, PlannedAction, ReadingContext } from './planned-action.ts'

type Action<K extends ApiAction['do']> = Extract<ApiAction, { do: K }>

/** The UID in the request: a pod that took the name in the meantime is not deleted. */
export function planDeletePod({ graceSeconds }: Action<'delete-pod'>, context: ActionContext): PlannedAction {
  const { client, target, fault } = context
  return {
    undo: [],
    perform: async () => {
      await client.remove(PODS, target.name, fault.metadata.namespace, { uid: target.uid, graceSeconds })
      return undefined
    },
  }
}

export function planEvictPod({ graceSeconds }: Action<'evict-pod'>, context: ActionContext): PlannedAction {
  const { client, target, fault } = context
  return {
    undo: [],
    perform: async () => {
      const refusal = await evict(client, fault.metadata.namespace ?? '', target, graceSeconds)
      if (refusal !== undefined)
        throw new SeaworthyError('ENGINE', `the eviction was refused: ${refusal}`, { target: target.name })
      return undefined
    },
  }
}

/** All containers but those that only prepare the pod: init containers have run. */
export function planSwapImages({ image }: Action<'swap-images'>, context: ActionContext): PlannedAction {
  const { client, target, fault } = context
  const pod = context.object as Pod
  const changes: FieldChange[] = (pod.spec?.containers ?? []).map((container) => ({
    path: ['spec', 'containers', { match: { name: container.name } }, 'image'],
    before: { value: container.image },
    after: { value: image },
  }))
  const step: FieldsStep = {
    undo: 'fields',
    resource: PODS,
    name: target.name,
    namespace: fault.metadata.namespace,
    uid: target.uid,
    changes,
  }
  return {
    undo: [step],
    perform: async () => {
      const foreign = await changeFields(client, step, 'apply')
      if (foreign.length > 0) throw changedMeanwhile(foreign)
      return undefined
    },
  }
}

/** Somebody else wrote the fields between our look and our write. */
export function changedMeanwhile(foreign: readonly string[]): SeaworthyError {
  return new SeaworthyError('ENGINE', `somebody else changes it at the same time: ${foreign.join(', ')}`, {
    remedy: 'Try again when a deployment or an autoscaler is done with it.',
  })
}

/** `stopped`: no container runs anything but the image that the fault gave it. */
export async function readPod({ client, fault, target, undo, seen }: ReadingContext) {
  const pod = (seen as Pod | undefined) ?? (await client.get<Pod>(PODS, target.name, fault.metadata.namespace))
  if (!pod) return { identity: '', ready: false, state: 'gone' as const, fact: 'gone' }
  const same = pod.metadata.uid === target.uid
  const images = undo.flatMap((step) => (step.undo === 'fields' ? step.changes : []))
  // Under another fault of the same kind the image before is the one that waits as well.
  const work = images.filter(({ before, after }) => !samePresent(before, after))
  const old = new Set(work.flatMap(({ before }) => ('value' in before ? [String(before.value)] : [])))
  return {
    identity: pod.metadata.uid ?? '',
    ready: same && isReady(pod),
    ...(images.length > 0 && { state: runsAny(pod, old) ? ('running' as const) : ('stopped' as const) }),
    fact: factOf(pod),
  }
}

/** By what the node says that it runs, not by what the spec asks for. Names may be written out in full there. */
function runsAny({ status }: Pod, images: ReadonlySet<string>): boolean {
  const isOne = (image = '') => [...images].some((one) => image === one || image.endsWith(`/${one}`))
  return (status?.containerStatuses ?? []).some(({ image, state }) => state?.running !== undefined && isOne(image))
}

function factOf(pod: Pod): string {
  const waiting = (pod.status?.containerStatuses ?? []).flatMap(({ state }) => state?.waiting?.reason ?? [])
  const words = [
    pod.metadata.deletionTimestamp === undefined ? (pod.status?.phase ?? 'unknown') : 'terminating',
    isReady(pod) ? 'ready' : 'not ready',
    ...waiting,
  ]
  return words.join(', ')
}
