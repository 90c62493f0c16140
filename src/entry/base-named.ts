import type { RunRequest } from '../model/request.ts'
import { readBaseFrom } from '../policy/read-base.ts'
import type { ReadBase } from '../run/held-suite.ts'

/** What `--policy-from` names on a command line. */
export function baseNamed({ suite, policyFrom }: Pick<RunRequest, 'suite' | 'policyFrom'>): ReadBase | undefined {
  return policyFrom === undefined ? undefined : () => readBaseFrom(policyFrom, suite)
}
