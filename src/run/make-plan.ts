import { FAULT_TYPES } from '../faults/registry.ts'
import { SeaworthyError, SuiteError } from '../kit/errors.ts'
import type { Inventory } from '../model/inventory.ts'
import type { Plan } from '../model/plan.ts'
import type { RunRequest } from '../model/request.ts'
import type { Suite } from '../model/suite.ts'
import { planSuite } from '../plan/plan-suite.ts'
import { checkProcessPlatform } from '../platform/process/check.ts'
import { processInventory } from '../platform/process/inventory.ts'
import { loadSuite } from '../suite/load-suite.ts'

export interface PlannedRun {
  readonly suite: Suite
  readonly inventory: Inventory
  readonly plan: Plan
}

export const ENGINE = 'builtin'

/** Suite, inventory and plan of a request; touches nothing. Throws INPUT, SUITE or PLAN errors, each with its remedy. */
export async function makePlan(
  request: RunRequest,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<PlannedRun> {
  const suite = withPrometheus(await loadSuite(request.suite, environment), request.prometheusUrl)
  const issues = await checkProcessPlatform(suite)
  if (issues.length > 0)
    throw new SuiteError(
      suite.file,
      issues.map((issue) => ({ ...issue, column: 1, path: '' })),
    )
  const inventory = processInventory(suite)
  const plan = planSuite({
    suite,
    inventory,
    faultTypes: FAULT_TYPES,
    engine: ENGINE,
    seed: request.seed,
    only: request.only,
  })
  if (request.plan !== undefined && request.plan !== plan.digest) {
    throw new SeaworthyError('PLAN', `this plan has the digest ${plan.digest}; only ${request.plan} may run`, {
      remedy: 'Look at it with `seaworthy plan`; the same suite and --seed give the same digest.',
    })
  }
  return { suite, inventory, plan }
}

/** A Prometheus that was named by an input takes the place of the suite's, with the suite's other settings. */
function withPrometheus(suite: Suite, url: string | undefined): Suite {
  if (url === undefined) return suite
  const known = suite.prometheus ?? { scrapeMs: 1_000, tokenFrom: undefined }
  return { ...suite, prometheus: { ...known, source: { kind: 'url', url } } }
}
