import { messageOf, SeaworthyError } from '../../kit/errors.ts'
import type { END_REASONS } from '../../model/cluster/fault-object.ts'
import type { ClusterTargets } from '../../model/cluster/targets.ts'
import type { Emit } from '../../model/events.ts'
import type { Evidence } from '../../model/evidence.ts'
import type { FaultType } from '../../model/fault.ts'
import type { Leftover } from '../../model/ledger.ts'
import type { PlannedFault } from '../../model/plan.ts'
import type { Engine, Injection } from '../../model/ports.ts'
import { type Frozen, faultObject, freeze, objectName, orderOf } from './fault-object.ts'
import { FaultStore, type StoreParts } from './fault-store.ts'
import { type Following, isOverEarly, isSettled, lastInjectedMs, recordsOf } from './following.ts'
import { isOver, judgeCluster } from './judge-cluster.ts'

export interface ClusterEngineParts extends StoreParts {
  readonly targets: ClusterTargets
  readonly faultTypes: readonly FaultType[]
  readonly emit: Emit
  /** Brings the daemon and the controller up where they are missing; throws with the remedy where it must not. */
  readonly ensureInstalled: () => Promise<void>
  /** How long the first look may go on until the effect is seen. Default 8000. */
  readonly firstLookMs?: number | undefined
}

const FIRST_LOOK_MS = 8_000
const LATER_LOOK_MS = 1_500
/** Faults that go through the API may wait for pods. */
const INJECT_MS = 20_000
const RECOVER_MS = 30_000
const NOT_FOUND = 404

/** The engine on a cluster: asks for faults as objects, follows their records, and believes them by what was measured. */
export function createClusterEngine(parts: ClusterEngineParts): Engine {
  return new ClusterEngine(parts)
}

class ClusterEngine implements Engine {
  readonly name = 'builtin'
  readonly #parts: ClusterEngineParts
  readonly #store: FaultStore
  readonly #following = new Map<string, Following>()
  /** Prepared and not injected yet, by the fault's id. */
  readonly #prepared = new Map<string, { readonly fault: PlannedFault; readonly frozen: readonly Frozen[] }>()

  constructor(parts: ClusterEngineParts) {
    this.#parts = parts
    this.#store = new FaultStore(parts)
  }

  readonly prepare = async (): Promise<void> => {
    await this.#parts.ensureInstalled()
    await this.#store.start()
  }

  /** Freezes the targets and lets the actors find, check and watch them. What is refused now is said when it is injected. */
  readonly expect = async (faults: readonly PlannedFault[]): Promise<void> => {
    const wanted = faults.filter(({ order, id }) => order !== undefined && !this.#prepared.has(id))
    await Promise.all(
      wanted.map(async (fault) => {
        const frozen = freeze(fault, this.#parts)
        await this.#store.create(fault, faultObject(fault, frozen, false, this.#parts))
        this.#prepared.set(fault.id, { fault, frozen })
      }),
    )
  }

  readonly forget = async (faults: readonly PlannedFault[]): Promise<void> => {
    const unused = faults.filter(({ id }) => this.#prepared.has(id) && !this.#following.has(id))
    await Promise.all(unused.map((fault) => this.#unprepare(fault)))
  }

  /** Resolves when every target has it, or cannot have it; which, is in the evidence. */
  readonly inject = async (fault: PlannedFault): Promise<Injection> => {
    if (this.#following.has(fault.id))
      throw new SeaworthyError('ENGINE', `fault ${fault.id} was injected before`, { target: fault.id })
    const following = newFollowing(fault, objectName(this.#parts.run, fault.id), this.#parts.clock.now())
    this.#following.set(fault.id, following)
    await this.#begin(following, this.#prepared.get(fault.id)?.frozen)
    const injectedAtMs = lastInjectedMs(following, this.#statusOf(following)) ?? this.#parts.clock.now()
    following.injection = { ...following.injection, injectedAtMs }
    return following.injection
  }

  readonly evidence = async (injection: Injection): Promise<Evidence> => {
    const following = this.#find(injection)
    const budget = following.looks++ === 0 ? (this.#parts.firstLookMs ?? FIRST_LOOK_MS) : LATER_LOOK_MS
    await this.#store.until(budget, () => following.ended || this.#judge(following).status === 'proven')
    return this.#judge(following)
  }

  readonly recover = async (injection: Injection, by: 'request' | 'deadline' | 'abort'): Promise<Evidence> => {
    const following = this.#find(injection)
    await this.#end(following, by)
    const evidence = this.#judge(following)
    if (evidence.endedBy !== 'not-ended') await this.#store.remove(following.fault, following.name)
    return evidence
  }

  /** Ends the fault; `resume` asks for it anew. */
  readonly pause = async (injection: Injection): Promise<void> => {
    const following = this.#find(injection)
    if (orderOf(following.fault).expires === 'nothing-to-end') return
    await this.#end(following, 'request')
    if (this.#judge(following).endedBy === 'not-ended')
      throw new SeaworthyError('ENGINE', `${following.fault.description} could not be lifted`, {
        target: following.fault.id,
      })
    await this.#store.remove(following.fault, following.name)
  }

  readonly resume = async (injection: Injection): Promise<void> => {
    const following = this.#find(injection)
    if (orderOf(following.fault).expires === 'nothing-to-end') return
    following.name = `${following.name}-again`
    following.ended = false
    await this.#begin(following, undefined)
  }

  readonly release = async (): Promise<readonly Leftover[]> => {
    const leftovers: Leftover[] = []
    for (const following of this.#following.values()) {
      try {
        await this.recover(following.injection, 'request')
        leftovers.push(...this.#leftoversOf(following))
      } catch (error) {
        leftovers.push(this.#leftover(following.fault, messageOf(error)))
      }
    }
    for (const [id, { fault }] of this.#prepared) if (!this.#following.has(id)) await this.#unprepare(fault)
    this.#store.stop()
    return leftovers
  }

  /** Asks for the fault and waits for the word of every target. Why it could not be asked for is kept, and not thrown. */
  async #begin(following: Following, prepared: readonly Frozen[] | undefined): Promise<void> {
    const { fault, name } = following
    try {
      // A pod that went while it was only being watched is not the one to hurt: the slot's present one is.
      if (prepared && this.#stillThere(prepared)) {
        following.frozen = prepared
        await this.#store.patch(fault, name, { active: true })
      } else {
        if (prepared) await this.#unprepare(fault)
        following.name = prepared ? `${name}-anew` : name
        following.frozen = freeze(fault, this.#parts)
        const object = faultObject(fault, following.frozen, true, this.#parts)
        await this.#store.create(fault, { ...object, metadata: { ...object.metadata, name: following.name } })
      }
    } catch (error) {
      following.failure = messageOf(error)
    }
    await this.#store.until(INJECT_MS, () => isSettled(following, this.#statusOf(following)))
    this.#followReplacements(following)
  }

  #stillThere(frozen: readonly Frozen[]): boolean {
    return frozen.every(
      ({ planned, target }) => target.kind !== 'Pod' || this.#parts.targets.pod(planned)?.uid === target.uid,
    )
  }

  async #unprepare(fault: PlannedFault): Promise<void> {
    this.#prepared.delete(fault.id)
    await this.#store.remove(fault, objectName(this.#parts.run, fault.id))
  }

  async #end(following: Following, by: (typeof END_REASONS)[number]): Promise<void> {
    if (following.ended && this.#judge(following).endedBy !== 'not-ended') return
    following.stopFollowing()
    if (!following.ended) following.endedEarly ||= isOverEarly(following, this.#statusOf(following))
    following.ended = true
    const end = { by, at: new Date(this.#parts.clock.now()).toISOString() }
    try {
      await this.#store.patch(following.fault, following.name, { end })
    } catch (error) {
      if ((error as { readonly status?: unknown }).status !== NOT_FOUND) throw error
    }
    await this.#store.until(RECOVER_MS, () => recordsOf(following, this.#statusOf(following)).every(isOver))
  }

  /** A pod that takes the place of one that is hurt is hurt too, where the type says so. */
  #followReplacements(following: Following): void {
    const { fault } = following
    if (orderOf(fault).onReplaced !== 're-apply' || following.failure !== '') return
    following.stopFollowing = this.#parts.targets.onReplaced((slot, formerUid, pod) => {
      const former = following.frozen.find(({ target }) => target.uid === formerUid)
      if (!former || following.ended) return
      const target = { ...former.target, name: pod.name, uid: pod.uid, replaces: formerUid }
      following.frozen = following.frozen.map((one) => (one === former ? { planned: slot, target } : one))
      const targets = [...(this.#store.object(fault, following.name)?.spec.targets ?? []), target]
      this.#store.patch(fault, following.name, { targets }).catch((error) =>
        this.#parts.emit({
          event: 'warning',
          detail: `${fault.description}: ${pod.name} was not hurt: ${messageOf(error)}`,
        }),
      )
    })
  }

  #statusOf(following: Following) {
    return this.#store.status(following.name)
  }

  #judge(following: Following): Evidence {
    const { fault, injection } = following
    const type = this.#parts.faultTypes.find((candidate) => candidate.type === fault.type)
    if (!type) throw new SeaworthyError('ENGINE', `there is no fault type ${fault.type}`, { target: fault.id })
    const status = this.#statusOf(following)
    return judgeCluster({ ...following, type, status, injectedAtMs: injection.injectedAtMs })
  }

  #leftoversOf(following: Following): readonly Leftover[] {
    if (this.#judge(following).endedBy !== 'not-ended') return []
    const named = recordsOf(following, this.#statusOf(following)).flatMap(({ leftovers = [], node }) =>
      leftovers.map((what) => (node === undefined ? what : `${what} on ${node}`)),
    )
    return [this.#leftover(following.fault, named.join(', ') || 'nobody said that it ended')]
  }

  #leftover(fault: PlannedFault, why: string): Leftover {
    const seconds = Math.ceil(fault.durationMs / 1_000)
    return {
      what: fault.description,
      why,
      remedy: `It ends by itself ${seconds} s after its injection; look: kubectl get faults -n ${this.#parts.namespace}`,
    }
  }

  #find(injection: Injection): Following {
    const following = this.#following.get(injection.fault.id)
    if (!following)
      throw new SeaworthyError('ENGINE', `fault ${injection.fault.id} was not injected by this engine`, {
        target: injection.fault.id,
      })
    return following
  }
}

function newFollowing(fault: PlannedFault, name: string, nowMs: number): Following {
  return {
    fault,
    injection: { fault, injectedAtMs: nowMs, expiresAtMs: nowMs + fault.durationMs },
    frozen: [],
    name,
    looks: 0,
    ended: false,
    endedEarly: false,
    failure: '',
    stopFollowing: () => undefined,
  }
}
