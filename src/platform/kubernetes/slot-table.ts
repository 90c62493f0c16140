import type { SlotPod } from '../../model/cluster/targets.ts'
import type { PreviewWorkload } from './preview.ts'
import { isReady, type Pod, restartsOf } from './shapes.ts'
import { slotNamer } from './slot-names.ts'

/** The pod that a slot holds. */
export interface HeldPod extends SlotPod {
  readonly ips: readonly string[]
  readonly containers: readonly string[]
  readonly restarts: number
  /** It was asked to end, and nobody has taken its place yet. */
  readonly ending: boolean
}

export interface SlotSnapshot {
  readonly workload: string
  readonly slot: string
  readonly pod: HeldPod | undefined
}

/** What became of a slot by one update. */
export type SlotChange =
  | {
      readonly change: 'filled'
      readonly slot: string
      readonly pod: HeldPod
      /** The last pod that was here; and the same when it stood here until now. */
      readonly formerUid: string | undefined
      readonly was: HeldPod | undefined
    }
  | { readonly change: 'emptied'; readonly slot: string; readonly pod: HeldPod }
  | { readonly change: 'changed'; readonly slot: string; readonly pod: HeldPod; readonly was: HeldPod }

interface Slot {
  readonly name: string
  pod: HeldPod | undefined
  /** The last pod that was here: whoever comes takes its place. */
  lastUid: string | undefined
}

/**
 * Which pod stands where a plan says `web-1`. There are as many slots as a workload is meant to have pods; a pod keeps its
 * slot for life, and one that comes takes the place of one that went. Pods beyond the slots (of a rollout) wait for one.
 */
export class SlotTable {
  readonly #workloads = new Map<string, Slot[]>()
  #namer = slotNamer([])

  /** Of every workload, in its order. */
  slots(workload: string): readonly string[] {
    return (this.#workloads.get(workload) ?? []).map(({ name }) => name)
  }

  podOf(slot: string): HeldPod | undefined {
    return this.#find(slot)?.pod
  }

  workloadOf(slot: string): string | undefined {
    return [...this.#workloads].find(([, slots]) => slots.some(({ name }) => name === slot))?.[0]
  }

  /** JSON-serialisable, in the order of the workloads' names. */
  snapshot(): readonly SlotSnapshot[] {
    return [...this.#workloads].flatMap(([workload, slots]) =>
      slots.map(({ name, pod }) => ({ workload, slot: name, pod })),
    )
  }

  /** Takes over what is there now, and says what changed. */
  update(preview: readonly PreviewWorkload[]): readonly SlotChange[] {
    // Names once given stay: a plan has them.
    if (this.#workloads.size === 0) this.#namer = slotNamer(preview.map(({ name }) => name))
    const present = new Set(preview.map(({ name }) => name))
    const gone = [...this.#workloads].filter(([name]) => !present.has(name))
    return [
      ...gone.flatMap(([, slots]) => settle(slots, [], 'Deployment')),
      ...preview.flatMap((workload) => settle(this.#slotsFor(workload), workload.pods, workload.kind)),
    ]
  }

  #slotsFor({ name, desired, kind, pods }: PreviewWorkload): Slot[] {
    const slots = this.#workloads.get(name) ?? []
    this.#workloads.set(name, slots)
    const highest = kind === 'StatefulSet' ? Math.max(-1, ...pods.map(ordinalOf)) + 1 : 0
    while (slots.length < Math.max(desired, highest))
      slots.push({ name: this.#namer(name, slots.length), pod: undefined, lastUid: undefined })
    return slots
  }

  #find(name: string): Slot | undefined {
    for (const slots of this.#workloads.values()) {
      const slot = slots.find((candidate) => candidate.name === name)
      if (slot) return slot
    }
    return undefined
  }
}

function settle(slots: readonly Slot[], pods: readonly Pod[], kind: string): readonly SlotChange[] {
  const before = slots.map(({ pod }) => pod)
  const held = pods.map(heldPod)
  for (const slot of slots) slot.pod = held.find(({ uid }) => uid === slot.pod?.uid)
  const placed = new Set(slots.map(({ pod }) => pod?.uid))
  for (const pod of held) {
    if (placed.has(pod.uid) || pod.ending) continue
    const slot = placeFor(slots, before, pod, kind)
    if (slot) slot.pod = pod
  }
  return slots.flatMap((slot, place) => changesOf(slot, before[place]))
}

/** A place of its own name or node first, then one that was left empty, then one whose pod is ending. */
function placeFor(
  slots: readonly Slot[],
  before: readonly (HeldPod | undefined)[],
  pod: HeldPod,
  kind: string,
): Slot | undefined {
  if (kind === 'StatefulSet') return slots[ordinalOf({ metadata: { name: pod.name } })]
  const free = slots.filter((slot) => slot.pod === undefined || slot.pod.ending)
  const sameNode = free.find((slot) => pod.node !== undefined && before[slots.indexOf(slot)]?.node === pod.node)
  if (kind === 'DaemonSet' && sameNode) return sameNode
  return free.find((slot) => slot.pod === undefined) ?? free[0]
}

function changesOf(slot: Slot, was: HeldPod | undefined): readonly SlotChange[] {
  const { name, pod } = slot
  if (!pod) return was ? [{ change: 'emptied', slot: name, pod: was }] : []
  const formerUid = slot.lastUid
  slot.lastUid = pod.uid
  if (was?.uid !== pod.uid) return [{ change: 'filled', slot: name, pod, formerUid, was }]
  return JSON.stringify(was) === JSON.stringify(pod) ? [] : [{ change: 'changed', slot: name, pod, was }]
}

/** 2 for `db-2`; -1 where there is no number. */
function ordinalOf({ metadata: { name } }: { readonly metadata: { readonly name: string } }): number {
  const digits = /-(\d{1,9})$/.exec(name)?.[1]
  return digits === undefined ? -1 : Number(digits)
}

function heldPod(pod: Pod): HeldPod {
  return {
    name: pod.metadata.name,
    uid: pod.metadata.uid ?? '',
    node: pod.spec.nodeName,
    ready: isReady(pod),
    ips: (pod.status?.podIPs ?? []).map(({ ip }) => ip),
    containers: pod.spec.containers.map(({ name }) => name),
    restarts: restartsOf(pod),
    ending: pod.metadata.deletionTimestamp !== undefined,
  }
}
