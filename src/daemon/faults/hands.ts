import { isSameProcess } from '../../kit/process-identity.ts'
import type { FaultTarget, Peers, TargetStatus } from '../../model/cluster/fault-object.ts'
import type { PodOnNode } from '../../model/cluster/mechanism.ts'
import { entryKey, type FaultIdentity, type NamedAction, type OpenEntry } from '../journal/journal-entry.ts'
import { allExpire, applyAll, finishAll, undoAll, updateAll, type Work } from './actions.ts'
import { isSameContainer, takesNodeDown } from './containers.ts'
import { awaitsPeers, nodeAsPod, peersOf, withPeers } from './facts.ts'
import type { MachineEvent } from './machine.ts'
import { type Prepared, prepareTarget } from './prepare.ts'
import { Readings, type Sight } from './readings.ts'
import type { RunSetting } from './run-setting.ts'
import type { Request } from './safety.ts'
import { rfc3339 } from './times.ts'
import { PEERS, podToRun, type WaitedFor, Waiting, type WaitOutcome } from './waiting.ts'

/** The kernel counts in its own ticks; what it should have ended is looked at a little later. */
const KERNEL_GRACE_MS = 40
/** Its end is asked for again so long after, while its turn has not come. */
const QUEUED_MS = 1_000
/** A wait that is so small a part of the whole is not worth another write to the disk. */
const SHORTENED_RATIO = 0.01

type Outcome = Extract<MachineEvent, { readonly event: 'prepared' | 'not-prepared' }>
type PrepareOutcome = Outcome | WaitOutcome

/** What the machine's effects do: finds, writes down, applies, undoes, looks, and keeps the record of one target. */
export class Hands {
  readonly #fault: FaultIdentity
  readonly #target: FaultTarget
  readonly #setting: RunSetting
  readonly #waiting: Waiting
  #request: Request | undefined
  #prepared: Prepared | undefined
  #peers: Peers | undefined
  #expiresAtMs: number | undefined
  /** Written down, and waiting for its turn: its time has not begun. */
  #isQueued = false
  /** What is still on an earlier container. */
  #former: Work | undefined
  /** Applies under way, by what they do: given up or not. */
  readonly #hanging = new Map<object, string>()
  /** A target that took another's place ends with it. */
  latestEndMs = Number.POSITIVE_INFINITY
  readonly readings: Readings
  #record: TargetStatus

  constructor(fault: FaultIdentity, target: FaultTarget, setting: RunSetting) {
    this.#fault = fault
    this.#target = target
    this.#setting = setting
    this.#waiting = new Waiting(setting.clock)
    this.readings = new Readings(setting, () => this.#sight())
    this.#record = { uid: target.uid, name: target.name, node: setting.world.nodeName }
  }

  get record(): TargetStatus {
    return { ...this.#record, ...this.readings.seen }
  }

  get actions(): readonly NamedAction[] {
    return this.#prepared?.actions ?? []
  }

  get pod(): PodOnNode | undefined {
    return this.#prepared?.pod
  }

  get mechanism(): string {
    return this.#prepared?.mechanism ?? ''
  }

  get reApplies(): boolean {
    return this.#request?.type?.cluster.onReplaced === 're-apply'
  }

  get asked(): Request | undefined {
    return this.#request
  }

  adopt(entry: OpenEntry, expiresAtMs: number): void {
    const { pod, mechanism, actions, probe } = entry
    this.#prepared = { pod, mechanism, actions, probe }
    this.#expiresAtMs = expiresAtMs
    this.#record = {
      injectedAt: rfc3339(entry.writtenAtMs),
      expiresAt: rfc3339(expiresAtMs),
      mechanism,
      ...entry.record,
    }
    this.readings.adopt(entry.record)
  }

  /** What was asked for stays as it was when it began; only the other side's addresses may change under way. */
  request(request: Request, begun: boolean): void {
    if (!this.#request || !begun) this.#request = request
  }

  /** What a former daemon said last. */
  restore(record: TargetStatus): void {
    this.#record = record
  }

  untilEndMs(): number {
    if (this.#isQueued) return QUEUED_MS
    const inKernel = this.#endsInKernel() ? KERNEL_GRACE_MS : 0
    return Math.max(0, (this.#expiresAtMs ?? 0) - this.#setting.clock.now()) + inKernel
  }

  async prepare(): Promise<PrepareOutcome> {
    const request = this.#request
    if (!request) return NOBODY
    if (awaitsPeers(request)) return this.#wait(PEERS)
    const found = await this.#find(request)
    if (!found) return this.#wait(podToRun(this.#target, request))
    const outcome = await prepareTarget(request, this.#podObject(request), found, this.#setting.tools)
    return outcome.ok ? this.#keep(outcome.prepared, request) : { event: 'not-prepared', refusal: outcome.refusal }
  }

  #keep(prepared: Prepared, request: Request): PrepareOutcome {
    this.#former = this.#prepared && this.#expiresAtMs !== undefined ? this.#work() : undefined
    this.#prepared = prepared
    this.#peers = peersOf(request.object)
    this.#waiting.end()
    const preparedAt = this.#record.preparedAt ?? rfc3339(this.#setting.clock.now())
    this.#record = { ...this.#record, mechanism: prepared.mechanism, preparedAt }
    return { event: 'prepared' }
  }

  /** A refusal after a wait is asked again when something changes, and that is not waited for once more. */
  #wait(what: WaitedFor): WaitOutcome {
    const outcome = this.#waiting.for(what)
    const isOver = outcome.event === 'not-prepared' && this.#request?.object.spec.active === false
    if (isOver) this.#waiting.end()
    return outcome
  }

  #podObject({ object }: Request) {
    return this.#setting.world.pod(object.metadata.namespace ?? '', this.#target.name)
  }

  async #find(request: Request): Promise<PodOnNode | undefined> {
    const { tools, world } = this.#setting
    if (request.object.kind === 'NodeFault') {
      const node = world.node()
      return node && nodeAsPod(node, undefined)
    }
    const object = this.#podObject(request)
    if (!object || object.metadata.uid !== this.#target.uid) return undefined
    const pod = await tools.findPod(object)
    return pod.sandbox ? pod : undefined
  }

  /** Writes down what will be done, and when it ends; takes a first look where nobody has. */
  async journal(when: 'first' | 'again' | 'updated'): Promise<void> {
    const { journal, boot, clock } = this.#setting
    this.#expiresAtMs ??= this.#endFromNow()
    const expiresAtMs = this.#expiresAtMs
    const looked = when === 'first' ? this.readings.lookBeforeInHaste() : undefined
    // Who comes back with the node knows no more than what is written here.
    if (takesNodeDown(this.actions)) await looked
    const entry: OpenEntry = {
      state: 'open',
      fault: this.#fault,
      target: this.#target,
      bootId: boot.bootId,
      writtenAtMs: clock.now(),
      expiresAtMs,
      expiresAtBootMs: (await boot.uptimeMs()) + (expiresAtMs - clock.now()),
      ...this.#must(),
      record: this.record,
    }
    // What an earlier container still has would be lost sight of with the old entry.
    if (when === 'again' && this.#former) await undoAll(this.#former, this.#setting)
    await Promise.all([journal.write(entry), looked])
  }

  async apply(onHelperExit: (detail: string) => void): Promise<void> {
    const { applies, clock } = this.#setting
    this.readings.begin()
    this.#isQueued = this.#record.injectedAt === undefined
    await applies.run(async () => {
      await this.#beginTime()
      await applyAll(this.#work(), this.#setting, onHelperExit, this.#hanging)
    })
    const expiresAt = rfc3339(this.#expiresAtMs ?? clock.now())
    this.#record = { ...this.#record, injectedAt: this.#record.injectedAt ?? rfc3339(clock.now()), expiresAt }
  }

  /** Many at once wait for each other, which must not shorten any of them. */
  async #beginTime(): Promise<void> {
    if (!this.#isQueued) return
    this.#isQueued = false
    const end = this.#endFromNow()
    if (end - (this.#expiresAtMs ?? end) < SHORTENED_RATIO * (this.#request?.object.spec.durationMs ?? 0)) return
    this.#expiresAtMs = end
    await this.journal('updated')
  }

  #endFromNow(): number {
    return Math.min(this.#setting.clock.now() + (this.#request?.object.spec.durationMs ?? 0), this.latestEndMs)
  }

  /** Undoes all of it and looks; the record says who ended it. Names what is left. */
  async undo(isGone: boolean): Promise<readonly string[]> {
    const { undos, clock } = this.#setting
    const work = this.#work()
    const ended = this.#endsInKernel() && clock.now() >= work.expiresAtMs
    const isFinished = !ended && !isGone && (await this.#finish(work))
    if (this.#record.injectedAt !== undefined && !isGone && !isFinished) await this.readings.lastCount()
    const byKernel = ended && !isGone && !(await this.readings.stillHits())
    const undone = isFinished ? [] : await undos.run(() => undoAll(work, this.#setting))
    // What an apply that was given up still does has to be undone when it has ended.
    const leftovers = [...undone, ...[...this.#hanging.values()].map((what) => `${what} has not ended yet`)]
    const { leftovers: _, ...record } = this.#record
    if (leftovers.length > 0) this.#record = { ...record, leftovers }
    else {
      const isMomentary = allExpire(this.actions, this.#setting.tools, 'nothing-to-end')
      const endedBy = isMomentary ? 'nothing-to-end' : byKernel ? 'kernel' : 'daemon'
      this.#record = { ...record, recoveredAt: rfc3339(clock.now()), endedBy }
    }
    return leftovers
  }

  async #finish(work: Work): Promise<boolean> {
    if (this.#record.injectedAt === undefined) return false
    const counted = await this.#setting.undos.run(() => finishAll(work, this.#setting))
    if (counted) this.readings.counted(counted)
    return counted !== undefined
  }

  /** Keeps that it was done, as long as there is an object that could ask for it again. */
  async close(record: TargetStatus): Promise<void> {
    await this.#setting.journal.write({ state: 'over', fault: this.#fault, target: this.#target, record })
  }

  async updatePeers(request: Request): Promise<void> {
    const peers = peersOf(request.object)
    const prepared = this.#prepared
    if (!prepared || !peers || JSON.stringify(peers) === JSON.stringify(this.#peers)) return
    this.#peers = peers
    const asked = withPeers(this.#request ?? request, peers)
    this.#request = asked
    const outcome = await prepareTarget(asked, this.#podObject(asked), prepared.pod, this.#setting.tools)
    // Another way than the one that is on would have to begin anew.
    if (!outcome.ok || outcome.prepared.mechanism !== prepared.mechanism) return
    this.#prepared = { ...outcome.prepared, pod: prepared.pod }
    await this.journal('updated')
    await updateAll(this.#work(), this.#setting)
  }

  /** Whether the container that was hurt still runs. */
  async containerStands(): Promise<boolean> {
    const object = this.#request && this.#podObject(this.#request)
    const former = this.#prepared?.pod
    if (!object || !former) return false
    return isSameContainer(
      await this.#setting.tools.findPod(object),
      former,
      this.#target.container ?? former.containers[0]?.name,
    )
  }

  /** Whether the pod still has the network that was changed: its sandbox may be replaced while it keeps its UID. */
  async networkStands(): Promise<boolean> {
    const object = this.#request && this.#podObject(this.#request)
    const former = this.#prepared?.pod
    if (!object || !former?.sandbox) return true
    const { sandbox, netns } = await this.#setting.tools.findPod(object)
    // Where there is none yet, the pod will change once more.
    if (!sandbox) return true
    return netns === former.netns && isSameProcess(sandbox, former.sandbox)
  }

  #endsInKernel(): boolean {
    return this.actions.length > 0 && allExpire(this.actions, this.#setting.tools, 'kernel')
  }

  #sight(): Sight | undefined {
    return this.#prepared && { probe: this.#prepared.probe, work: this.#work(), peers: this.#peers }
  }

  #must(): Prepared {
    if (!this.#prepared) throw new Error('nothing was prepared')
    return this.#prepared
  }

  #work(): Work {
    const { pod, actions } = this.#must()
    return {
      key: entryKey(this.#fault.uid, this.#target.uid),
      pod,
      actions,
      expiresAtMs: this.#expiresAtMs ?? this.#setting.clock.now(),
    }
  }
}

const NOBODY: Outcome = {
  event: 'not-prepared',
  refusal: { reason: 'NotAskedFor', message: 'nobody asks for it any more', remedy: undefined },
}
