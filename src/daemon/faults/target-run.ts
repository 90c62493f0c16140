import { messageOf } from '../../kit/errors.ts'
import type { FaultTarget, TargetStatus } from '../../model/cluster/fault-object.ts'
import type { FaultIdentity, OpenEntry } from '../journal/journal-entry.ts'
import type { PodObject } from '../objects.ts'
import { Asked } from './asked.ts'
import { containerState, hasHelpers, isContainerBound, takesNodeDown } from './containers.ts'
import { Hands } from './hands.ts'
import {
  ADOPTED_MACHINE,
  type Effect,
  type Machine,
  type MachineEvent,
  NEW_MACHINE,
  step,
  type Wish,
} from './machine.ts'
import { eventOf } from './news.ts'
import { forbiddenBy } from './permission.ts'
import { recordOf } from './record-of.ts'
import type { RunListener } from './run-listener.ts'
import type { RunSetting } from './run-setting.ts'
import { type Request, refusalOf } from './safety.ts'
import { Watching } from './watching.ts'

const FIRST_RETRY_MS = 1_000
/** Timers keep no exact time; what the kernel is given beyond the end is more than this. */
const EARLY_MS = 60
const LONGEST_RETRY_MS = 30_000
/** A container that died takes its stressors along; its successor must be seen within this. */
const SUCCESSOR_MS = 15_000

/** One fault on one target: does what the machine says, and tells it what came of it. */
export class TargetRun {
  readonly fault: FaultIdentity
  readonly target: FaultTarget
  readonly #setting: RunSetting
  readonly #listener: RunListener
  readonly #hands: Hands
  readonly #watching: Watching
  readonly #busy = new Set<Promise<void>>()
  readonly #stop = new AbortController()
  readonly #asked: Asked
  #machine: Machine = NEW_MACHINE
  /** How often it was prepared: who has been overtaken must not ask again, and put on anew what is on. */
  #attempt = 0

  constructor(fault: FaultIdentity, target: FaultTarget, setting: RunSetting, listener: RunListener) {
    this.fault = fault
    this.target = target
    this.#setting = setting
    this.#listener = listener
    this.#asked = new Asked(target, setting.clock)
    this.#hands = new Hands(fault, target, setting)
    this.#watching = new Watching(this.#hands, setting, () => listener.changed('soon'))
  }

  /** Goes on with what a former daemon had on this target; its deadline is armed at once. */
  adopt(entry: OpenEntry, remainingMs: number): void {
    this.#machine = ADOPTED_MACHINE
    this.#hands.adopt(entry, this.#setting.clock.now() + remainingMs)
    this.#armDeadline()
  }

  /** A record that a former daemon closed: nothing more is done. */
  close(record: TargetStatus): void {
    this.#machine = { ...NEW_MACHINE, stage: 'over', phase: record.phase, message: record.message }
    this.#hands.restore(record)
  }

  /** A journal that cannot be read: what it would undo is named, and nothing is done on top of it. */
  lose(what: string): void {
    const message = 'the journal of what was done to it cannot be read'
    this.#machine = { ...NEW_MACHINE, stage: 'over', phase: 'Failed', message }
    this.#hands.restore({ uid: this.target.uid, name: this.target.name, leftovers: [what] })
    this.#listener.changed('now')
  }

  /** Why the deadline comes earlier than the fault's own duration would say: the one whose place this target took has it. */
  capAt(expiresAtMs: number): void {
    this.#hands.latestEndMs = expiresAtMs
  }

  /** What is wished now, by the object as it is now; asked at every change of it and of what it depends on. */
  follow(request: Request, wish: Wish): void {
    if (this.#machine.stage === 'over') return
    const { world } = this.#setting
    this.#hands.request(request, this.#machine.touched)
    const later = (ms: number) => this.#later(ms, () => this.#askWaiting())
    if (!this.#asked.follow(request, wish, this.#machine, later)) return
    const forbidden = forbiddenBy(request.object, this.target, request.type?.cluster, world)
    const { isLate } = this.#asked
    this.#dispatch({ event: 'wished', wish, refusal: refusalOf(request, world), forbidden, isLate })
    if (this.#machine.stage === 'on') this.#start(() => this.#hands.updatePeers(request))
  }

  /** For an adopted one whose object still lives: what died with the former daemon is started again. */
  resume(): void {
    if (this.#machine.stage !== 'on') return
    if (hasHelpers(this.#hands.actions)) this.#dispatch({ event: 'container-replaced' })
    else {
      this.#watching.begin()
      this.#lookForSuccessor()
    }
  }

  end(reason: Extract<Wish, { readonly wish: 'end' }>['reason']): void {
    this.#dispatch({
      event: 'wished',
      wish: { wish: 'end', reason },
      refusal: this.#machine.refusal,
      forbidden: this.#machine.forbidden,
    })
  }

  /** The pod as it is now; undefined when it is gone or another one has its name. */
  podChanged(pod: PodObject | undefined): void {
    if (!pod) {
      this.#dispatch({ event: 'gone', message: `pod ${this.target.name} is gone` })
      return
    }
    if (this.#machine.stage !== 'on') return
    const state = containerState(this.#hands.pod, pod, this.target)
    if (state.is !== 'replaced') return
    if (isContainerBound(this.#hands.actions, this.#setting.tools))
      this.#replaced(`container ${state.name} was restarted, and the fault went with it`)
    // A sandbox that was replaced took all containers along.
    else this.#start(() => this.#lookAtNetwork())
  }

  async #lookAtNetwork(): Promise<void> {
    if (!(await this.#hands.networkStands()))
      this.#replaced('the network of the pod was replaced, and the fault with it')
  }

  #replaced(message: string): void {
    if (this.#machine.stage !== 'on') return
    this.#dispatch(this.#hands.reApplies ? { event: 'container-replaced' } : { event: 'gone', message })
  }

  /** Ends what is on, and leaves the rest to the next daemon. Resolves when nothing is under way any more. */
  async shutdown(): Promise<void> {
    // That this daemon is stopped is what such a fault does: ended here, nobody would look whether the node came back.
    if (!this.#machine.touched || !takesNodeDown(this.#hands.actions)) this.#dispatch({ event: 'shutdown' })
    await this.idle()
    this.#stop.abort()
    this.#watching.end()
  }

  /** Resolves when no effect is under way. */
  async idle(): Promise<void> {
    while (this.#busy.size > 0) await Promise.all([...this.#busy])
  }

  /** Stops the timers of one that is over. */
  dispose(): void {
    this.#stop.abort()
    this.#watching.end()
  }

  get stage(): Machine['stage'] {
    return this.#machine.stage
  }

  get touched(): boolean {
    return this.#machine.touched
  }

  /** Nothing more will be said of it before something new is asked or happens. */
  get settled(): boolean {
    return ['waiting', 'prepared', 'on', 'over', 'left-over'].includes(this.#machine.stage)
  }

  get record(): TargetStatus {
    return recordOf(this.#hands.record, this.#machine)
  }

  #dispatch(event: MachineEvent): void {
    const before = this.#machine
    const { machine, effects } = step(before, event)
    this.#machine = machine
    for (const effect of effects) this.#start(() => this.#perform(effect))
    if (machine.stage !== before.stage) this.#onStage(machine, before)
    else if (machine.message !== before.message) this.#listener.changed(machine.phase === 'Refused' ? 'now' : 'soon')
    const reason = eventOf(before, machine)
    if (reason !== undefined) this.#listener.told(reason, machine.message ?? '')
  }

  #onStage({ stage, message }: Machine, before: Machine): void {
    if (stage !== 'on') this.#watching.end()
    if (stage === 'on') this.#onInjected(before)
    if (stage === 'prepared')
      this.#start(() => this.#hands.readings.lookBefore().then(() => this.#listener.changed('now')))
    if (stage === 'over' || stage === 'left-over') this.#listener.changed('now')
    if (stage === 'waiting' && message !== before.message) this.#listener.changed('now')
  }

  #onInjected(before: Machine): void {
    if (before.phase !== 'Injected') this.#listener.told('Injected', this.#hands.mechanism)
    this.#listener.changed('now')
    this.#watching.begin()
    this.#lookForSuccessor()
  }

  /** A container that was replaced while the fault was being put on. */
  #lookForSuccessor(): void {
    const pod = this.#setting.world.pod(this.fault.namespace ?? '', this.target.name)
    if (pod?.metadata.uid === this.target.uid) this.podChanged(pod)
  }

  #start(work: () => Promise<void>): void {
    const running = work()
      .catch((error: unknown) =>
        this.#setting.onTrouble(`${this.fault.name} on ${this.target.name}: ${messageOf(error)}`),
      )
      .finally(() => this.#busy.delete(running))
    this.#busy.add(running)
  }

  async #perform(effect: Effect): Promise<void> {
    switch (effect) {
      case 'prepare':
        return this.#prepare()
      case 'journal':
        return this.#journal()
      case 'apply':
        return this.#apply()
      case 'undo':
        return this.#undo()
      case 'close':
        return this.#hands.close(this.record)
      case 'retry-later':
        this.#later(Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (this.#machine.undoAttempts - 1)), () =>
          this.#dispatch({ event: 'retry' }),
        )
    }
  }

  async #prepare(): Promise<void> {
    this.#attempt += 1
    const attempt = this.#attempt
    const outcome = await this.#hands.prepare().catch((error: unknown) => ({
      event: 'not-prepared' as const,
      refusal: { reason: 'NotPossible', message: messageOf(error), remedy: 'Look at the log of the daemon.' },
    }))
    if (outcome.event === 'not-prepared') this.#asked.refused()
    this.#dispatch(outcome)
    // Nothing else may change meanwhile that would ask again.
    if (outcome.event === 'not-yet') this.#later(outcome.againMs, () => attempt === this.#attempt && this.#askAgain())
  }

  #askAgain(): void {
    // A new container that was not there yet when it was looked for.
    if (this.#machine.stage === 'on') this.#dispatch({ event: 'container-replaced' })
    else this.#askWaiting()
  }

  #askWaiting(): void {
    const { wish, stage } = this.#machine
    const { asked } = this.#hands
    if (stage === 'waiting' && asked) this.follow(asked, wish)
  }

  async #journal(): Promise<void> {
    try {
      await this.#hands.journal(this.#machine.touched ? 'again' : 'first')
      this.#armDeadline()
      this.#dispatch({ event: 'journalled' })
    } catch (error) {
      this.#dispatch({ event: 'journal-failed', message: messageOf(error) })
    }
  }

  async #apply(): Promise<void> {
    try {
      await this.#hands.apply((detail) => this.#onHelperExit(detail))
      this.#dispatch({ event: 'applied' })
    } catch (error) {
      this.#dispatch({ event: 'apply-failed', message: messageOf(error) })
    }
  }

  async #undo(): Promise<void> {
    const isGone = this.#machine.end?.phase === 'Gone'
    const leftovers = await this.#hands.undo(isGone)
    this.#dispatch({ event: 'undone', leftovers })
    if (leftovers.length > 0 || isGone || this.#stop.signal.aborted) return
    if (this.#hands.record.injectedAt !== undefined) await this.#hands.readings.lookAfter()
    this.#listener.changed('soon')
  }

  #onHelperExit(detail: string): void {
    const fail = () => this.#dispatch({ event: 'helper-exited', message: detail })
    const mayReturn = this.#hands.reApplies && isContainerBound(this.#hands.actions, this.#setting.tools)
    this.#start(async () => {
      if (!mayReturn || (await this.#hands.containerStands())) return fail()
      // Its container went, and took it along: the successor gets the fault again, if there is one.
      const pod = this.#hands.pod
      this.#later(SUCCESSOR_MS, () => this.#hands.pod === pod && fail())
    })
  }

  #armDeadline(): void {
    this.#later(this.#hands.untilEndMs(), () => {
      // It may have been moved by then: its time begins when its turn has come.
      if (this.#hands.untilEndMs() > EARLY_MS) this.#armDeadline()
      else this.#dispatch({ event: 'deadline' })
    })
  }

  #later(ms: number, then: () => void): void {
    this.#setting.clock.sleep(ms, this.#stop.signal).then(then, () => undefined)
  }
}
