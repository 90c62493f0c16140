import { isIP } from 'node:net'
import * as z from 'zod'
import type { KubeClient } from '../kube/kube-client.ts'
import { PODS, SERVICES } from '../kube/resources.ts'
import type { Peers } from '../model/cluster/fault-object.ts'
import type { Kinds } from './kinds.ts'
import { fits, type LabelSelector, type Pod, type Service, selectorText, type Workload } from './objects.ts'

/** The other side of a network fault, as a tenant may have written it by hand: only what is understood is followed. */
const otherSideSchema = z.union([
  z.strictObject({ workload: z.string().min(1).max(300) }),
  z.strictObject({ address: z.string().min(2).max(50) }),
  z.strictObject({ name: z.string().min(1).max(253) }),
])
export type OtherSide = z.infer<typeof otherSideSchema>

/** The `to` of a fault's parameters; undefined where it has none, or it is not one. */
export function otherSideOf(parameters: Readonly<Record<string, unknown>>): OtherSide | undefined {
  const parsed = otherSideSchema.safeParse(parameters.to)
  return parsed.success ? parsed.data : undefined
}

/** As many as a Fault object holds of each family. */
const MOST = 512
const WORKLOAD_KINDS = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet']

export interface Resolving {
  readonly client: KubeClient
  readonly kinds: Kinds
  /** All addresses of a host name, of both families; rejects where it has none. */
  readonly lookup: (name: string) => Promise<readonly string[]>
}

/**
 * Addresses of the other side as they are now: of a workload those of its pods and of the Services that select them, in the
 * fault's own namespace. Undefined while there are none. Throws KubeError when the server does not answer.
 */
export async function resolvePeers(
  resolving: Resolving,
  namespace: string,
  other: OtherSide,
): Promise<Peers | undefined> {
  const addresses = await addressesOf(resolving, namespace, other)
  const unique = [...new Set(addresses)].sort()
  if (unique.length === 0) return undefined
  return {
    v4: unique.filter((address) => familyOf(address) === 4).slice(0, MOST),
    v6: unique.filter((address) => familyOf(address) === 6).slice(0, MOST),
  }
}

async function addressesOf(resolving: Resolving, namespace: string, other: OtherSide): Promise<readonly string[]> {
  if ('address' in other) return [other.address]
  if ('name' in other) return resolving.lookup(other.name).catch(() => [])
  return workloadAddresses(resolving, namespace, other.workload)
}

function familyOf(address: string): number {
  return isIP(address.replace(/\/\d+$/, ''))
}

async function workloadAddresses(
  { client, kinds }: Resolving,
  namespace: string,
  spoken: string,
): Promise<readonly string[]> {
  const [kind, name = ''] = spoken.includes('/') ? spoken.split('/') : [undefined, spoken]
  const selector = await selectorOf(client, kinds, namespace, kind, name)
  const labels = selectorText(selector)
  if (labels === undefined) return []
  const [pods, services] = await Promise.all([
    client.list<Pod>(PODS, { namespace, labels }),
    client.list<Service>(SERVICES, { namespace }),
  ])
  // A pod on its node's network has the node's addresses: a rule for them would hit whatever else is there.
  const own = pods.filter(({ spec }) => spec?.hostNetwork !== true)
  const selecting = services.filter(({ spec }) => own.some(({ metadata }) => fits(spec?.selector, metadata.labels)))
  return [
    ...own.flatMap(({ status }) => status?.podIPs ?? []).map(({ ip }) => ip),
    ...selecting.flatMap(({ spec }) => spec?.clusterIPs ?? []).filter((address) => address !== 'None'),
  ]
}

async function selectorOf(
  client: KubeClient,
  kinds: Kinds,
  namespace: string,
  kind: string | undefined,
  name: string,
): Promise<LabelSelector | undefined> {
  for (const candidate of kind === undefined ? WORKLOAD_KINDS : [kind]) {
    const resource = await kinds.find(candidate)
    const workload = resource.namespaced ? await client.get<Workload>(resource, name, namespace) : undefined
    if (workload) return workload.spec?.selector
  }
  return undefined
}
