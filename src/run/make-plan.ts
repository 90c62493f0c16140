import { FAULT_TYPES } from '../faults/registry.ts'
import { sha256 } from '../kit/canonical-json.ts'
import { isSeaworthyError, SeaworthyError, SuiteError } from '../kit/errors.ts'
import type { Inventory } from '../model/inventory.ts'
import type { Plan } from '../model/plan.ts'
import { type PolicyRecord, policySentence } from '../model/policy.ts'
import type { PlatformIssue } from '../model/ports.ts'
import type { RunRequest } from '../model/request.ts'
import type { Suite } from '../model/suite.ts'
import { type PlanInput, planSuite } from '../plan/plan-suite.ts'
import { shardPlan } from '../plan/shard-plan.ts'
import type { KindSearch } from '../platform/kubernetes/kind/find-kind.ts'
import type { KindChoices } from '../platform/kubernetes/kind/kind-platform.ts'
import { checkProcessPlatform } from '../platform/process/check.ts'
import { processInventory } from '../platform/process/inventory.ts'
import type { OpenCluster } from './cluster/open-cluster.ts'
import { heldSuite, type ReadBase } from './held-suite.ts'

export interface PlannedRun {
  readonly suite: Suite
  readonly inventory: Inventory
  readonly plan: Plan
  /** Where the suite's preview is in one. */
  readonly cluster?: OpenCluster | undefined
  /** This program's own image, for its pods in a cluster; the published one where none was named. */
  readonly image?: string | undefined
  /** What a cluster of kind is made with, where the suite has one. */
  readonly kind?: KindChoices | undefined
  /** What would stop the run: rights, versions, an engine that is missing. A plan can be shown all the same. */
  readonly obstacles: readonly PlatformIssue[]
  /** What the base's policy made of the suite; undefined where no base was named. */
  readonly policy?: PolicyRecord | undefined
  /** What counts in place of the request's own, as the policy has it. */
  readonly held?: Pick<RunRequest, 'mode' | 'onInconclusive'>
}

export const ENGINE = 'builtin'

/** Suite, inventory and plan of a request; touches nothing. Throws INPUT, SUITE or PLAN errors, each with its remedy. */
export async function makePlan(
  request: RunRequest,
  environment: Readonly<Record<string, string | undefined>>,
  kind: KindSearch,
  readBase?: ReadBase,
): Promise<PlannedRun> {
  const held = await heldSuite(request, environment, readBase)
  const suite = withCluster(
    withNamespace(withPrometheus(held.suite, request.prometheusUrl), request.cluster.namespace),
    request.cluster.cluster,
  )
  const choices = await kindChoices(suite, request.kind)
  const { issues, inventory, cluster } = await lookAround(suite, request, environment, kind)
  if (!inventory) {
    cluster?.client.close()
    throw refusal(suite, issues)
  }
  const whole = planAnyway({ suite, inventory, seed: seedOf(suite, request), only: request.only }, issues, held.policy)
  if (request.plan !== undefined && request.plan !== whole.digest) {
    throw new SeaworthyError('PLAN', `this plan has the digest ${whole.digest}; only ${request.plan} may run`, {
      remedy: 'Look at it with `seaworthy plan`; the same suite and --seed give the same digest.',
    })
  }
  const obstacles = [...issues, ...(cluster ? await obstaclesOf(cluster, suite, request.only) : [])]
  const plan = request.shard ? shardPlan(whole, request.shard) : whole
  const { mode, onInconclusive, policy } = held
  return {
    suite,
    inventory,
    plan,
    cluster,
    image: request.cluster.image,
    kind: choices,
    obstacles,
    policy,
    held: { mode, onInconclusive },
  }
}

/**
 * Chance, unless somebody has to approve the plan: then the same suite must give the same plan when the job is run again,
 * so that the digest that was approved is the one that runs.
 */
function seedOf(suite: Suite, { seed, seedGiven }: RunRequest): number {
  if (seedGiven || !suite.limits.approval) return seed
  return Number.parseInt(sha256(`seed of ${suite.digest}`).slice(0, 8), 16)
}

/** A plan that cannot be made where something is missing tells what is missing, from which it follows. */
function planAnyway(
  input: Pick<PlanInput, 'suite' | 'inventory' | 'seed' | 'only'>,
  issues: readonly PlatformIssue[],
  policy: PolicyRecord | undefined,
): Plan {
  try {
    return planSuite({ ...input, faultTypes: FAULT_TYPES, engine: ENGINE })
  } catch (error) {
    throw issues.length > 0 ? refusal(input.suite, issues) : beyondBase(error, policy)
  }
}

/** The suite itself may allow what its base does not, so its own numbers would not explain why it was refused. */
function beyondBase(error: unknown, policy: PolicyRecord | undefined): unknown {
  const limits = policy?.changes.filter(({ effect }) => effect === 'base-counts') ?? []
  if (!isSeaworthyError(error) || error.code !== 'PLAN' || limits.length === 0) return error
  return new SeaworthyError(
    'PLAN',
    `${error.message}. The limits of ${policy?.base} count: ${limits.map(policySentence).join('; ')}`,
    {
      remedy: 'Keep within the limits of the base, or have the change of the limits merged by itself first.',
      cause: error.cause,
    },
  )
}

function refusal({ file }: Suite, issues: readonly PlatformIssue[]): SuiteError {
  return new SuiteError(
    file,
    issues.map((issue) => ({ ...issue, column: 1, path: '' })),
  )
}

interface Surroundings {
  readonly issues: readonly PlatformIssue[]
  /** Undefined where the issues leave nothing to plan with. */
  readonly inventory: Inventory | undefined
  readonly cluster: OpenCluster | undefined
}

/** What the suite's platform has, and lacks. Touches nothing. */
async function lookAround(
  suite: Suite,
  request: RunRequest,
  environment: Readonly<Record<string, string | undefined>>,
  kind: KindSearch,
): Promise<Surroundings> {
  if (suite.system.platform === 'process') {
    const issues = await checkProcessPlatform(suite)
    return { issues, inventory: issues.length > 0 ? undefined : processInventory(suite), cluster: undefined }
  }
  if (suite.system.cluster === 'kind') {
    const { checkKindPlatform } = await import('../platform/kubernetes/kind/check-kind.ts')
    const { kindInventory } = await import('../platform/kubernetes/kind/kind-platform.ts')
    const issues = await checkKindPlatform(suite, kind)
    return { issues, inventory: issues.length > 0 ? undefined : await kindInventory(suite), cluster: undefined }
  }
  // Only who has a preview in a cluster pays for loading what speaks to one.
  const { openCluster } = await import('./cluster/open-cluster.ts')
  const { checkKubernetesPlatform } = await import('../platform/kubernetes/check.ts')
  const { kubernetesInventory } = await import('../platform/kubernetes/inventory.ts')
  const cluster = await openCluster(request.cluster, environment, () => undefined)
  const issues = await checkKubernetesPlatform(cluster.client, suite)
  // A label or a workload that is missing keeps a run from starting, and nobody from seeing what it would do.
  const inventory = await kubernetesInventory(cluster.client, suite).catch((error: unknown) => {
    if (issues.length === 0) throw error
    return undefined
  })
  return { issues, inventory, cluster }
}

async function obstaclesOf(
  cluster: OpenCluster,
  suite: Suite,
  only: readonly string[],
): Promise<readonly PlatformIssue[]> {
  const { clusterNeeds } = await import('./cluster/cluster-needs.ts')
  const { preflight } = await import('../platform/kubernetes/preflight.ts')
  return preflight(cluster.client, suite, clusterNeeds(suite, only, cluster.install))
}

/** Throws SuiteError when anything stands in the way of a run; nothing was touched by then. */
export function refuseObstacles({ suite, obstacles, cluster }: PlannedRun): void {
  if (obstacles.length === 0) return
  cluster?.client.close()
  throw refusal(suite, obstacles)
}

/** A cluster that was named by an input takes the place of the suite's. Throws SeaworthyError('INPUT') for a suite without one. */
export function withCluster(suite: Suite, cluster: 'connect' | 'kind' | undefined): Suite {
  if (cluster === undefined) return suite
  const { system } = suite
  if (system.platform === 'kubernetes') return { ...suite, system: { ...system, cluster } }
  throw new SeaworthyError('INPUT', `--cluster: ${suite.file} describes processes on this machine`, {
    remedy: 'Leave it away, or describe a preview on Kubernetes: `system.namespace` and `workloads`.',
    target: suite.file,
  })
}

/**
 * What was chosen for a cluster of kind; undefined where the suite has none. Throws SeaworthyError('INPUT') for a
 * configuration that is none, and for choices that would say nothing.
 */
async function kindChoices({ system, file }: Suite, request: RunRequest['kind']): Promise<KindChoices | undefined> {
  const { binary, image, config, keep } = request
  if (system.platform === 'kubernetes' && system.cluster === 'kind') {
    const { readKindConfig } = await import('../platform/kubernetes/kind/read-kind-config.ts')
    const text = config === undefined ? undefined : await readKindConfig(config)
    return { image, config: text, keep: keep === 'always' }
  }
  const given = Object.entries({ binary, image, config, keep: keep === 'always' ? keep : undefined })
  const [first] = given.filter(([, value]) => value !== undefined).map(([name]) => `--kind-${name}`)
  if (first === undefined) return undefined
  throw new SeaworthyError('INPUT', `${first}: the run makes no cluster of kind from ${file}`, {
    remedy: 'Leave it away, or say `cluster: kind` in the suite, or --cluster kind.',
    target: file,
  })
}

/** A namespace that was named by an input takes the place of the suite's. */
export function withNamespace(suite: Suite, namespace: string | undefined): Suite {
  if (namespace === undefined || suite.system.platform !== 'kubernetes') return suite
  return { ...suite, system: { ...suite.system, namespace } }
}

/** A Prometheus that was named by an input takes the place of the suite's, with the suite's other settings. */
export function withPrometheus(suite: Suite, url: string | undefined): Suite {
  if (url === undefined) return suite
  const known = suite.prometheus ?? { scrapeMs: 1_000, tokenFrom: undefined }
  return { ...suite, prometheus: { ...known, source: { kind: 'url', url } } }
}
