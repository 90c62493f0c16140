import { isSeaworthyError, messageOf, SeaworthyError } from '../kit/errors.ts'
import type { RunRequest } from '../model/request.ts'
import type { Suite } from '../model/suite.ts'
import { applyPolicy, type Base, type Held } from '../policy/apply-policy.ts'
import type { BaseText } from '../policy/read-base.ts'
import { loadBase } from '../suite/load-base.ts'
import { loadSuite } from '../suite/load-suite.ts'

/** Reads the suite of the base; rejects where it is not known whether there is one. */
export type ReadBase = () => Promise<BaseText>

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The suite of a request, held to the policy of its base where one is named. Throws SuiteError for mistakes in it, and
 * SeaworthyError('INPUT') where the base's version cannot be read: what it would demand is not known then.
 */
export async function heldSuite(
  request: RunRequest,
  environment: Environment,
  readBase: ReadBase | undefined,
): Promise<Held> {
  const head = await loadSuite(request.suite, environment)
  return applyPolicy(head, request, readBase && baseOf(await readBase(), head, environment))
}

function baseOf({ where, text }: BaseText, { file }: Suite, environment: Environment): Base {
  if (text === undefined) return { where, suite: undefined }
  try {
    return { where, suite: loadBase(text, file, environment) }
  } catch (cause) {
    if (!isSeaworthyError(cause)) throw cause
    throw new SeaworthyError(
      'INPUT',
      `the policy of the base is not known: ${where} is no suite: ${messageOf(cause)}`,
      {
        remedy: 'Mend the suite on the base branch first; who may pass over the check can merge that.',
        target: where,
      },
    )
  }
}
