import type { ExperimentFacts, JudgedExperiment } from '../facts.ts'
import { type Explanation, RULES } from './rules.ts'
import { sceneOf } from './scene.ts'

/**
 * What was measured that explains why an experiment did not hold, and one thing to do about it; null where no rule
 * applies. Rules see measured numbers and the plan's own names, nothing that a service said. No hint is better than a vague one.
 */
export function explain(facts: ExperimentFacts, judged: JudgedExperiment): Explanation | null {
  const scene = sceneOf(facts, judged)
  if (!scene) return null
  for (const { code, look } of RULES) {
    const seen = look(scene)
    if (seen) return { why: seen.why, hint: { code, text: seen.text } }
  }
  return null
}
