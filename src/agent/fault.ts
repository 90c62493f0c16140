import type { Leftover } from '../model/ledger.ts'
import type { Action, Recipe } from '../model/recipe.ts'

export interface FaultOrder {
  /** Unique in the run. */
  readonly id: string
  /** For people, in the ledger. */
  readonly what: string
  readonly recipe: Recipe
  /** The fault is ended when this has passed since it began, whoever is gone by then. */
  readonly durationMs: number
}

/** Somebody asked, or the fault's own deadline had come. */
export type EndedBy = 'request' | 'deadline'

export interface ActionOutcome {
  readonly action: Action
  readonly ok: boolean
  /** What went wrong; empty when nothing did. */
  readonly detail: string
}

export interface FaultEnd {
  readonly endedAtMs: number
  readonly by: EndedBy
  /** What could not be undone, or not be seen to be; empty is the proof that the fault is gone. */
  readonly leftovers: readonly Leftover[]
}

type State = 'on' | 'paused' | 'ended'

/** One fault in the hands of the agent, from before its first step to the proof of its end. */
export class Fault {
  readonly order: FaultOrder
  readonly timer = new AbortController()
  state: State = 'on'
  /** One of apply, pause, resume and end at a time, in the order of asking. */
  turn: Promise<unknown> = Promise.resolve()
  end: FaultEnd | undefined

  constructor(order: FaultOrder) {
    this.order = order
  }

  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.turn.then(work, work)
    this.turn = turn
    return turn
  }
}
