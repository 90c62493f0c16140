import type { RuleState } from './rule-state.ts'

/** What one connection reports to the rules that act on it. A probe's connection reports nothing: counters speak of real traffic. */
export class Witness {
  readonly probe: boolean
  readonly #under = new WeakSet<RuleState>()
  readonly #hit = new WeakSet<RuleState>()

  constructor(probe: boolean) {
    this.probe = probe
  }

  under(rule: RuleState): void {
    if (this.probe || this.#under.has(rule)) return
    this.#under.add(rule)
    rule.tally.connections += 1
  }

  /** The rule changed this connection: held, refused or slowed it, or so many of its bytes. */
  hit(rule: RuleState, bytes = 0): void {
    if (this.probe) return
    rule.tally.bytesHit += bytes
    if (this.#hit.has(rule)) return
    this.#hit.add(rule)
    rule.tally.connectionsHit += 1
  }

  held(rule: RuleState, ms: number): void {
    if (!this.probe) rule.tally.held.add(ms)
  }

  requestMatched(rule: RuleState): void {
    if (!this.probe) rule.tally.requestsMatched += 1
  }

  requestHit(rule: RuleState): void {
    if (this.probe) return
    rule.tally.requestsHit += 1
    this.hit(rule)
  }
}
