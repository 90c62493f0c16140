import { messageOf } from '../kit/errors.ts'
import { microTime } from '../kube/lease.ts'
import { conditionsOf } from '../model/cluster/conditions.ts'
import type { FaultCondition, FaultObject, FaultStatus, FaultTarget } from '../model/cluster/fault-object.ts'
import { refusalOfFault } from '../model/cluster/permission.ts'
import { Asking, createdAtMs } from './asking.ts'
import { FIELD_MANAGER, type Setting } from './setting.ts'
import { StatusWriter } from './status-writer.ts'
import { type EndReason, TargetRun } from './target-run.ts'
import type { RecordedTarget, UndoRecord } from './undo-records.ts'

const FIRST_RETRY_MS = 500
const LONGEST_RETRY_MS = 10_000
/** Of these nothing is to be done any more. */
const OVER = ['Recovered', 'Refused', 'Failed', 'Gone']

/**
 * One fault from its first sight to its certain end. Whatever happens is a reason to look again at what is asked for and at
 * what was done; only one such look is under way at a time, and one that failed is repeated.
 */
export class FaultRun {
  readonly #setting: Setting
  readonly #targets = new Map<string, TargetRun>()
  readonly #writer: StatusWriter
  /** Of a controller before this one; by the UID of the target. */
  readonly #adopted: ReadonlyMap<string, TargetRun>
  readonly #closed = new AbortController()
  #fault: FaultObject
  #isGone: boolean
  #isOver = false
  #isForbiddenByTarget = false
  readonly #asking: Asking
  #hasRecord: boolean
  #saving: Promise<void> = Promise.resolve()
  #working: Promise<void> | undefined
  #again = false
  #retryMs = FIRST_RETRY_MS
  #alarm: AbortController | undefined
  #ends: EndReason | undefined
  #conditions: readonly FaultCondition[] | undefined

  /** `recorded` is what a controller before this one left; the object is undefined when it is gone by now. */
  constructor(
    setting: Setting,
    fault: FaultObject,
    options: { readonly recorded?: UndoRecord; readonly isGone?: boolean } = {},
  ) {
    this.#setting = setting
    this.#fault = fault
    this.#isGone = options.isGone ?? false
    this.#asking = new Asking(fault)
    this.#adopted = new Map(options.recorded?.targets.map((one) => [one.uid, this.#adopt(one)]))
    this.#hasRecord = options.recorded !== undefined
    this.#writer = new StatusWriter({
      ...setting,
      manager: FIELD_MANAGER,
      current: () => ({ fault: this.#fault, status: this.#status() }),
    })
  }

  get fault(): FaultObject {
    return this.#fault
  }

  /** What a controller before this one had changed, and may not have put back. */
  get leftBehind(): readonly TargetRun[] {
    return [...this.#adopted.values()].filter(({ isOn, record }) => isOn || record.phase === undefined)
  }

  /** Nothing is on, nothing is to be put back, and nobody will ask for anything more. */
  get isDone(): boolean {
    return this.#isGone && this.#isOver
  }

  /** Targets on which it is now. */
  get on(): number {
    return [...this.#targets.values()].filter(({ isOn }) => isOn).length
  }

  update(fault: FaultObject): void {
    const isOther = fault.metadata.generation !== this.#fault.metadata.generation
    this.#fault = fault
    if (isOther) this.nudge()
    else this.wake()
  }

  /** Something has changed of what it depends on. */
  nudge(): void {
    this.#asking.nudge()
    this.wake()
  }

  /** What it is on permits it no more, which ends the fault. */
  forbid(): void {
    this.#isForbiddenByTarget = true
    this.wake()
  }

  /** The object was deleted, which ends the fault. */
  gone(): void {
    this.#isGone = true
    this.wake()
  }

  /** Looks again. Resolves when nothing is to be done for now. */
  wake(): Promise<void> {
    this.#again = true
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined
    })
    return this.#working
  }

  /** Stops without undoing: another controller goes on from the records. */
  async close(): Promise<void> {
    this.#closed.abort()
    this.#alarm?.abort()
    this.#writer.close()
    await this.#working
  }

  async #work(): Promise<void> {
    while (this.#again && !this.#closed.signal.aborted) {
      this.#again = false
      try {
        await this.#step()
        this.#retryMs = FIRST_RETRY_MS
      } catch (error) {
        this.#setting.onTrouble(`${this.#fault.metadata.name}: ${messageOf(error)}`)
        this.#retryLater()
      }
    }
  }

  #retryLater(): void {
    this.#wakeIn(this.#retryMs)
    this.#retryMs = Math.min(LONGEST_RETRY_MS, this.#retryMs * 2)
  }

  #wakeIn(ms: number): void {
    this.#alarm?.abort()
    const alarm = new AbortController()
    this.#alarm = alarm
    this.#setting.clock.sleep(ms, alarm.signal).then(
      () => this.wake(),
      () => undefined,
    )
  }

  async #step(): Promise<void> {
    await this.#meetTargets()
    this.#ends ??= this.#endReason()
    if (this.#ends) return this.#end(this.#ends)
    if (this.#fault.spec.active) await this.#inject()
    else this.#publish()
    this.#setAlarm()
  }

  /** Runs for targets that are new in the spec; those of a controller before this one go on where it stopped. */
  async #meetTargets(): Promise<void> {
    const fresh = this.#fault.spec.targets.filter(({ uid }) => !this.#targets.has(uid))
    await Promise.all(
      fresh.map(async (target) => {
        const adopted = this.#adopted.get(target.uid)
        const run = adopted ?? this.#targetRun(target)
        const isNew = run.record.phase === undefined
        // Recorded, and never said to be on: nobody knows how far that came, so it is put back and begun again.
        if (adopted && isNew && !(await run.putBack(this.#fault)))
          throw new Error(`${target.name} could not be put back`)
        if (adopted && isNew) run.forget()
        if (isNew && !this.#endReason()) await run.prepare(this.#fault)
        this.#targets.set(target.uid, run)
        if (run.isOn && !this.#isGone) run.follow(this.#fault, () => this.#publish())
      }),
    )
  }

  #adopt(recorded: RecordedTarget): TargetRun {
    const { uid, name } = recorded
    return this.#targetRun(this.#fault.spec.targets.find((one) => one.uid === uid) ?? { kind: '', name, uid }, recorded)
  }

  #targetRun(target: FaultTarget, recorded?: RecordedTarget): TargetRun {
    const known = this.#fault.status?.targets?.find(({ uid }) => uid === target.uid)
    const wasOn = known?.phase === 'Injected' || (known?.phase !== undefined && OVER.includes(known.phase))
    const run = new TargetRun(this.#setting, target, wasOn ? known : undefined, recorded)
    run.onRebased = () => this.#saveRecord()
    return run
  }

  #endReason(): EndReason | undefined {
    const { end } = this.#fault.spec
    if (end) return end.by
    if (this.#isGone || this.#fault.metadata.deletionTimestamp !== undefined) return 'request'
    if (this.on > 0 && (this.#isForbiddenByTarget || this.#isForbidden())) return 'cleanup'
    return (this.#endsAtMs() ?? Number.POSITIVE_INFINITY) <= this.#setting.clock.now() ? 'deadline' : undefined
  }

  /** Its namespace does not permit it any more. */
  #isForbidden(): boolean {
    const { typeOf, namespace, systemNamespaces } = this.#setting
    const half = typeOf(this.#fault.spec.type)?.cluster
    const seen = namespace(this.#fault.metadata.namespace ?? '')
    return half !== undefined && refusalOfFault(this.#fault, half, seen, systemNamespaces) !== undefined
  }

  /** Of the target that has had it longest: one fault ends as one, and a pod that came later has it for less. */
  #endsAtMs(): number | undefined {
    const ends = [...this.#targets.values()]
      .filter(({ isOn }) => isOn)
      .flatMap(({ record }) => (record.expiresAt === undefined ? [] : [Date.parse(record.expiresAt)]))
    return ends.length === 0 ? undefined : Math.min(...ends)
  }

  #setAlarm(): void {
    const isRefused = this.#fault.spec.active && [...this.#targets.values()].some((run) => run.isRefused)
    const next = [this.#endsAtMs(), isRefused ? this.#asking.nextMs(this.#fault) : undefined]
    const at = Math.min(...next.filter((ms) => ms !== undefined))
    if (Number.isFinite(at)) this.#wakeIn(Math.max(0, at - this.#setting.clock.now()))
  }

  async #inject(): Promise<void> {
    const { clock } = this.#setting
    const isDue = this.#asking.isDue(this.#fault, clock.now())
    const waiting = [...this.#targets.values()].filter((run) => run.isPrepared || (run.isRefused && isDue))
    if (waiting.length === 0) return this.#publish()
    // What was allowed and there when it was prepared may not be so any more, and the other way round.
    const wasPublished = (this.#fault.status?.targets ?? []).length > 0
    const asked = waiting.filter(({ isRefused }) => isRefused || wasPublished)
    await Promise.all(asked.map((run) => run.prepare(this.#fault)))
    const refused = waiting.filter(({ isRefused }) => isRefused)
    if (refused.length > 0) this.#asking.refused(refused.length, clock.now())
    const ready = waiting.filter(({ isPrepared }) => isPrepared)
    const steps = ready.flatMap(({ toUndo }) => toUndo)
    await this.#setting.stack.inTurn(steps, () => this.#injectInTurn(ready))
    await Promise.all(ready.filter(({ record }) => record.phase === 'Failed').map((run) => run.putBack(this.#fault)))
    const on = ready.filter(({ isOn }) => isOn)
    this.#publish()
    for (const run of on) run.follow(this.#fault, () => this.#publish())
    if (on.length > 0) this.#tell('Normal', 'Injected', on)
  }

  async #injectInTurn(prepared: readonly TargetRun[]): Promise<void> {
    // Another fault may have changed the same object while this one waited for its turn.
    await Promise.all(prepared.filter(({ isStale }) => isStale).map((run) => run.prepare(this.#fault)))
    const ready = prepared.filter(({ isPrepared }) => isPrepared)
    for (const run of ready) run.plan()
    if (ready.some(({ undo }) => undo.length > 0)) await this.#saveRecord()
    for (const run of ready) run.stackUp()
    const times = { endsAtMs: this.#endsAtMs(), createdAtMs: createdAtMs(this.#fault) }
    await Promise.all(ready.map((run) => run.inject(this.#fault, times)))
  }

  /** One after the other, so that the last word is the latest. */
  #saveRecord(): Promise<void> {
    const saving = this.#saving.catch(() => undefined).then(() => this.#saveNow())
    this.#saving = saving
    return saving
  }

  async #saveNow(): Promise<void> {
    const { kind, metadata, spec } = this.#fault
    const runs = new Map([...this.#adopted, ...this.#targets])
    const targets = [...runs.values()].flatMap(({ recorded }) => recorded ?? [])
    const fault = { kind, name: metadata.name, namespace: metadata.namespace, uid: metadata.uid ?? '', type: spec.type }
    await this.#setting.records.save({ fault, targets })
    this.#hasRecord = true
  }

  async #end(reason: EndReason): Promise<void> {
    this.#alarm?.abort()
    const runs = [...this.#targets.values()]
    const wereOn = runs.filter(({ isOn }) => isOn)
    const ended = await Promise.all(runs.map((run) => run.end(this.#fault, reason)))
    const all = ended.every((one) => one)
    if (all && this.#hasRecord) {
      await this.#setting.records.remove(this.#fault.metadata.uid ?? '')
      this.#hasRecord = false
    }
    this.#isOver = all
    this.#publish()
    if (all && wereOn.length > 0) this.#tell('Normal', 'Recovered', wereOn)
    if (!all) this.#retryLater()
  }

  #tell(type: 'Normal' | 'Warning', reason: string, runs: readonly TargetRun[]): void {
    const names = runs.slice(0, 5).map(({ target }) => target.name)
    const more = runs.length > names.length ? ` and ${runs.length - names.length} others` : ''
    const mechanism = runs[0]?.record.mechanism ?? this.#fault.spec.type
    this.#setting.events.tell(this.#fault, type, reason, `${names.join(', ')}${more}: ${mechanism}`)
  }

  #publish(): void {
    if (!this.#isGone && !this.#closed.signal.aborted) this.#writer.write()
  }

  #status(): FaultStatus {
    const records = new Map([...this.#targets].map(([uid, { record }]) => [uid, record]))
    const { spec, metadata, status } = this.#fault
    const at = microTime(this.#setting.clock.now())
    const former = this.#conditions ?? status?.conditions ?? []
    const conditions = conditionsOf(spec, records, metadata.generation, former, at)
    this.#conditions = conditions
    return { conditions: [...conditions], targets: [...records.values()] }
  }
}
