import { messageOf } from '../kit/errors.ts'
import type { Resource } from '../kube/kube-client.ts'
import { KubeError } from '../kube/kube-error.ts'
import { microTime } from '../kube/lease.ts'
import type { ApiAction } from '../model/cluster/api-action.ts'
import type { FaultObject, FaultTarget, TargetStatus } from '../model/cluster/fault-object.ts'
import { goOn, look } from './actions/actions.ts'
import type { Counters } from './actions/planned-action.ts'
import type { Holder } from './change-stack.ts'
import { type Prepared, prepareTarget } from './prepare-target.ts'
import type { Setting } from './setting.ts'
import type { RecordedTarget } from './undo-records.ts'
import { spokenStep, type UndoStep } from './undo-step.ts'

export type EndReason = NonNullable<TargetStatus['endReason']>

/** Milliseconds since the epoch. */
interface InjectTimes {
  readonly createdAtMs: number | undefined
  /** When the fault ends on those that have it already. */
  readonly endsAtMs: number | undefined
}

/** An effect that comes late is still one: it is looked for until the fault ends, more and more seldom. */
const OFTEN_FOR_MS = 10_000
const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 1_000
const LATER_PAUSE_MS = 5_000
const LONGEST_MESSAGE = 1_000
const FORBIDDEN = 403

/** One target of one fault, and what this controller has done to it. */
export class TargetRun implements Holder {
  readonly target: FaultTarget
  record: TargetStatus
  action: ApiAction | undefined
  /** What must be put back; recorded before it was done. */
  undo: readonly UndoStep[] = []
  onRebased: () => Promise<void> = async () => undefined
  readonly #setting: Setting
  readonly #counters: Counters = { came: 0 }
  #prepared: Prepared | undefined
  #resource: Resource | undefined
  #stop: AbortController | undefined
  /** When it was prepared, as its stack counts. */
  #preparedAt = 0
  #since: number | undefined
  /** Steps that were put back: places in `undo`. */
  readonly #done = new Set<number>()

  constructor(setting: Setting, target: FaultTarget, record?: TargetStatus, recorded?: RecordedTarget) {
    this.#setting = setting
    this.target = target
    this.record = record ?? { uid: target.uid, name: target.name }
    this.action = recorded?.action
    this.undo = recorded?.undo ?? []
    this.#since = recorded?.since
  }

  /** Something of it may be in the cluster. */
  get isOn(): boolean {
    return this.record.phase === 'Injected' || (this.record.leftovers ?? []).length > 0
  }

  get isPrepared(): boolean {
    return this.record.phase === 'Prepared'
  }

  get isRefused(): boolean {
    return this.record.phase === 'Refused'
  }

  get recorded(): RecordedTarget | undefined {
    if (!this.action || this.undo.length === 0) return undefined
    return { uid: this.target.uid, name: this.target.name, action: this.action, undo: this.undo, since: this.#since }
  }

  /** What an injection would have to put back, as it was thought when it was prepared. */
  get toUndo(): readonly UndoStep[] {
    return this.#prepared?.plans.flatMap((plan) => plan.undo) ?? []
  }

  /** Another fault has changed the same object since. */
  get isStale(): boolean {
    return this.#setting.stack.isStale(this.toUndo, this.#preparedAt)
  }

  /** Finds and checks the target, and looks at it for the first time. Touches nothing. */
  async prepare(fault: FaultObject): Promise<void> {
    const { clock, stack } = this.#setting
    const preparedAt = stack.count
    const preparation = await prepareTarget(this.#setting, fault, this.target)
    if ('refused' in preparation) return this.#refuse(fault, preparation.refused)
    const { prepared } = preparation
    this.#prepared = prepared
    this.#preparedAt = preparedAt
    this.#resource = prepared.resource
    this.action = prepared.actions[0]
    const before = this.record.before ?? (await this.#look(fault, this.toUndo, prepared).catch(forbidden))
    if (typeof before === 'string') return this.#refuse(fault, before)
    // What it was refused for before does not stand in the way any more.
    const { message: _, ...record } = this.record
    this.record = {
      ...record,
      phase: 'Prepared',
      mechanism: prepared.mechanism,
      preparedAt: this.record.preparedAt ?? microTime(clock.now()),
      ...(before && { before }),
    }
  }

  #refuse(fault: FaultObject, why: string): void {
    const { events, onPhase } = this.#setting
    this.#prepared = undefined
    const message = clipped(why)
    if (this.isRefused && this.record.message === message) return
    this.record = { ...this.record, phase: 'Refused', message }
    events.tell(fault, 'Warning', 'Refused', `${this.target.name}: ${why}`)
    onPhase('Refused', fault.spec.type, undefined)
  }

  /** What `inject` will have to put back; it is recorded before that. */
  plan(): void {
    const { stack, clock } = this.#setting
    this.undo = this.toUndo
    this.#since = stack.since(clock.now())
    this.#done.clear()
  }

  /** Puts it on top of what others have changed; when its record is written. */
  stackUp(): void {
    this.#setting.stack.push(this, this.#since ?? 0)
  }

  get since(): number {
    return this.#since ?? 0
  }

  /** What was recorded is put back, and it may begin again. */
  forget(): void {
    this.undo = []
    this.#done.clear()
  }

  /** Does it. Never throws: what could not be done is in the record, and what was done of it by then is to be put back. */
  async inject(fault: FaultObject, { createdAtMs, endsAtMs }: InjectTimes): Promise<void> {
    const { clock, events, onPhase } = this.#setting
    try {
      const remarks: (string | undefined)[] = []
      for (const plan of this.#prepared?.plans ?? []) remarks.push(await plan.perform())
      const remark = remarks.filter((one) => one !== undefined).join('; ')
      const now = clock.now()
      this.record = {
        ...this.record,
        phase: 'Injected',
        injectedAt: microTime(now),
        expiresAt: microTime(Math.min(now + fault.spec.durationMs, endsAtMs ?? Number.POSITIVE_INFINITY)),
        ...(remark !== '' && { message: clipped(remark) }),
      }
      onPhase('Injected', fault.spec.type, createdAtMs === undefined ? undefined : now - createdAtMs)
    } catch (error) {
      this.record = { ...this.record, phase: 'Failed', message: clipped(messageOf(error)) }
      events.tell(fault, 'Warning', 'Failed', `${this.target.name}: ${messageOf(error)}`)
      onPhase('Failed', fault.spec.type, undefined)
    }
  }

  /** Looks until the effect is seen, and keeps on what goes on while the fault is on. Resolves at once. */
  follow(fault: FaultObject, onChange: () => void): void {
    if (this.#stop || !this.action) return
    const stop = new AbortController()
    this.#stop = stop
    const { client, kinds, clock, onTrouble } = this.#setting
    const { target } = this
    const counters = this.#counters
    const told = (error: unknown) => {
      if (!stop.signal.aborted) onTrouble(`${fault.metadata.name} on ${target.name}: ${messageOf(error)}`)
    }
    goOn(this.action, { client, kinds, clock, fault, target, counters, signal: stop.signal }).catch(told)
    this.#watch(fault, stop.signal, onChange).catch(told)
  }

  async #watch(fault: FaultObject, signal: AbortSignal, onChange: () => void): Promise<void> {
    const { clock, typeOf } = this.#setting
    const type = typeOf(fault.spec.type)
    const parameters = type?.parameters.safeParse(fault.spec.parameters)
    const oftenUntilMs = clock.monotonic() + OFTEN_FOR_MS
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs *= 2) {
      const under = await this.#look(fault, this.undo)
      if (signal.aborted) return
      const isNews = JSON.stringify({ ...under, at: 0 }) !== JSON.stringify({ ...this.record.under, at: 0 })
      if (under && isNews) {
        this.record = { ...this.record, under }
        onChange()
      }
      if (type && parameters?.success && type.cluster.effect(parameters.data, [this.record]).effective) return
      const longestMs = clock.monotonic() < oftenUntilMs ? LONGEST_PAUSE_MS : LATER_PAUSE_MS
      pauseMs = Math.min(longestMs, pauseMs)
      await clock.sleep(pauseMs, signal)
    }
  }

  /** Undoes all of it and says so. Idempotent. False when something is left and must be tried again. */
  async end(fault: FaultObject, reason: EndReason): Promise<boolean> {
    this.#stop?.abort()
    if (!this.isOn) {
      if (this.isPrepared) this.record = { ...this.record, phase: 'Recovered', endReason: reason }
      return true
    }
    const undone = this.undo.length > 0
    if (!(await this.putBack(fault))) return false
    const after = await this.#look(fault, this.undo).catch(() => undefined)
    const { phase } = this.record
    this.record = {
      ...this.record,
      phase: phase === 'Failed' ? 'Failed' : 'Recovered',
      recoveredAt: microTime(this.#setting.clock.now()),
      endedBy: undone ? 'controller' : 'nothing-to-end',
      endReason: reason,
      ...(after && { after }),
    }
    this.#setting.onPhase('Recovered', fault.spec.type, undefined)
    return true
  }

  /** True when nothing of it is left. What somebody else has written since is left so, and said. */
  async putBack(fault: FaultObject): Promise<boolean> {
    const { stack, events } = this.#setting
    const foreign: string[] = []
    const left: string[] = []
    for (const [at, step] of [...this.undo.entries()].toReversed()) {
      if (this.#done.has(at)) continue
      try {
        foreign.push(...(await stack.putBack(this, at)))
        this.#done.add(at)
      } catch (error) {
        left.push(clipped(`${spokenStep(step)}: ${messageOf(error)}`, 500))
      }
    }
    const { leftovers: _, ...others } = this.record
    const remark =
      foreign.length === 0 ? {} : { message: clipped(`left as others wrote it since: ${foreign.join(', ')}`) }
    this.record = { ...others, ...remark, ...(left.length > 0 && { leftovers: left.slice(0, 32) }) }
    if (left.length > 0) events.tell(fault, 'Warning', 'LeftBehind', left.join('; '))
    return left.length === 0
  }

  async #look(fault: FaultObject, undo: readonly UndoStep[], prepared?: Prepared): Promise<TargetStatus['before']> {
    const { client, clock, kinds } = this.#setting
    if (!this.action) return undefined
    this.#resource ??= await kinds.find(this.target.kind)
    const { injectedAt } = this.record
    const seen = await look(this.action, {
      client,
      fault,
      target: this.target,
      resource: this.#resource,
      undo,
      injectedAtMs: injectedAt === undefined ? undefined : Date.parse(injectedAt),
      seen: prepared?.object,
      counters: this.#counters,
    })
    return { probe: 'object', at: clock.now(), ...seen }
  }
}

/** Who may not look may not hurt either, and asking again changes nothing: the right has to be given first. */
function forbidden(error: unknown): string {
  if (!(error instanceof KubeError) || error.status !== FORBIDDEN) throw error
  return `${messageOf(error)}. Give the controller this right: a ClusterRole with the label seaworthy.dev/aggregate-to-controller=true`
}

function clipped(text: string, longest = LONGEST_MESSAGE): string {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text
}
