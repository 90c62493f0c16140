import { type Agent, createAgent } from '../agent/agent.ts'
import type { ActionOutcome, FaultEnd } from '../agent/fault.ts'
import { resourceOf } from '../agent/resource.ts'
import { FAULT_TYPES } from '../faults/registry.ts'
import type { Clock } from '../kit/clock.ts'
import { messageOf, SeaworthyError } from '../kit/errors.ts'
import type { Effect } from '../model/effect.ts'
import type { Emit } from '../model/events.ts'
import type { Evidence } from '../model/evidence.ts'
import type { TargetFacts } from '../model/fault.ts'
import type { Inventory } from '../model/inventory.ts'
import type { PlannedFault } from '../model/plan.ts'
import type { Engine, Executor, Injection, Ledger } from '../model/ports.ts'
import type { Reading, Recipe } from '../model/recipe.ts'
import { evidenceOf } from './evidence.ts'
import { crossingsOf, joinReadings, probesOf } from './link-readings.ts'

export interface BuiltinEngineParts {
  readonly executor: Executor
  readonly ledger: Ledger
  readonly clock: Clock
  readonly inventory: Inventory
  /** Told, as warnings, what nobody asked for: a fault that ended by its deadline, something left over. */
  readonly emit?: Emit | undefined
  /** How long the first look after an injection may go on until the effect is seen; a grace period comes on top. Default 5000. */
  readonly firstLookMs?: number | undefined
}

const FIRST_LOOK_MS = 5_000
/** Later looks find an effect that is there, or it is not. */
const LATER_LOOK_MS = 1_000
const LOOK_EVERY_MS = 100

/** One injection as the engine follows it. */
interface Following {
  readonly fault: PlannedFault
  readonly before: readonly Reading[] | undefined
  readonly crossedBefore: number
  readonly injection: Injection
  outcomes: readonly ActionOutcome[]
  effect: Effect | undefined
  unmeasured: string
  looks: number
  paused: boolean
  /** Set as soon as it is asked to end: what is read after that is not the fault any more. */
  crossed: number | undefined
  end: FaultEnd | undefined
  endedEarly: boolean
}

/**
 * The engine that is part of this program: runs recipes with the agent and believes them by the readings of the executor.
 * All methods but `inject` throw SeaworthyError('ENGINE') for an injection that is not its own.
 */
export function createBuiltinEngine(parts: BuiltinEngineParts): Engine {
  return new BuiltinEngine(parts)
}

class BuiltinEngine implements Engine {
  readonly name = 'builtin'
  readonly #parts: BuiltinEngineParts
  readonly #agent: Agent
  readonly #following = new Map<string, Following>()

  constructor(parts: BuiltinEngineParts) {
    this.#parts = parts
    this.#agent = createAgent({
      ...parts,
      replicasOf: (name) => parts.inventory.workloads.find((workload) => workload.name === name)?.replicas.length,
      onDeadline: (id, end) => this.#onDeadline(id, end),
    })
  }

  readonly prepare = (): Promise<void> => Promise.resolve()

  /** Reads the data plane, then applies. What could not be applied is in the evidence. Throws SeaworthyError('ENGINE') for a fault that was injected before. */
  readonly inject = async (fault: PlannedFault): Promise<Injection> => {
    const before = fault.recipe && (await this.#readAll(fault.recipe).catch(() => undefined))
    const crossedBefore = fault.recipe ? this.#crossings(fault.recipe) : 0
    const applied = fault.recipe
      ? await this.#agent.apply({
          id: fault.id,
          what: fault.description,
          recipe: fault.recipe,
          durationMs: fault.durationMs,
        })
      : { outcomes: [], expiresAtMs: this.#parts.clock.now() }
    const injection = { fault, injectedAtMs: this.#parts.clock.now(), expiresAtMs: applied.expiresAtMs }
    const unmeasured = fault.recipe
      ? 'nothing was measured while the fault was on'
      : 'nothing matched the target, so there was nothing to hurt'
    this.#following.set(fault.id, {
      fault,
      before,
      crossedBefore,
      injection,
      outcomes: applied.outcomes,
      effect: undefined,
      unmeasured,
      looks: 0,
      paused: false,
      crossed: undefined,
      end: undefined,
      endedEarly: false,
    })
    return injection
  }

  readonly evidence = async (injection: Injection): Promise<Evidence> => {
    const following = this.#find(injection)
    const { firstLookMs = FIRST_LOOK_MS } = this.#parts
    const graces = following.fault.recipe?.apply.map((action) => (action.do === 'signal' ? action.graceMs : 0)) ?? []
    await this.#look(following, following.looks === 0 ? firstLookMs + Math.max(0, ...graces) : LATER_LOOK_MS)
    return this.#judge(following)
  }

  readonly recover = async (injection: Injection, by: 'request' | 'deadline' | 'abort'): Promise<Evidence> => {
    const following = this.#find(injection)
    const { recipe } = following.fault
    if (!recipe) return this.#judge(following)
    // An abort must end it at once; otherwise a fault that nobody has looked at yet is looked at now or never.
    if (following.looks === 0 && by !== 'abort') await this.#look(following, 0)
    following.crossed ??= this.#crossings(recipe) - following.crossedBefore
    following.end = await this.#agent.end(following.fault.id)
    if (following.end.by === 'deadline') following.endedEarly = recipe.expires !== 'nothing-to-end'
    return this.#judge(following)
  }

  readonly pause = async (injection: Injection): Promise<void> => {
    const following = this.#find(injection)
    if (!following.fault.recipe) return
    following.paused = true
    await this.#agent.pause(following.fault.id)
  }

  readonly resume = async (injection: Injection): Promise<void> => {
    const following = this.#find(injection)
    if (!following.fault.recipe) return
    const outcomes = await this.#agent.resume(following.fault.id)
    const once = following.outcomes.filter(({ action }) => resourceOf(action) === undefined)
    following.outcomes = [...once, ...outcomes]
    following.paused = false
  }

  readonly release = async () => {
    for (const following of this.#following.values()) {
      if (following.fault.recipe)
        following.crossed ??= this.#crossings(following.fault.recipe) - following.crossedBefore
    }
    const leftovers = await this.#agent.endAll()
    for (const { what, why } of leftovers)
      this.#parts.emit?.({ event: 'warning', detail: `left behind: ${what}: ${why}` })
    return leftovers
  }

  #find(injection: Injection): Following {
    const following = this.#following.get(injection.fault.id)
    if (!following)
      throw new SeaworthyError('ENGINE', `fault ${injection.fault.id} was not injected by this engine`, {
        target: injection.fault.id,
      })
    return following
  }

  /** Takes readings until they prove the fault, or the time is up. One reading is always taken while the fault is on. */
  async #look(following: Following, budgetMs: number): Promise<void> {
    const { recipe } = following.fault
    if (!recipe) return
    const untilMs = this.#parts.clock.monotonic() + budgetMs
    while (this.#isOn(following)) {
      await this.#lookOnce(following, recipe)
      following.looks++
      if (this.#judge(following).status === 'proven' || this.#parts.clock.monotonic() >= untilMs) return
      await this.#parts.clock.sleep(LOOK_EVERY_MS)
    }
  }

  async #lookOnce(following: Following, recipe: Recipe): Promise<void> {
    const readings = await this.#readAll(recipe).catch((error) => `it could not be measured: ${messageOf(error)}`)
    if (!this.#isOn(following)) return
    if (typeof readings === 'string') {
      following.effect = undefined
      following.unmeasured = readings
      return
    }
    following.effect = this.#effect(following, readings)
  }

  #effect({ fault, before }: Following, readings: readonly [Reading, ...Reading[]]): Effect {
    const type = FAULT_TYPES.find((candidate) => candidate.type === fault.type)
    if (!type) throw new SeaworthyError('ENGINE', `there is no fault type ${fault.type}`, { target: fault.id })
    const pair = joinReadings(before, readings)
    return type.effect(fault.spec.parameters, pair.before, pair.under, factsOf(fault, this.#parts.inventory))
  }

  #isOn({ crossed, paused, injection }: Following): boolean {
    return crossed === undefined && !paused && this.#parts.clock.now() < injection.expiresAtMs
  }

  #judge(following: Following): Evidence {
    const { fault, injection, crossed, crossedBefore } = following
    return evidenceOf({
      ...following,
      injectedAtMs: injection.injectedAtMs,
      crossed: crossed ?? (fault.recipe ? this.#crossings(fault.recipe) - crossedBefore : 0),
    })
  }

  #crossings(recipe: Recipe): number {
    return crossingsOf(recipe).reduce((all, links) => all + this.#parts.executor.crossings(links), 0)
  }

  async #readAll(recipe: Recipe): Promise<readonly [Reading, ...Reading[]]> {
    const [first, ...others] = await Promise.all(probesOf(recipe).map((probe) => this.#parts.executor.read(probe)))
    if (!first) throw new SeaworthyError('ENGINE', 'the recipe names no probe')
    return [first, ...others]
  }

  /** A fault that was over while its window may still have been open has not done what was asked of it, whatever was seen before. */
  #onDeadline(id: string, end: FaultEnd | Error): void {
    const following = this.#following.get(id)
    const recipe = following?.fault.recipe
    if (!following || !recipe || recipe.expires === 'nothing-to-end') return
    following.crossed ??= this.#crossings(recipe) - following.crossedBefore
    following.endedEarly = true
    if (!(end instanceof Error)) following.end = end
    const how =
      end instanceof Error ? `could not be ended by its deadline: ${messageOf(end)}` : 'was ended by its own deadline'
    this.#parts.emit?.({ event: 'warning', detail: `fault ${id} ${how}` })
  }
}

function factsOf(fault: PlannedFault, inventory: Inventory): TargetFacts {
  const { id, workload, replicas, of, seed, durationMs } = fault
  return { id, workload, replicas, all: replicas.length === of, inventory, seed, durationMs }
}
