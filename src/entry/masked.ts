import { createMask } from '../kit/mask.ts'
import type { Suite } from '../model/suite.ts'
import { secretsIn } from '../platform/process/service-environment.ts'
import { suiteSecrets } from '../run/suite-secrets.ts'

/** What this process must not tell. Grows when a suite says that something else is a secret too. */
const known = new Set(secretsIn(process.env))
let mask = createMask([...known])

/** From now on what this suite makes a secret of is masked as well. */
export function keepSecretsOf(suite: Suite): void {
  keepSecrets(suiteSecrets(suite, process.env))
}

/** From now on these are masked as well. */
export function keepSecrets(secrets: readonly string[]): void {
  for (const secret of secrets) known.add(secret)
  mask = createMask([...known])
}

/** A text, or all strings in a value, without a secret: for everything that leaves this process. */
export function masked<T>(value: T): T {
  return mask(value)
}

export function knownSecrets(): readonly string[] {
  return [...known]
}
