import type { Journal } from '../../model/journal.ts'
import { listed, sentence, target } from './inline.ts'

const MOST = 5

/** What makes the run worth less although it changed no verdict: things touched outside the plan, late traffic, warnings of the plan. */
export function warningLines(journal: Journal): string[] {
  const { outside, plan } = journal
  return [
    ...(outside.length === 0 ? [] : [`⚠️ **Changed outside the plan:** ${listed(outside, 10, target)}.`]),
    ...(plan.warnings.length === 0 ? [] : [`⚠️ ${listed(plan.warnings, MOST, (warning) => sentence(warning, 200))}`]),
  ]
}
