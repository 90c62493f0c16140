import type { Backend } from './link-types.ts'

/** Takes the ready replicas in turns. Probes have turns of their own, so that asking does not move real connections. */
export class Balancer {
  readonly #backends: () => readonly Backend[]
  #turn = 0
  #probeTurn = 0

  constructor(backends: () => readonly Backend[]) {
    this.#backends = backends
  }

  /** The next one, or undefined when none is ready. */
  pick(probe: boolean): Backend | undefined {
    const ready = this.#backends()
    if (ready.length === 0) return undefined
    const turn = probe ? this.#probeTurn++ : this.#turn++
    return ready[turn % ready.length]
  }

  /** Where a replica listens now; a restart may have moved it. Its last known place when it is not ready. */
  locate(chosen: Backend): Backend {
    return this.#backends().find(({ replica }) => replica === chosen.replica) ?? chosen
  }
}
