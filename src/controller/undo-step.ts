import { messageOf } from '../kit/errors.ts'
import type { KubeClient, KubeObject, Resource } from '../kube/kube-client.ts'
import { KubeError } from '../kube/kube-error.ts'
import { differences } from './difference.ts'
import { type FieldChange, type JsonPatch, patchFor, spokenPath } from './fields.ts'
import { releaseChanges } from './stacked-changes.ts'

/** How one change is put back. JSON-serialisable, and complete: after a restart nothing else is known. */
export type UndoStep =
  | {
      readonly undo: 'fields'
      readonly resource: Resource
      readonly name: string
      readonly namespace: string | undefined
      readonly uid: string
      readonly changes: readonly FieldChange[]
    }
  /** Objects that exist only for this fault; they carry its UID in OWNER_ANNOTATION. */
  | {
      readonly undo: 'objects'
      readonly objects: readonly { readonly resource: Resource; readonly name: string; readonly namespace: string }[]
      readonly owner: string
    }

export const OWNER_ANNOTATION = 'seaworthy.dev/fault-uid'

export type FieldsStep = Extract<UndoStep, { undo: 'fields' }>
type ObjectsStep = Extract<UndoStep, { undo: 'objects' }>

/** Names of fields that somebody else has written since, and that were left so; empty when all was put back. */
export async function carryOut(client: KubeClient, step: UndoStep): Promise<readonly string[]> {
  return step.undo === 'fields' ? changeFields(client, step, 'undo') : removeObjects(client, step)
}

/** Invalid: a tested field held something else by then. Conflict: the object was written in between. */
const CHANGED_MEANWHILE = [409, 422]
const ATTEMPTS = 5

/**
 * Writes the fields of a step, or puts them back; idempotent. Each field is tested within the write itself. Returns the fields
 * that are somebody else's; an object that is gone, or another one by now, has nothing to put back.
 * Throws KubeError when the server refuses, and when the object is not there to be changed.
 */
export async function changeFields(
  client: KubeClient,
  step: FieldsStep,
  direction: 'apply' | 'undo',
): Promise<readonly string[]> {
  const written = await rewrite(client, step, (object) => patchFor(object, step.changes, direction))
  if (written) return spokenFields(step, written.foreign)
  if (direction === 'undo') return []
  throw new KubeError(404, 'NotFound', `${step.resource.kind}/${step.name} is not there any more`)
}

/**
 * Puts the fields of a step back from under others that were written later to the same object, the last of them on top: those
 * hold on, and put back what this one would have. Returns the others as they are then, and fields that are somebody else's.
 */
export async function releaseFields(
  client: KubeClient,
  step: FieldsStep,
  above: readonly FieldsStep[],
): Promise<{ readonly foreign: readonly string[]; readonly above: readonly FieldsStep[] }> {
  const changes = above.map((one) => one.changes)
  const released = await rewrite(client, step, (object) => {
    const result = releaseChanges(object, step.changes, changes)
    return { ...result, patch: patchFor(object, differences(object, result.object), 'apply').patch }
  })
  if (!released) return { foreign: [], above }
  const stays = above.map((one, at) => ({ ...one, changes: released.above[at] ?? one.changes }))
  return { foreign: spokenFields(step, released.foreign), above: stays }
}

function spokenFields({ resource, name }: FieldsStep, fields: readonly FieldChange[]): readonly string[] {
  return fields.map(({ path }) => `${resource.kind}/${name} ${spokenPath(path)}`)
}

/** Undefined when the object is not there any more. */
async function rewrite<T extends { readonly patch: JsonPatch }>(
  client: KubeClient,
  { resource, name, namespace, uid }: FieldsStep,
  think: (object: KubeObject) => T,
): Promise<T | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const object = await client.get<KubeObject>(resource, name, namespace)
    if (!object || object.metadata.uid !== uid) return undefined
    const thought = think(object)
    if (thought.patch.length === 0) return thought
    try {
      await client.patch(resource, name, namespace, thought.patch, { type: 'json' })
      return thought
    } catch (error) {
      const again = error instanceof KubeError && CHANGED_MEANWHILE.includes(error.status) && attempt < ATTEMPTS
      if (!again) throw error
    }
  }
}

async function removeObjects(client: KubeClient, { objects, owner }: ObjectsStep): Promise<readonly string[]> {
  const failures: unknown[] = []
  for (const { resource, name, namespace } of objects) {
    try {
      const object = await client.get(resource, name, namespace)
      // The name alone may be somebody else's.
      if (object?.metadata.annotations?.[OWNER_ANNOTATION] !== owner) continue
      const { uid } = object.metadata
      await client.remove(resource, name, namespace, {
        propagation: 'Background',
        ...(uid === undefined ? {} : { uid }),
      })
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw new Error(failures.map(messageOf).join('; '))
  return []
}

/** What a step would put back, for people: `Deployment shop/web: spec.replicas`. */
export function spokenStep(step: UndoStep): string {
  if (step.undo === 'objects')
    return step.objects.map(({ resource, name, namespace }) => `${resource.kind} ${namespace}/${name}`).join(', ')
  const where = step.namespace === undefined ? step.name : `${step.namespace}/${step.name}`
  return `${step.resource.kind} ${where}: ${step.changes.map(({ path }) => spokenPath(path)).join(', ')}`
}
