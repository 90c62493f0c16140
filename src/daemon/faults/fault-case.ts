import { conditionsOf } from '../../model/cluster/conditions.ts'
import type {
  FaultCondition,
  FaultObject,
  FaultStatus,
  FaultTarget,
  TargetStatus,
} from '../../model/cluster/fault-object.ts'
import type { FaultIdentity } from '../journal/journal-entry.ts'
import type { PodObject } from '../objects.ts'
import type { Wish } from './machine.ts'
import { forbiddenBy } from './permission.ts'
import type { Urgency } from './run-listener.ts'
import type { RunSetting } from './run-setting.ts'
import type { Request } from './safety.ts'
import { TargetRun } from './target-run.ts'
import { rfc3339 } from './times.ts'
import { WitnessRun } from './witness-run.ts'

export interface CaseListener {
  readonly changed: (faultCase: FaultCase, urgency: Urgency) => void
  readonly told: (fault: FaultIdentity, target: string, reason: string, message: string) => void
}

/** One Fault object as far as it concerns this node: its targets here, and what is written about them. */
export class FaultCase {
  identity: FaultIdentity
  readonly runs = new Map<string, TargetRun>()
  readonly #witnesses = new Map<string, WitnessRun>()
  readonly #setting: RunSetting
  readonly #listener: CaseListener
  readonly #typeOf: (name: string) => Request['type']
  #conditions: readonly FaultCondition[] = []
  /** Undefined before it was seen, and once it was deleted. */
  object: FaultObject | undefined

  constructor(
    identity: FaultIdentity,
    setting: RunSetting,
    listener: CaseListener,
    typeOf: (name: string) => Request['type'],
  ) {
    this.identity = identity
    this.#setting = setting
    this.#listener = listener
    this.#typeOf = typeOf
  }

  /** The object as it is now, or the same once more because something that it depends on has changed. */
  follow(object: FaultObject): void {
    this.object = object
    this.identity = identityOf(object, this.identity.uid)
    if (this.#conditions.length === 0) this.#conditions = object.status?.conditions ?? []
    const type = this.#typeOf(object.spec.type)
    for (const target of object.spec.targets) {
      if (!this.runs.has(target.uid) && !this.#isHere(object, target)) continue
      const request = { object, target, type }
      if (type?.cluster.actor !== 'controller') this.#followTarget(request)
      if (type && type.cluster.crossing === 'witness') this.#followTraffic(request)
    }
    this.#endDropped(object)
    if (this.runs.size > 0 && this.settled) this.#listener.changed(this, this.#hasNews(object) ? 'now' : 'soon')
  }

  /** The object is gone: what it asked for ends, and nobody is left to be told. */
  removed(): void {
    const object = this.object
    this.object = undefined
    for (const run of this.runs.values()) run.end(this.#endReason(object))
    this.#endWitnesses()
  }

  podChanged(name: string, pod: PodObject | undefined): void {
    for (const run of this.runs.values()) {
      if (run.target.name !== name || this.identity.kind === 'NodeFault') continue
      run.podChanged(pod?.metadata.uid === run.target.uid ? pod : undefined)
    }
  }

  run(target: FaultTarget): TargetRun {
    const known = this.runs.get(target.uid)
    if (known) return known
    const run = new TargetRun(this.identity, target, this.#setting, {
      changed: (urgency) => this.#listener.changed(this, this.#isWaitedFor(urgency) ? 'now' : 'soon'),
      told: (reason, message) => this.#listener.told(this.identity, target.name, reason, message),
    })
    this.runs.set(target.uid, run)
    return run
  }

  get settled(): boolean {
    return [...this.runs.values()].every((run) => run.settled)
  }

  /** All that this daemon has to say of it; undefined when that is nothing. */
  status(): FaultStatus | undefined {
    const targets = [...this.runs.values()]
      .map(({ record }) => record)
      .filter(({ phase, message }) => phase !== undefined || message !== undefined)
    const witness = [...this.#witnesses].flatMap(([uid, { packets }]) =>
      packets === undefined ? [] : [{ uid, packets }],
    )
    if (targets.length === 0 && witness.length === 0) return undefined
    return {
      ...(targets.length > 0 ? { targets } : {}),
      ...(witness.length > 0 ? { witness } : {}),
      ...(this.#writesConditions() || this.#isAllOver() ? { conditions: [...this.#judge()] } : {}),
    }
  }

  async shutdown(): Promise<void> {
    await Promise.all([
      ...[...this.runs.values()].map((run) => run.shutdown()),
      ...[...this.#witnesses.values()].map((witness) => witness.end()),
    ])
  }

  #followTarget(request: Request): void {
    const { object, target } = request
    const run = this.run(target)
    if (target.replaces !== undefined) run.capAt(this.#endOf(object, target.replaces))
    run.follow(request, this.#wishOf(object, run))
  }

  #followTraffic(request: Request): void {
    const { object, target, type } = request
    const { world, tools } = this.#setting
    const pod = world.pod(object.metadata.namespace ?? '', target.name)
    const known = this.#witnesses.get(target.uid)
    const isOver = object.spec.end !== undefined || object.metadata.deletionTimestamp !== undefined
    if (known) {
      if (isOver) this.#endWitnesses()
      else if (object.spec.active) known.read().catch(() => undefined)
      return
    }
    if (isOver || !pod || pod.metadata.uid !== target.uid || forbiddenBy(object, target, type?.cluster, world)) return
    const witness = new WitnessRun(this.#setting, () => this.#listener.changed(this, 'soon'))
    this.#witnesses.set(target.uid, witness)
    witness.place(() => tools.findPod(pod), target.name)
  }

  #endWitnesses(): void {
    for (const witness of this.#witnesses.values()) {
      const end = witness.end().then(() => this.#listener.changed(this, 'soon'))
      end.catch((error: unknown) => this.#setting.onTrouble(`a counter was not removed: ${String(error)}`))
    }
  }

  /** Targets that the spec names no more. */
  #endDropped(object: FaultObject): void {
    const named = new Set(object.spec.targets.map(({ uid }) => uid))
    for (const [uid, run] of this.runs) if (!named.has(uid)) run.end('request')
  }

  #wishOf(object: FaultObject, run: TargetRun): Wish {
    if (object.metadata.deletionTimestamp !== undefined) return { wish: 'end', reason: this.#endReason(object) }
    if (object.spec.end) return { wish: 'end', reason: object.spec.end.by }
    if (object.spec.active !== false) return { wish: 'inject' }
    return run.touched ? { wish: 'end', reason: 'request' } : { wish: 'prepare' }
  }

  #endReason(object: FaultObject | undefined): 'request' | 'cleanup' {
    const namespace = this.#setting.world.namespace(object?.metadata.namespace ?? '')
    if (object?.kind === 'NodeFault') return 'request'
    return namespace && namespace.metadata.deletionTimestamp === undefined ? 'request' : 'cleanup'
  }

  /** Whether it is this node's to hurt or to refuse. A pod of another node's daemon may have had the name before. */
  #isHere(object: FaultObject, target: FaultTarget): boolean {
    const { world } = this.#setting
    if (object.kind === 'NodeFault') return target.kind === 'Node' && target.name === world.nodeName
    if (target.kind !== 'Pod') return false
    const pod = world.pod(object.metadata.namespace ?? '', target.name)
    if (!pod || pod.metadata.uid === target.uid) return pod !== undefined
    const record = object.status?.targets?.find(({ uid }) => uid === target.uid)
    return record === undefined || record.node === world.nodeName
  }

  /** When the target that this one took the place of would have been over; other nodes say theirs in the status. */
  #endOf(object: FaultObject, uid: string): number {
    const record = this.runs.get(uid)?.record ?? object.status?.targets?.find((target) => target.uid === uid)
    const end = Date.parse(record?.expiresAt ?? '')
    return Number.isNaN(end) ? Number.POSITIVE_INFINITY : end
  }

  #writesConditions(): boolean {
    const first = this.object?.spec.targets[0]
    return first !== undefined && this.runs.has(first.uid)
  }

  /**
   * The end is said by whoever sees that nothing is on any more: the daemon that writes the conditions would have to be told
   * first, and somebody waits for it. Only of a fault that was asked to end, since then nothing can become otherwise, and who
   * has once written them never stops to: fields that nobody writes any more are taken out by the server.
   */
  #isAllOver(): boolean {
    if (!this.object?.spec.end) return false
    const records = this.#records(this.object)
    return this.object.spec.targets.every(({ uid }) => records.get(uid)?.recoveredAt !== undefined)
  }

  /**
   * While other targets, here or on other nodes, are still under way, what happened to one changes no condition, and is told
   * along with the one that does: a write more would only be in the way of theirs.
   */
  #isWaitedFor(urgency: Urgency): boolean {
    if (urgency === 'soon') return false
    return !this.object || !this.#writesConditions() || this.#hasNews(this.object)
  }

  /**
   * What the daemons of other nodes have told may be the last that a condition waited for, and with it whoever asked. Nobody
   * waits for one to be true no more: at an end that would be a write of its own, before the one that says that it is over.
   */
  #hasNews(object: FaultObject): boolean {
    if (!this.#writesConditions()) return false
    const told = new Set(
      (object.status?.conditions ?? []).flatMap(({ type, status }) => (status === 'True' ? type : [])),
    )
    return this.#judge().some(({ type, status }) => status === 'True' && !told.has(type))
  }

  #judge(): readonly FaultCondition[] {
    const object = this.object
    if (!object) return this.#conditions
    const at = rfc3339(this.#setting.clock.now())
    const former = this.#writesConditions() ? this.#conditions : (object.status?.conditions ?? [])
    this.#conditions = conditionsOf(object.spec, this.#records(object), object.metadata.generation, former, at)
    return this.#conditions
  }

  /** Of this node as they are, of the others as they were told. */
  #records({ status }: FaultObject): ReadonlyMap<string, TargetStatus> {
    const own = [...this.runs.values()].map(({ record }) => record)
    return new Map([...(status?.targets ?? []), ...own].map((record) => [record.uid, record]))
  }
}

export function identityOf({ kind, metadata, spec }: FaultObject, uid: string): FaultIdentity {
  return { kind, namespace: metadata.namespace, name: metadata.name, uid, type: spec.type }
}
