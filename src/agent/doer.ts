import type { Clock } from '../kit/clock.ts'
import { messageOf } from '../kit/errors.ts'
import type { Leftover } from '../model/ledger.ts'
import type { Executor, Ledger } from '../model/ports.ts'
import type { Action, Recipe } from '../model/recipe.ts'
import { Claims } from './claims.ts'
import { type EndCheck, endChecks } from './end-checks.ts'
import type { ActionOutcome, EndedBy, Fault, FaultEnd } from './fault.ts'
import { inRuns, resourceOf, spokenAction } from './resource.ts'
import { withTimeLimit } from './time-limit.ts'

export interface DoerParts {
  readonly executor: Executor
  readonly ledger: Ledger
  readonly clock: Clock
  /** How many replicas the suite wants of a workload, for the proof that a scale was undone. */
  readonly replicasOf: (workload: string) => number | undefined
}

/** Most actions are a matter of milliseconds, and the kernel may take a moment to end a process; one that takes longer hangs. */
const ACTION_LIMIT_MS = 15_000
/** These wait for services to end by themselves, for connections to be answered, for memory to be filled. */
const SLOW_ACTIONS_MS: Partial<Record<Action['do'], number>> = {
  scale: 30_000,
  'open-connections': 60_000,
  'start-stress': 90_000,
}
const END_ATTEMPTS = 4
/** An undo that was done may take a moment to be seen: a process must start, a worker must exit. */
const LOOKS_AN_ATTEMPT = 20
const LOOK_EVERY_MS = 100

/** The hands of the agent: actions in order, in turns, within limits. */
export class Doer {
  readonly #parts: DoerParts
  readonly #claims = new Claims()

  constructor(parts: DoerParts) {
    this.#parts = parts
  }

  unclaim(fault: Fault): void {
    for (const resource of resourcesOf(fault.order.recipe)) this.#claims.remove(resource, fault.order.id)
  }

  async apply(fault: Fault, chosen: (action: Action) => boolean): Promise<readonly ActionOutcome[]> {
    const outcomes: ActionOutcome[] = []
    for (const run of inRuns(fault.order.recipe.apply.filter(chosen))) {
      outcomes.push(...(await Promise.all(run.map((action) => this.#applyOne(fault, action)))))
    }
    return outcomes
  }

  async #applyOne(fault: Fault, action: Action): Promise<ActionOutcome> {
    const { id } = fault.order
    const resource = resourceOf(action)
    const ended = { action, ok: false, detail: `${spokenAction(action)}: the fault was ended before` }
    if (fault.state !== 'on') return ended
    if (resource === undefined) return this.#try(action, () => undefined)
    this.#claims.add(resource, id, action)
    return this.#claims.inTurn(resource, () =>
      this.#claims.has(resource, id)
        ? this.#try(action, () => this.#settleLater(fault, resource))
        : Promise.resolve(ended),
    )
  }

  async #try(action: Action, late: () => void): Promise<ActionOutcome> {
    try {
      await this.#run(action, late)
      return { action, ok: true, detail: '' }
    } catch (error) {
      return { action, ok: false, detail: `${spokenAction(action)}: ${messageOf(error)}` }
    }
  }

  #run(action: Action, late: () => void): Promise<void> {
    const limitMs = (SLOW_ACTIONS_MS[action.do] ?? ACTION_LIMIT_MS) + (action.do === 'signal' ? action.graceMs : 0)
    const work = Promise.resolve().then(() => this.#parts.executor.run(action))
    return withTimeLimit(this.#parts.clock, limitMs, work, late)
  }

  /** Brings a resource to what the newest claim on it asks for, or where there is none undoes it. Returns how that went. */
  async #settle(fault: Fault, resource: string): Promise<ActionOutcome | undefined> {
    const undo = fault.order.recipe.undo.find((action) => resourceOf(action) === resource)
    if (!undo) return undefined
    return this.#claims.inTurn(resource, () =>
      this.#try(this.#claims.wanted(resource) ?? undo, () => this.#settleLater(fault, resource)),
    )
  }

  /** What was given up came true after all: bring the resource to where it should be by now. */
  #settleLater(fault: Fault, resource: string): void {
    void this.#settle(fault, resource)
  }

  /** One try to undo everything, in reverse order, and a look whether it is gone. Returns what is not. */
  async undo(fault: Fault): Promise<readonly Leftover[]> {
    const outcomes: ActionOutcome[] = []
    for (const run of inRuns(fault.order.recipe.undo.toReversed())) {
      const settled = await Promise.all(run.map((action) => this.#settle(fault, resourceOf(action) ?? '')))
      outcomes.push(...settled.filter((outcome) => outcome !== undefined))
    }
    const checks = endChecks(fault.order.recipe, this.#parts.replicasOf).filter(({ resource }) =>
      this.#isOurs(resource),
    )
    const looked = new Set<string | undefined>(checks.map(({ resource }) => resource))
    const stills = await this.#look(checks)
    // What was seen to be gone is gone, even where the action that should end it found nothing to end.
    const failed = outcomes.filter(({ ok, action }) => !ok && !looked.has(resourceOf(action)))
    return [...stills, ...failed.map(({ action, detail }) => leftover(spokenAction(action), detail))]
  }

  /** Tries to undo until nothing is left, or often enough; then the ledger has it as gone, or it keeps what is left over. */
  async end(fault: Fault, by: EndedBy): Promise<FaultEnd> {
    if (fault.end && fault.end.leftovers.length === 0) return fault.end
    let leftovers = await this.undo(fault)
    for (let again = 1; again < END_ATTEMPTS && leftovers.length > 0; again++) {
      await this.#parts.clock.sleep(LOOK_EVERY_MS)
      leftovers = await this.undo(fault)
    }
    const end = { endedAtMs: this.#parts.clock.now(), by: fault.end?.by ?? by, leftovers }
    if (leftovers.length === 0) {
      fault.timer.abort()
      this.#parts.ledger.write({ entry: 'gone', at: end.endedAtMs, id: fault.order.id })
    }
    fault.end = end
    return end
  }

  /** Looks until all is gone, or for long enough. */
  async #look(checks: readonly EndCheck[]): Promise<readonly Leftover[]> {
    let open = checks.map((check) => ({ check, why: 'it was not looked at' }))
    for (let look = 0; look < LOOKS_AN_ATTEMPT && open.length > 0; look++) {
      if (look > 0) await this.#parts.clock.sleep(LOOK_EVERY_MS)
      const seen = await Promise.all(open.map(async ({ check }) => ({ check, why: await this.#still(check) })))
      open = seen.flatMap(({ check, why }) => (why === undefined ? [] : [{ check, why }]))
    }
    return open.map(({ check, why }) => leftover(check.what, why))
  }

  /**
   * A resource that another fault claims is that fault's matter. Held replicas are missing from a count for a reason of their own,
   * and a replica that was scaled away cannot come up.
   */
  #isOurs(resource: string): boolean {
    if (this.#claims.wanted(resource) !== undefined) return false
    if (resource.startsWith('count ')) return !this.#claims.anyOf('up ')
    return !(resource.startsWith('up ') && this.#claims.anyOf('count '))
  }

  async #still(check: EndCheck): Promise<string | undefined> {
    try {
      return check.still(await this.#parts.executor.read(check.probe))
    } catch (error) {
      return `it could not be looked at: ${messageOf(error)}`
    }
  }
}

function resourcesOf(recipe: Recipe): readonly string[] {
  return recipe.apply.map(resourceOf).filter((resource) => resource !== undefined)
}

function leftover(what: string, why: string): Leftover {
  return {
    what,
    why,
    remedy: 'Run `seaworthy cleanup`, which ends what the run has left; the rule, worker or hold ends with it.',
  }
}
