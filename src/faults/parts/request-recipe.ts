import type { TargetFacts } from '../../model/fault.ts'
import type { LinkRule, Recipe } from '../../model/recipe.ts'
import { type OtherSide, requestLinks } from './links.ts'
import { linkRuleProbe } from './probes.ts'

/** A rule on requests of the target's links, as long as the fault is on; `holdMs` is how long it may hold a probe's answer back. */
export function requestRecipe(facts: TargetFacts, to: OtherSide | undefined, rule: LinkRule, holdMs = 0): Recipe {
  const { id, links } = requestLinks(facts, to)
  return {
    mechanism: 'link proxy, HTTP/1.1',
    apply: [{ do: 'add-link-rule', id, links, rule }],
    undo: [{ do: 'remove-link-rule', id }],
    expires: 'agent',
    evidence: linkRuleProbe(id, links, holdMs),
    crossing: links,
  }
}
