import { type Inventory, type LinkFacts, TRAFFIC_CONSUMER } from '../../model/inventory.ts'
import type { ServiceSpec, Suite } from '../../model/suite.ts'

/** What there will be to break: every replica, and every link from a consumer to a port of a service. Empty for a suite of another platform. */
export function processInventory({ system }: Suite): Inventory {
  if (system.platform !== 'process') return { platform: 'process', workloads: [], links: [] }
  const { services, workloads } = system
  return {
    platform: 'process',
    workloads: services.map(({ name, labels, replicas }) => ({
      name,
      labels,
      replicas: replicaNames(name, replicas),
      mayBeHurt: workloads.includes(name),
    })),
    links: [
      ...services.flatMap((service) => linksTo(service, { workload: TRAFFIC_CONSUMER, replica: TRAFFIC_CONSUMER })),
      ...services.flatMap((consumer) =>
        replicaNames(consumer.name, consumer.replicas).flatMap((replica) => linksOf(services, consumer, replica)),
      ),
    ],
  }
}

/** `web-1`, `web-2`, … */
export function replicaNames(service: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${service}-${index + 1}`)
}

/** The links of one replica to the services that it uses, one for each of their ports. */
export function linksOf(
  services: readonly ServiceSpec[],
  consumer: ServiceSpec,
  replica: string,
): readonly LinkFacts[] {
  return services
    .filter(({ name }) => consumer.uses.includes(name))
    .flatMap((used) => linksTo(used, { workload: consumer.name, replica }))
}

/** The links of one consumer to one service. */
export function linksTo({ name, ports }: ServiceSpec, from: LinkFacts['from']): readonly LinkFacts[] {
  return ports.map((port) => ({ id: `${from.replica}>${name}:${port}`, from, to: { workload: name, port } }))
}
