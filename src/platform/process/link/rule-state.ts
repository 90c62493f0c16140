import { seededRandom } from '../../../kit/random.ts'
import type { LinkMatch, LinkRule } from '../../../model/recipe.ts'
import { HeldTimes } from './held-times.ts'
import { Limiter } from './limiter.ts'
import type { Way } from './link-match.ts'

/** Counts of real traffic under one rule. */
export interface RuleTally {
  connections: number
  connectionsHit: number
  requestsMatched: number
  requestsHit: number
  bytesHit: number
  readonly held: HeldTimes
}

/** A rule from when it is set until it is removed, and its counts for ever. */
export class RuleState<Rule extends LinkRule = LinkRule> {
  readonly id: string
  readonly match: LinkMatch
  readonly rule: Rule
  readonly tally: RuleTally = {
    connections: 0,
    connectionsHit: 0,
    requestsMatched: 0,
    requestsHit: 0,
    bytesHit: 0,
    held: new HeldTimes(),
  }
  active = true
  readonly #random: () => number
  /** Probes draw apart from traffic, so that asking does not change which requests are hit. */
  readonly #probeRandom: () => number
  readonly #limiters = new Map<string, Limiter>()

  constructor(id: string, match: LinkMatch, rule: Rule) {
    this.id = id
    this.match = match
    this.rule = rule
    const seed = 'seed' in rule ? rule.seed : 0
    this.#random = seededRandom(seed)
    this.#probeRandom = seededRandom(~seed)
  }

  random(probe: boolean): number {
    return probe ? this.#probeRandom() : this.#random()
  }

  /** The line that all connections of one link share in one direction. */
  limiter(linkId: string, way: Way, bytesPerSecond: number): Limiter {
    const key = `${way} ${linkId}`
    const limiter = this.#limiters.get(key) ?? new Limiter(bytesPerSecond)
    this.#limiters.set(key, limiter)
    return limiter
  }
}

export type RuleOf<Kind extends LinkRule['rule']> = RuleState<Extract<LinkRule, { readonly rule: Kind }>>

export function isKind<Kind extends LinkRule['rule']>(state: RuleState, kind: Kind): state is RuleOf<Kind> {
  return state.rule.rule === kind
}
