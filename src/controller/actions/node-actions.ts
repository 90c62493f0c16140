import type { KubeClient } from '../../kube/kube-client.ts'
import { NODES, PODS } from '../../kube/resources.ts'
import type { ApiAction } from '../../model/cluster/api-action.ts'
import { PROTECTED_NAMESPACES } from '../../model/cluster/fault-object.ts'
import { PART_OF, PART_OF_LABEL } from '../../model/cluster/permission.ts'
import { type FieldChange, present, samePresent, valueAt } from '../fields.ts'
import { isReady, type Node, type Pod, type Taint } from '../objects.ts'
import type { FieldsStep } from '../undo-step.ts'
import { evict } from './evict.ts'
import type { ActionContext, BackgroundContext, PlannedAction, ReadingContext } from './planned-action.ts'
import { fieldsStep, write } from './workload-actions.ts'

export function planCordon(context: ActionContext): PlannedAction {
  const step = cordonStep(context)
  return { undo: [step], perform: () => write(context, step) }
}

/** A node that is cordoned already stays so afterwards: then there is no change to put back. */
function cordonStep(context: ActionContext): FieldsStep {
  const before = present((context.object as Node).spec?.unschedulable)
  return fieldsStep(context, [{ path: ['spec', 'unschedulable'], before, after: { value: true } }])
}

type Drain = Extract<ApiAction, { do: 'drain' }>

/** Cordoned at once, and a first round of evictions; the others follow while the fault is on. */
export function planDrain({ onlyNamespaces }: Drain, context: ActionContext): PlannedAction {
  const step = cordonStep(context)
  return {
    undo: [step],
    perform: async () => {
      await write(context, step)
      return refusalsOf(await evictAll(context.client, context.target.name, onlyNamespaces))
    },
  }
}

/** Evicts until all pods have gone or the signal comes: budgets let few go at a time. */
export async function goOnDraining({ onlyNamespaces }: Drain, context: BackgroundContext): Promise<void> {
  const { client, clock, target, signal } = context
  const round = () => evictAll(client, target.name, onlyNamespaces)
  for (let left = await round(); left.pods > 0; left = await round()) await clock.sleep(DRAIN_EVERY_MS, signal)
}

const DRAIN_EVERY_MS = 1_000

interface Round {
  readonly pods: number
  readonly refusals: readonly string[]
}

async function evictAll(
  client: KubeClient,
  node: string,
  onlyNamespaces: readonly string[] | undefined,
): Promise<Round> {
  const pods = await evictablePods(client, node, onlyNamespaces)
  const staying = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  const refusals = await Promise.all(
    staying.map(async ({ metadata: { name, namespace = '', uid = '' } }) => {
      const refusal = await evict(client, namespace, { name, uid }, undefined)
      return refusal === undefined ? [] : [`${namespace}/${name}: ${refusal}`]
    }),
  )
  return { pods: pods.length, refusals: refusals.flat() }
}

function refusalsOf({ refusals }: Round): string | undefined {
  return refusals.length === 0 ? undefined : `not evicted yet: ${refusals.join('; ')}`
}

/** Never those of daemons and static pods, which come back at once, nor ours, nor those of protected namespaces. */
async function evictablePods(
  client: KubeClient,
  node: string,
  onlyNamespaces: readonly string[] | undefined,
): Promise<readonly Pod[]> {
  const pods = await client.list<Pod>(PODS, { fields: `spec.nodeName=${node}` })
  return pods.filter(({ metadata, status }) => {
    const { namespace = '', ownerReferences = [], annotations = {}, labels = {} } = metadata
    if (PROTECTED_NAMESPACES.includes(namespace) || labels[PART_OF_LABEL] === PART_OF) return false
    if (onlyNamespaces && !onlyNamespaces.includes(namespace)) return false
    const stays = ownerReferences.some(({ kind, controller }) => controller === true && kind === 'DaemonSet')
    const ended = status?.phase === 'Succeeded' || status?.phase === 'Failed'
    return !stays && !ended && annotations['kubernetes.io/config.mirror'] === undefined
  })
}

export function planTaint(
  { key, value, effect }: Extract<ApiAction, { do: 'taint' }>,
  context: ActionContext,
): PlannedAction {
  const taints = (context.object as Node).spec?.taints
  const taint: Taint = { key, effect, ...(value === '' ? {} : { value }) }
  const item: FieldChange = {
    path: ['spec', 'taints', { match: { key, effect } }],
    before: present(taints?.find((one) => one.key === key && one.effect === effect)),
    after: { value: taint },
  }
  // The list comes with its first item, and an empty one is as good as none.
  const list: FieldChange = { path: ['spec', 'taints'], before: { absent: true }, after: { value: [] } }
  const undone = fieldsStep(context, [item])
  const steps = taints === undefined ? [list, item] : [item]
  return { undo: [undone], perform: () => write(context, fieldsStep(context, steps)) }
}

/** `stopped` while what the fault wrote is so. */
export async function readNode({ client, target, undo }: ReadingContext, drain?: Extract<ApiAction, { do: 'drain' }>) {
  const node = await client.get<Node>(NODES, target.name)
  if (!node) return { identity: '', ready: false, fact: 'gone' }
  const changes = undo.flatMap((step) => (step.undo === 'fields' ? step.changes : []))
  const holds = changes.length > 0 && changes.every(({ path, after }) => samePresent(valueAt(node, path), after))
  const left = drain && (await evictablePods(client, target.name, drain.onlyNamespaces)).length
  return {
    identity: node.metadata.uid ?? '',
    ready: isReady(node),
    state: holds ? ('stopped' as const) : ('running' as const),
    ...(left === undefined ? {} : { running: left }),
    fact: factOf(node),
  }
}

function factOf({ spec }: Node): string {
  const taints = (spec?.taints ?? []).map(({ key, value, effect }) => `${key}${value ? `=${value}` : ''}:${effect}`)
  const words = [
    spec?.unschedulable === true ? 'unschedulable' : 'schedulable',
    ...taints.map((taint) => `taint ${taint}`),
  ]
  return words.join(', ').slice(0, 500)
}
