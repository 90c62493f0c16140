import type { KubeClient } from '../../kube/kube-client.ts'
import { rbacRule, rbacRuleOf, refusal } from '../../kube/refusal.ts'
import { plainWords } from '../../kube/server-words.ts'
import type { ClusterNeeds } from './cluster-needs.ts'

/** One right that a run uses. */
export interface Need {
  readonly verb: string
  readonly group: string
  /** `pods`, `pods/log` */
  readonly resource: string
  /** Undefined: cluster-wide. */
  readonly namespace: string | undefined
}

const READ = ['get', 'list', 'watch']

/** Every right that a run with these needs uses in the preview's namespace and beyond. Pure. */
export function rightsNeeded(namespace: string, needs: ClusterNeeds): readonly Need[] {
  const here = (group: string, resource: string, ...verbs: readonly string[]) =>
    verbs.map((verb): Need => ({ verb, group, resource, namespace }))
  return [
    ...here('', 'pods', ...READ),
    ...here('', 'services', ...READ),
    ...here('', 'events', 'list'),
    ...here('', 'pods/log', 'get'),
    ...['deployments', 'statefulsets', 'daemonsets', 'replicasets'].flatMap((name) => here('apps', name, ...READ)),
    ...here('discovery.k8s.io', 'endpointslices', ...READ),
    { verb: 'get', group: '', resource: 'namespaces', namespace },
    ...(needs.faults ? faultRights(here) : []),
    ...(needs.nodeFaults ? nodeFaultRights() : []),
    ...(needs.pods ? here('', 'pods', 'create', 'delete') : []),
    ...(needs.jobs ? jobRights(here) : []),
    ...(needs.deploys ? deployRights(here) : []),
    ...prometheusRights(needs.prometheusService),
    ...(needs.prometheusPod ? prometheusPodRights(here) : []),
  ]
}

type Here = (group: string, resource: string, ...verbs: readonly string[]) => readonly Need[]

function faultRights(here: Here): readonly Need[] {
  return [
    ...here('seaworthy.dev', 'faults', 'create', 'patch', 'delete', ...READ),
    ...here('coordination.k8s.io', 'leases', 'create', 'get', 'patch'),
  ]
}

function nodeFaultRights(): readonly Need[] {
  const faults = ['create', 'patch', 'delete', ...READ].map(
    (verb): Need => ({ verb, group: 'seaworthy.dev', resource: 'nodefaults', namespace: undefined }),
  )
  return [...faults, { verb: 'list', group: '', resource: 'nodes', namespace: undefined }]
}

/** The Job, and a config map for its script. */
function jobRights(here: Here): readonly Need[] {
  return [...here('batch', 'jobs', 'get', 'create', 'delete'), ...here('', 'configmaps', 'create', 'delete')]
}

/** The kinds of nearly every preview; others are refused when they are applied, with their own rule. */
function deployRights(here: Here): readonly Need[] {
  return [
    ...here('', 'services', 'create', 'patch', 'delete'),
    ...here('', 'configmaps', 'get', 'list', 'create', 'patch', 'delete'),
    ...here('apps', 'deployments', 'create', 'patch', 'delete'),
  ]
}

function prometheusRights(service: string | undefined): readonly Need[] {
  if (service === undefined) return []
  const [namespace] = service.split('/')
  return [{ verb: 'get', group: '', resource: 'services/proxy', namespace }]
}

/** It is told what to scrape, and asked, through the API server. */
function prometheusPodRights(here: Here): readonly Need[] {
  return [...here('', 'configmaps', 'create', 'delete'), ...here('', 'pods/proxy', 'get', 'create')]
}

interface Review {
  readonly status?: { readonly allowed?: boolean; readonly reason?: string; readonly evaluationError?: string }
}

export interface MissingRight {
  readonly what: string
  readonly remedy: string
}

/** Asks the server about each (SelfSubjectAccessReview, which everybody may create). Throws KubeError without an answer. */
export async function missingRights(client: KubeClient, needs: readonly Need[]): Promise<readonly MissingRight[]> {
  const refused = await refusedNeeds(client, needs)
  return refused.map(({ need, reason }) => ({
    what: `not allowed to ${spoken(need)}${reason ? ` (${plainWords(reason, 200)})` : ''}`,
    remedy: `${rbacRule(need)}.`,
  }))
}

/** The same with one entry a resource, for people who will write one rule for it. */
export async function missingRules(client: KubeClient, needs: readonly Need[]): Promise<readonly MissingRight[]> {
  const refused = (await refusedNeeds(client, needs)).map(({ need }) => need)
  const byResource = Map.groupBy(refused, ({ group, resource, namespace }) =>
    JSON.stringify([group, resource, namespace]),
  )
  return [...byResource.values()].flatMap((same) => {
    const [first] = same
    if (!first) return []
    const verbs = [...new Set(same.map(({ verb }) => verb))]
    return [
      {
        what: `not allowed to ${spoken({ ...first, verb: verbs.join(', ') })}`,
        remedy: `${rbacRuleOf(verbs, first)}.`,
      },
    ]
  })
}

async function refusedNeeds(client: KubeClient, needs: readonly Need[]) {
  const answers = await Promise.all(needs.map(async (need) => ({ need, status: await review(client, need) })))
  return answers.flatMap(({ need, status }) => (status.allowed === true ? [] : [{ need, reason: status.reason }]))
}

async function review(client: KubeClient, need: Need): Promise<NonNullable<Review['status']>> {
  const [resource, subresource] = need.resource.split('/')
  const { verb, group, namespace } = need
  const answer = await client.raw({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { verb, group, resource, subresource, namespace } },
    },
  })
  if (answer.status === 201) return (JSON.parse(answer.body.toString('utf8')) as Review).status ?? {}
  const asked = { verb: 'create', group: 'authorization.k8s.io', resource: 'selfsubjectaccessreviews' }
  const where = { namespace: undefined, name: undefined, server: client.server, source: client.server }
  throw refusal({ ...asked, ...where }, answer.status, answer.body)
}

function spoken({ verb, resource, namespace }: Need): string {
  return `${verb} ${resource}${namespace === undefined ? ' of the cluster' : ` in namespace ${namespace}`}`
}
