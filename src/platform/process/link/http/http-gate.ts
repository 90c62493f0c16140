import type { LaneOptions } from '../lane.ts'
import { isKind, type RuleState } from '../rule-state.ts'
import type { Witness } from '../witness.ts'
import type { Exchange, HttpRule } from './exchange.ts'
import { httpMatches } from './http-match.ts'

/** The rules among these that act on HTTP. */
export function httpRules(rules: readonly RuleState[]): readonly HttpRule[] {
  return rules.filter(
    (rule): rule is HttpRule =>
      isKind(rule, 'http-abort') || isKind(rule, 'http-delay') || isKind(rule, 'http-replace'),
  )
}

export interface GateFacts {
  readonly witness: Witness
  readonly rules: readonly HttpRule[]
  /** No complete head can come any more. */
  readonly given: boolean
}

/** What happens to the next bytes of a request: hold them until its head is known, then as the rules say. */
export function gateRequest(
  exchange: Exchange,
  bytes: Buffer,
  facts: GateFacts,
): ReturnType<NonNullable<LaneOptions<unknown>['gate']>> {
  if (!exchange.decided) {
    if (facts.rules.length > 0 && !facts.given && exchange.line === undefined) return 'wait'
    exchange.decided = true
    decide(exchange, facts)
  }
  if (exchange.abortedBy) {
    facts.witness.hit(exchange.abortedBy, bytes.length)
    return 'drop'
  }
  const left = heldFor(exchange, bytes, facts.witness)
  if (left > 0) return left
  exchange.forwarded = true
  return 'pass'
}

/** Asks each rule in the order in which they were set; a request that one answers does not reach the next. */
function decide(exchange: Exchange, { rules, witness }: GateFacts): void {
  const { line } = exchange
  if (line === undefined) return
  for (const rule of rules) {
    if (!httpMatches(rule.rule.match, line)) continue
    witness.requestMatched(rule)
    if (rule.random(witness.probe) >= rule.rule.match.share) continue
    if (isKind(rule, 'http-abort')) {
      witness.requestHit(rule)
      exchange.abortedBy = rule
      return
    }
    if (isKind(rule, 'http-replace')) exchange.replacedBy = rule
    else if (isKind(rule, 'http-delay')) {
      const now = performance.now()
      const { delayMs, jitterMs } = rule.rule
      const delay = Math.max(0, delayMs + jitterMs * (2 * rule.random(witness.probe) - 1))
      witness.requestHit(rule)
      exchange.holds.push({ rule, since: now, until: now + delay })
    }
  }
}

/** How long the request is still held, in ms. Delays add up; those of removed rules count no more. */
function heldFor(exchange: Exchange, bytes: Buffer, witness: Witness): number {
  if (exchange.holds.length === 0) return 0
  const now = performance.now()
  const left = exchange.holds
    .filter(({ rule }) => rule.active)
    .reduce((sum, { since, until }) => sum + until - since, 0)
  const since = exchange.holds[0]?.since ?? now
  if (since + left > now) return since + left - now
  for (const { rule } of exchange.holds) {
    witness.hit(rule, bytes.length)
    witness.held(rule, now - since)
  }
  exchange.holds = []
  return 0
}
