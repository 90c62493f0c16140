import { connectionSecrets } from '../kube/connection-secrets.ts'
import type { RunRequest } from '../model/request.ts'
import type { ReadBase } from '../run/held-suite.ts'
import { makePlan, type PlannedRun } from '../run/make-plan.ts'
import { kindSearch } from './kind-search.ts'
import { keepSecrets, keepSecretsOf, masked } from './masked.ts'

/** The plan of a run; from then on this process tells no secret of its suite, nor of its cluster. Throws what makePlan throws. */
export async function planRun(request: RunRequest, readBase: ReadBase | undefined): Promise<PlannedRun> {
  const planned = await makePlan(request, process.env, kindSearch(request.kind.binary), readBase)
  keepSecretsOf(planned.suite)
  // Commands of the suite get a kubeconfig, and may print it.
  if (planned.cluster) keepSecrets(await connectionSecrets(planned.cluster.connection))
  return planned
}

/** The same for a plan that is only shown: it holds no secret, and its cluster is asked nothing more. */
export async function planToShow(request: RunRequest, readBase: ReadBase | undefined): Promise<PlannedRun> {
  const planned = await planRun(request, readBase)
  planned.cluster?.client.close()
  return { ...planned, ...masked({ plan: planned.plan, policy: planned.policy }) }
}
