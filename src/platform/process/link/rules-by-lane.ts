import type { LaneRules } from './lane-item.ts'
import { actsOn, type Way } from './link-match.ts'
import { isKind, type RuleOf, type RuleState } from './rule-state.ts'

/** The rules among these that act on bytes of one direction. */
export function laneRules(rules: readonly RuleState[], way: Way): LaneRules {
  return {
    hangs: hangs(rules).filter(({ rule }) => actsOn(rule.direction, way)),
    delays: rules.filter((state) => isKind(state, 'delay')).filter(({ rule }) => actsOn(rule.direction, way)),
    bandwidths: rules.filter((state) => isKind(state, 'bandwidth')).filter(({ rule }) => actsOn(rule.direction, way)),
  }
}

/** The silent partitions among these. While there is one, in whatever direction, no handshake completes. */
export function hangs(rules: readonly RuleState[]): readonly RuleOf<'partition'>[] {
  return rules.filter((state) => isKind(state, 'partition')).filter(({ rule }) => rule.manner === 'hang')
}

export function refusals(rules: readonly RuleState[]): readonly RuleOf<'partition'>[] {
  return rules.filter((state) => isKind(state, 'partition')).filter(({ rule }) => rule.manner === 'refuse')
}
