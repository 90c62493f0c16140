import type { Clock } from '../../kit/clock.ts'
import { isSeaworthyError } from '../../kit/errors.ts'
import { VERSION } from '../../kit/version.ts'
import type { Diagnosis, Finding } from '../../model/diagnosis.ts'
import type { ClusterRequest } from '../../model/request.ts'
import type { Suite } from '../../model/suite.ts'
import type { KindSearch } from '../../platform/kubernetes/kind/find-kind.ts'
import { clusterNeeds } from '../cluster/cluster-needs.ts'
import { type OpenCluster, openCluster } from '../cluster/open-cluster.ts'
import { withCluster, withNamespace, withPrometheus } from '../make-plan.ts'
import { lookAtEngine } from './engine.ts'
import { looked, notesOf, shownUrl } from './finding.ts'
import { githubFindings } from './github.ts'
import { clusterLeftovers, localLeftovers } from './leftovers.ts'
import { type Host, machineFindings } from './machine.ts'
import { namespaceFindings } from './namespace.ts'
import { nodeFindings } from './nodes.ts'
import { type Place, USUAL_NEEDS } from './place.ts'
import { prometheusFindings } from './prometheus.ts'
import { lookAtServer } from './server.ts'
import { faultTypesOf, localFindings, lookAtSuite } from './suite.ts'

export interface DoctorInput {
  readonly suite: string
  /** Somebody named the suite; the default file need not be there. */
  readonly isNamed: boolean
  readonly cluster: ClusterRequest
  /** In place of the suite's own. */
  readonly prometheusUrl: string | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly kind: KindSearch
  readonly host: Host
  readonly clock: Clock
  readonly stateFolder: string
  /** Who makes the client; the real one unless a test brings its own. */
  readonly open?: typeof openCluster
}

/** Looks whether this machine, this suite and this cluster are fit for a run. Changes nothing; never throws for what it finds. */
export async function diagnose(input: DoctorInput): Promise<Diagnosis> {
  const { environment, host, kind, clock } = input
  const read = await lookAtSuite(input.suite, input.isNamed, environment, (suite) => asAsked(suite, input))
  const { suite } = read
  const [machine, local, cluster] = await Promise.all([
    machineFindings(host, suite, environment),
    suite ? localFindings(suite, kind) : [],
    clusterFindings(input, suite),
  ])
  const spec = suite?.prometheus
  const prometheus =
    spec && !cluster.hasPrometheus
      ? await looked(notesOf('prometheus'), 'Prometheus', () =>
          prometheusFindings({ spec, clock, environment, client: undefined }),
        )
      : []
  const findings = [
    ...machine,
    ...read.findings,
    ...local,
    ...cluster.findings,
    ...prometheus,
    ...localLeftovers(input.stateFolder),
    ...githubFindings(environment),
  ]
  const fit = findings.every(({ status }) => status !== 'problem')
  return { version: 1, tool: { name: 'seaworthy', version: VERSION }, fit, findings }
}

/** Inputs take the place of what the suite names, as in a run. */
function asAsked(suite: Suite, { cluster, prometheusUrl }: DoctorInput): Suite {
  const placed = withNamespace(withPrometheus(suite, prometheusUrl), cluster.namespace)
  return placed.system.platform === 'kubernetes' ? withCluster(placed, cluster.cluster) : placed
}

interface ClusterLook {
  readonly findings: readonly Finding[]
  /** The suite's Prometheus was looked at with the cluster. */
  readonly hasPrometheus: boolean
}

const notes = notesOf('cluster')

/** The cluster, where the suite or a flag means one, or where one is configured and nobody said anything else. */
async function clusterFindings(input: DoctorInput, suite: Suite | undefined): Promise<ClusterLook> {
  const { kubeconfig, context, namespace } = input.cluster
  const isAsked = kubeconfig !== undefined || context !== undefined || namespace !== undefined
  const isNeeded = suite?.system.platform === 'kubernetes' && suite.system.cluster === 'connect'
  if (suite && !isNeeded && !isAsked)
    return { findings: [notes.skipped('cluster', 'the suite needs none that is there already')], hasPrometheus: false }
  let cluster: OpenCluster
  try {
    cluster = await (input.open ?? openCluster)(input.cluster, input.environment, () => undefined)
  } catch (error) {
    const isOptional = !isNeeded && !isAsked && isSeaworthyError(error)
    const found = isOptional ? [notes.skipped('cluster', error.message)] : notes.thrown('kubeconfig', error)
    return { findings: found, hasPrometheus: false }
  }
  try {
    const clusterSuite = isNeeded ? suite : undefined
    return await lookInside(input, cluster, clusterSuite)
  } finally {
    cluster.client.close()
  }
}

async function lookInside(
  { clock, environment, cluster: request }: DoctorInput,
  { client, connection, install }: OpenCluster,
  suite: Suite | undefined,
): Promise<ClusterLook> {
  const way = notes.ok('kubeconfig', `${connection.source}, ${shownUrl(connection.server)}`)
  const server = await lookAtServer(client, clock)
  const start = [way, ...server.findings]
  const rest = 'namespace, rights, engine, nodes'
  if (!server.reachable)
    return { findings: [...start, notes.skipped(rest, 'the API server was not reached')], hasPrometheus: false }
  const needs = suite ? clusterNeeds(suite, [], install) : USUAL_NEEDS
  const namespace = suite?.system.platform === 'kubernetes' ? suite.system.namespace : request.namespace
  const place: Place = { client, clock, namespace, suite, needs }
  const findings = await Promise.all([
    namespaceFindings(place),
    engineAndNodes(place),
    prometheusOf(place, environment),
  ])
  return { findings: [...start, ...findings.flat()], hasPrometheus: suite?.prometheus !== undefined }
}

async function engineAndNodes(place: Place): Promise<readonly Finding[]> {
  const { client, suite, needs } = place
  return looked(notesOf('engine'), 'engine', async () => {
    const engine = await lookAtEngine(client, needs)
    const types = suite && faultTypesOf(suite)
    const nodes = await looked(notesOf('nodes'), 'nodes', () => nodeFindings(place, engine.status, types))
    const left = await clusterLeftovers(place, engine.status.installed !== undefined)
    return [...engine.findings, ...nodes, ...left]
  })
}

async function prometheusOf(
  { client, clock, suite }: Place,
  environment: DoctorInput['environment'],
): Promise<readonly Finding[]> {
  const spec = suite?.prometheus
  if (!spec) return []
  return looked(notesOf('prometheus'), 'Prometheus', () => prometheusFindings({ spec, clock, environment, client }))
}
