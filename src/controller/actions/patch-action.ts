import { SeaworthyError } from '../../kit/errors.ts'
import type { KubeObject, Resource } from '../../kube/kube-client.ts'
import type { ApiAction } from '../../model/cluster/api-action.ts'
import { PART_OF, PART_OF_LABEL } from '../../model/cluster/permission.ts'
import { differences } from '../difference.ts'
import { type FieldChange, type FieldPath, type Present, sameJson, samePresent, valueAt } from '../fields.ts'
import type { FieldsStep } from '../undo-step.ts'
import { refuseForeign } from './object-actions.ts'
import type { ActionContext, PlannedAction, ReadingContext } from './planned-action.ts'
import { refusePowers } from './powers.ts'
import { write } from './workload-actions.ts'

type Patch = Extract<ApiAction, { do: 'patch' }>

/**
 * Asks the server first what the patch would make of the object. Exactly the fields that differ are then written, and later put
 * back: with what the server itself fills in or writes in another form, which the patch alone does not tell.
 */
export async function planPatch(action: Patch, context: ActionContext): Promise<PlannedAction> {
  const { client, fault } = context
  const { resource, object } = await patchedObject(action, context)
  const { name, uid = '', namespace } = object.metadata
  const after = await client.patch(resource, name, namespace, action.patch, { type: action.patchType, dryRun: true })
  const changes = differences(object, after)
  if (changes.length === 0)
    throw new SeaworthyError('ENGINE', `the patch changes nothing in ${resource.kind}/${name}`, { target: name })
  if (namespace !== fault.metadata.namespace)
    throw new SeaworthyError('ENGINE', `${resource.kind}/${name} lies in another namespace`, { target: name })
  refusePowers(after, object)
  const step: FieldsStep = {
    undo: 'fields',
    resource,
    name,
    namespace,
    uid,
    changes: [...changes, ...heldAlready(action, object, changes)],
  }
  return { undo: [step], perform: () => write(context, step) }
}

/** Fields that the patch names and that have its values, perhaps by another fault: they are this one's as well. */
function heldAlready({ patch, patchType }: Patch, object: KubeObject, changes: readonly FieldChange[]): FieldChange[] {
  const named = patchType === 'merge' ? leavesOf(patch, []) : operationsOf(patch)
  const others = named.filter(({ path }) => !changes.some((change) => isAlong(change.path, path)))
  return others.flatMap(({ path, value }) => {
    const now = valueAt(object, path)
    return samePresent(now, value) ? [{ path, before: now, after: now }] : []
  })
}

interface Named {
  readonly path: readonly string[]
  readonly value: Present
}

function leavesOf(patch: unknown, path: readonly string[]): readonly Named[] {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch))
    return [{ path, value: patch === null ? { absent: true } : { value: patch } }]
  return Object.entries(patch).flatMap(([name, value]) => leavesOf(value, [...path, name]))
}

/** Places in lists are not looked for: what stands there may be another item by then. */
function operationsOf(patch: unknown): readonly Named[] {
  const operations = patch as readonly { readonly op: string; readonly path: string; readonly value?: unknown }[]
  return operations
    .filter(({ op }) => op === 'add' || op === 'replace')
    .map(({ path, value }) => ({
      path: path
        .split('/')
        .slice(1)
        .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~')),
      value: { value },
    }))
}

/** One lies in the other. */
function isAlong(one: FieldPath, other: FieldPath): boolean {
  const [shorter, longer] = one.length < other.length ? [one, other] : [other, one]
  return shorter.every((segment, at) => sameJson(segment, longer[at]))
}

async function patchedObject(
  { object: named }: Patch,
  { client, kinds, fault, resource, object, target }: ActionContext,
): Promise<{ readonly resource: Resource; readonly object: KubeObject }> {
  if (!named) {
    refuseForeign(resource)
    // The look at the target is a moment old: its fields are read again, with the same UID.
    const fresh = await client.get<KubeObject>(resource, target.name, fault.metadata.namespace)
    return { resource, object: fresh?.metadata.uid === target.uid ? fresh : object }
  }
  const other = await kinds.find(named.kind, named.apiVersion)
  refuseForeign(other)
  const found = await client.get<KubeObject>(other, named.name, fault.metadata.namespace)
  if (!found) throw new SeaworthyError('ENGINE', `there is no ${named.kind}/${named.name}`, { target: named.name })
  if (found.metadata.labels?.[PART_OF_LABEL] === PART_OF)
    throw new SeaworthyError('ENGINE', `${named.kind}/${named.name} is a part of Seaworthy itself`, {
      target: named.name,
    })
  return { resource: other, object: found }
}

export async function readPatched({ client, undo }: ReadingContext) {
  const [step] = undo.flatMap((one) => (one.undo === 'fields' ? [one] : []))
  if (!step) return { state: 'running' as const }
  const object = await client.get<KubeObject>(step.resource, step.name, step.namespace)
  if (!object) return { identity: '', state: 'gone' as const, fact: 'gone' }
  const held = step.changes.filter(({ path, after }) => samePresent(valueAt(object, path), after)).length
  return {
    identity: object.metadata.uid ?? '',
    state: held === step.changes.length ? ('stopped' as const) : ('running' as const),
    fact: `${held} of ${step.changes.length} fields as written`,
  }
}
