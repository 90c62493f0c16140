import type { Action } from '../model/recipe.ts'

interface Claim {
  readonly fault: string
  readonly action: Action
}

/**
 * Who wants what of which resource. Faults may lie over each other and end in any order, so what a resource should be is never
 * "undone" but asked: the newest claim on it, or nothing. Work on one resource happens in turns, and asks when its turn comes.
 */
export class Claims {
  readonly #claims = new Map<string, readonly Claim[]>()
  readonly #turns = new Map<string, Promise<unknown>>()

  add(resource: string, fault: string, action: Action): void {
    this.remove(resource, fault)
    this.#claims.set(resource, [...(this.#claims.get(resource) ?? []), { fault, action }])
  }

  remove(resource: string, fault: string): void {
    const others = (this.#claims.get(resource) ?? []).filter((claim) => claim.fault !== fault)
    if (others.length === 0) this.#claims.delete(resource)
    else this.#claims.set(resource, others)
  }

  has(resource: string, fault: string): boolean {
    return (this.#claims.get(resource) ?? []).some((claim) => claim.fault === fault)
  }

  /** What the newest claim asks for; undefined when nobody claims the resource. */
  wanted(resource: string): Action | undefined {
    return this.#claims.get(resource)?.at(-1)?.action
  }

  /** Whether anybody claims a resource whose name begins so. */
  anyOf(prefix: string): boolean {
    return [...this.#claims.keys()].some((resource) => resource.startsWith(prefix))
  }

  /** Runs `work` after all earlier work on the resource, however that ended. */
  inTurn<T>(resource: string, work: () => Promise<T>): Promise<T> {
    const earlier = this.#turns.get(resource) ?? Promise.resolve()
    const turn = earlier.then(work, work)
    this.#turns.set(resource, turn)
    return turn
  }
}
