import { SeaworthyError } from '../../kit/errors.ts'
import type { KubeClient } from '../../kube/kube-client.ts'
import { SERVICES } from '../../kube/resources.ts'
import { type Inventory, type LinkFacts, TRAFFIC_CONSUMER, type WorkloadFacts } from '../../model/inventory.ts'
import type { KubernetesSystem, Suite } from '../../model/suite.ts'
import { withBrings } from './brought.ts'
import { type Manifest, readManifests } from './manifests.ts'
import { type PreviewWorkload, previewOf } from './preview.ts'
import { readNamespace } from './read-namespace.ts'
import type { Service } from './shapes.ts'
import { slotNamer } from './slot-names.ts'

/**
 * Everything in the suite's namespace: what is there now, and what the suite's own manifests and command will bring. Workloads that the
 * suite does not list are there as well, since nothing of them may change. Throws KubeError, and SeaworthyError('PLATFORM')
 * for manifests that cannot be read.
 */
export async function kubernetesInventory(client: KubeClient, suite: Suite): Promise<Inventory> {
  const system = kubernetesSystem(suite)
  const manifests = await readManifests(system.deploy?.manifests ?? [], suite.file)
  const [objects, services] = await Promise.all([
    readNamespace(client, system.namespace),
    client.list<Service>(SERVICES, { namespace: system.namespace }),
  ])
  const workloads = withBrings(withManifests(previewOf(objects), manifests), system.deploy?.brings ?? [])
  const coming = manifests.filter(({ kind }) => kind === 'Service') as unknown as readonly Service[]
  return inventoryOf(system, workloads, [...services, ...coming])
}

/** Throws SeaworthyError('PLATFORM') for a suite of processes. */
export function kubernetesSystem({ system, file }: Suite): KubernetesSystem {
  if (system.platform === 'kubernetes') return system
  throw new SeaworthyError('PLATFORM', `${file} describes a preview as processes`, {
    target: file,
    remedy: 'Describe it under `system.namespace` and `system.workloads` to find it in a cluster.',
  })
}

/** Pure. */
export function inventoryOf(
  system: KubernetesSystem,
  workloads: readonly PreviewWorkload[],
  services: readonly Service[],
): Inventory {
  const slotName = slotNamer(workloads.map(({ name }) => name))
  const facts = workloads.map(
    ({ name, labels, desired, brought }): WorkloadFacts => ({
      name,
      labels,
      replicas: Array.from({ length: desired }, (_, place) => slotName(name, place)),
      mayBeHurt: system.workloads.includes(name),
      ...(brought ? { brought } : {}),
    }),
  )
  return { platform: 'kubernetes', workloads: facts, links: linksOf(services, workloads) }
}

/** Nobody tells who calls whom, so that each Service is a way for the users. */
function linksOf(services: readonly Service[], workloads: readonly PreviewWorkload[]): readonly LinkFacts[] {
  const links = services.flatMap((service) => {
    const to = workloads.find(({ labels }) => selects(service, labels))
    return (to ? (service.spec.ports ?? []) : []).map(
      (port): LinkFacts => ({
        id: `${TRAFFIC_CONSUMER}>${service.metadata.name}:${port.name ?? port.port}`,
        from: { workload: TRAFFIC_CONSUMER, replica: TRAFFIC_CONSUMER },
        to: { workload: to?.name ?? '', port: port.name ?? String(port.port) },
      }),
    )
  })
  return [...new Map(links.map((link) => [link.id, link])).values()].sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** Whether a Service sends to pods with these labels. */
export function selects({ spec }: Service, labels: Readonly<Record<string, string>>): boolean {
  const wanted = Object.entries(spec.selector ?? {})
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value)
}

const FROM_MANIFEST = new Set(['Deployment', 'StatefulSet', 'ReplicaSet'])

/** What will be there after the suite's own manifests have been applied; a DaemonSet's count is known only then. */
export function withManifests(
  present: readonly PreviewWorkload[],
  manifests: readonly Manifest[],
): readonly PreviewWorkload[] {
  const known = new Map(present.map((workload) => [workload.name, workload]))
  for (const manifest of manifests.filter(({ kind }) => FROM_MANIFEST.has(kind))) {
    const name = `${manifest.kind}/${manifest.metadata.name}`
    const { replicas, template } = manifest.spec as {
      readonly replicas?: number
      readonly template?: { readonly metadata?: { readonly labels?: Readonly<Record<string, string>> } }
    }
    const before = known.get(name)
    known.set(name, {
      name,
      kind: manifest.kind,
      uid: before?.uid ?? '',
      labels: template?.metadata?.labels ?? {},
      // Without a number of its own, the manifest leaves that to an autoscaler.
      desired: replicas ?? before?.desired ?? 1,
      pods: before?.pods ?? [],
    })
  }
  return [...known.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}
