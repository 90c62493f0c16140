import type { Suite } from '../model/suite.ts'

/** Whether a suite's policy lets no pull request loosen this experiment. */
export function isRequired({ policy }: Pick<Suite, 'policy'>, experiment: string): boolean {
  const required = policy?.required ?? false
  return typeof required === 'boolean' ? required : required.includes(experiment)
}

/** What all experiments share, such as traffic, is required where any of them is. */
export function requiresAny({ policy }: Pick<Suite, 'policy'>): boolean {
  return (policy?.required ?? false) !== false
}
