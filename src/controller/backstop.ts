import type { Clock } from '../kit/clock.ts'
import { messageOf } from '../kit/errors.ts'
import type { KubeClient } from '../kube/kube-client.ts'
import { KubeError } from '../kube/kube-error.ts'
import { microTime } from '../kube/lease.ts'
import { FAULTS, NODE_FAULTS } from '../kube/resources.ts'
import { conditionsOf } from '../model/cluster/conditions.ts'
import type { FaultCondition, FaultObject, TargetStatus } from '../model/cluster/fault-object.ts'
import type { FaultEvents } from './fault-events.ts'
import { type FaultsView, isOver } from './faults-view.ts'
import { applyStatus } from './status-writer.ts'

/** An actor has this long after the end of a fault to say that it has ended. */
const GRACE_MS = 15_000
/** And this long to say anything at all about a target, */
const SILENCE_MS = 10_000
/** or this long while others are still being spoken of: hundreds that are asked for at once are begun one after the other. */
const BUSY_SILENCE_MS = 60_000
/** Recovered faults are kept for a while, to be looked at. */
const KEEP_MS = 3_600_000
/** Another manager than that of the actor, whose next word then takes the condition over again. */
const BACKSTOP_MANAGER = 'seaworthy-backstop'

export interface BackstopParts {
  readonly client: KubeClient
  readonly clock: Clock
  readonly faults: FaultsView
  readonly events: FaultEvents
  /** Whether the run may still want to look at its faults. */
  readonly isRunAlive: (fault: FaultObject) => boolean
  /** Where a target is, for words: `on node node-1`, `which is not there`; undefined where nothing can be said. */
  readonly placeOf: (fault: FaultObject, target: string) => Promise<string | undefined>
  readonly onTrouble: (detail: string) => void
}

/** Speaks for actors that are silent: a fault never stays without a word, nor for ever. `check` looks once at all of them. */
export class Backstop {
  readonly #parts: BackstopParts
  readonly #told = new Map<string, string>()
  /** When each was first seen: while nobody could reach the server, silence says nothing. */
  readonly #seen = new Map<string, number>()
  /** How many targets have been spoken of, and when it last became more. */
  #spoken = { targets: 0, sinceMs: 0 }

  constructor(parts: BackstopParts) {
    this.#parts = parts
  }

  async check(): Promise<void> {
    const faults = this.#parts.faults.all()
    this.#countSpoken(faults)
    for (const fault of faults) {
      try {
        await this.#checkOne(fault)
      } catch (error) {
        // Gone, or changed meanwhile: the next look is at what it is then.
        if (!(error instanceof KubeError && [404, 409].includes(error.status)))
          this.#parts.onTrouble(`${fault.metadata.name}: ${messageOf(error)}`)
      }
    }
    const live = new Set(faults.map(({ metadata }) => metadata.uid ?? ''))
    for (const known of [this.#told, this.#seen]) for (const uid of known.keys()) if (!live.has(uid)) known.delete(uid)
  }

  #countSpoken(faults: readonly FaultObject[]): void {
    const targets = faults.reduce((sum, fault) => sum + answersOf(fault).length, 0)
    // Faults that are gone take their targets with them, which is no word of anybody.
    const sinceMs = targets > this.#spoken.targets ? this.#parts.clock.now() : this.#spoken.sinceMs
    this.#spoken = { targets, sinceMs }
  }

  async #checkOne(fault: FaultObject): Promise<void> {
    const now = this.#parts.clock.now()
    if (this.#isOld(fault, now)) {
      const { name, namespace, uid } = fault.metadata
      const resource = fault.kind === 'NodeFault' ? NODE_FAULTS : FAULTS
      await this.#parts.client.remove(resource, name, namespace, uid === undefined ? {} : { uid })
      return
    }
    const uid = fault.metadata.uid ?? ''
    const seenAt = this.#seen.get(uid) ?? now
    this.#seen.set(uid, seenAt)
    const trouble = overdue(fault, now, seenAt) ?? this.#silent(fault, now, seenAt)
    if (trouble) return this.#tell(fault, trouble)
    this.#told.delete(uid)
    await this.#takeBack(fault)
  }

  #silent(fault: FaultObject, now: number, seenAt: number): Trouble | undefined {
    const isBusy = this.#spoken.sinceMs + SILENCE_MS > now
    const silenceMs = isBusy ? BUSY_SILENCE_MS : SILENCE_MS
    return seenAt + silenceMs > now ? undefined : silent(fault, silenceMs)
  }

  /** The actor has spoken by now, perhaps while this one did: what was said in its place does not stand. */
  async #takeBack(fault: FaultObject): Promise<void> {
    const { spec, status, metadata } = fault
    const former = status?.conditions ?? []
    if (!former.some(({ type, status: is, reason }) => type === 'Failed' && is === 'True' && isOurs(reason))) return
    const records = new Map((status?.targets ?? []).map((record) => [record.uid, record]))
    const at = microTime(this.#parts.clock.now())
    const all = conditionsOf(spec, records, metadata.generation, former, at)
    await this.#write(
      fault,
      all.filter(({ type }) => type === 'Failed'),
    )
  }

  /** Only over what was looked at: an actor's word that came in between stands. */
  async #write(fault: FaultObject, conditions: FaultCondition[]): Promise<void> {
    await applyStatus(this.#parts.client, fault, { conditions }, BACKSTOP_MANAGER, { unchanged: true })
  }

  #isOld(fault: FaultObject, now: number): boolean {
    const records = fault.status?.targets ?? []
    if (records.length === 0 || !records.every(isOver) || this.#parts.isRunAlive(fault)) return false
    const last = Math.max(
      Date.parse(fault.metadata.creationTimestamp ?? '') || now,
      ...records.map(({ recoveredAt }) => Date.parse(recoveredAt ?? '') || 0),
    )
    return now - last > KEEP_MS
  }

  async #tell(fault: FaultObject, { reason, names, message }: Trouble): Promise<void> {
    const spoken = await Promise.all(names.slice(0, 5).map((name) => this.#withPlace(fault, name)))
    const text = `${message}: ${spoken.join(', ')}${names.length > spoken.length ? ` and ${names.length - spoken.length} others` : ''}`
    const uid = fault.metadata.uid ?? ''
    if (this.#told.get(uid) === text) return
    const condition: FaultCondition = {
      type: 'Failed',
      status: 'True',
      reason,
      message: text.slice(0, 2_000),
      lastTransitionTime: microTime(this.#parts.clock.now()),
      ...(fault.metadata.generation === undefined ? {} : { observedGeneration: fault.metadata.generation }),
    }
    await this.#write(fault, [condition])
    this.#told.set(uid, text)
    this.#parts.events.tell(fault, 'Warning', reason, text)
  }

  async #withPlace(fault: FaultObject, target: string): Promise<string> {
    const place = await this.#parts.placeOf(fault, target)
    return place === undefined ? target : `${target} ${place}`
  }
}

const REASONS = ['Overdue', 'NoAnswer'] as const

function isOurs(reason: string): boolean {
  return REASONS.some((one) => one === reason)
}

interface Trouble {
  readonly reason: (typeof REASONS)[number]
  readonly message: string
  readonly names: readonly string[]
}

/** Targets on which it should have ended, and nobody says so. */
function overdue({ status }: FaultObject, now: number, seenAt: number): Trouble | undefined {
  const late = (status?.targets ?? []).filter((record) => isLate(record, now, seenAt))
  if (late.length === 0) return undefined
  return {
    reason: 'Overdue',
    message: `its time was over more than ${GRACE_MS / 1_000} s ago, and nobody says that it has ended`,
    names: late.map(({ name, uid }) => name ?? uid),
  }
}

function isLate(record: TargetStatus, now: number, seenAt: number): boolean {
  if (record.expiresAt === undefined || isOver(record)) return false
  return Math.max(seenAt, Date.parse(record.expiresAt)) + GRACE_MS < now
}

/** Targets of which nobody speaks: there is no daemon on their node, or it does not answer. */
function silent(fault: FaultObject, silenceMs: number): Trouble | undefined {
  const { spec } = fault
  if (spec.end !== undefined) return undefined
  const spoken = new Set(answersOf(fault).map(({ uid }) => uid))
  const replaced = new Set(spec.targets.flatMap(({ replaces }) => replaces ?? []))
  const names = spec.targets.filter(({ uid }) => !spoken.has(uid) && !replaced.has(uid)).map(({ name }) => name)
  if (names.length === 0) return undefined
  return { reason: 'NoAnswer', message: `nobody has said anything for ${silenceMs / 1_000} s about`, names }
}

/** One that waits for its pod says so, before it says anything else. */
function answersOf({ status }: FaultObject): readonly TargetStatus[] {
  return (status?.targets ?? []).filter(({ phase, message }) => phase !== undefined || message !== undefined)
}
