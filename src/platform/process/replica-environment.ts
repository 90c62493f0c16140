import type { ServiceSpec } from '../../model/suite.ts'

export interface Address {
  readonly host: string
  readonly port: number
}

/** What one replica is told. */
export interface ReplicaFacts {
  readonly spec: ServiceSpec
  readonly replica: string
  /** Its own ports by name. */
  readonly ports: Readonly<Record<string, number>>
  /** Where it reaches each port of each service that it uses: the first port of a service first. */
  readonly used: readonly { readonly service: string; readonly port: string; readonly address: Address }[]
}

/**
 * The environment of one replica: the caller's, its own ports (`PORT`, `PORT_HTTP`), the addresses of the services that it
 * uses (`API_URL`, `API_ADDRESS`; every port by name in `API_HTTP_URL`, `API_HTTP_ADDRESS`), its name, and the suite's `env` over all.
 */
export function replicaEnvironment(
  environment: Readonly<Record<string, string>>,
  facts: ReplicaFacts,
): Readonly<Record<string, string>> {
  const { spec, replica, ports, used } = facts
  const first = spec.ports[0]
  const own = spec.ports.map((name) => [`PORT_${variableName(name)}`, String(ports[name])])
  // In reverse, so that a service's first port is the one that its name alone means.
  const others = used.toReversed().flatMap(({ service, port, address }) => {
    const pairs = { ADDRESS: `${address.host}:${address.port}`, URL: `http://${address.host}:${address.port}` }
    const names = [variableName(service), `${variableName(service)}_${variableName(port)}`]
    return names.flatMap((name) => Object.entries(pairs).map(([suffix, value]) => [`${name}_${suffix}`, value]))
  })
  const { PORT: _, ...inherited } = environment
  return {
    ...inherited,
    SEAWORTHY_REPLICA: replica,
    ...Object.fromEntries([...others, ...own]),
    ...(first === undefined ? {} : { PORT: String(ports[first]) }),
    ...spec.env,
  }
}

/** `order-api` → `ORDER_API`. */
export function variableName(name: string): string {
  return name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')
}
