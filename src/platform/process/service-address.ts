import type { ServiceSpec } from '../../model/suite.ts'

/** A URL whose host is a service of the suite. */
export interface ServiceAddress {
  readonly service: ServiceSpec
  /** As written: a port's name, a number, or undefined for the first port. */
  readonly port: string | undefined
  readonly before: string
  readonly after: string
}

const URL_PARTS = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#:@[\]]+)(?::([^/?#]*))?(.*)$/is

/** Reads `http://web/checkout` and `http://web:peer/`; undefined where the host is no service of the suite. */
export function serviceAddress(url: string, services: readonly ServiceSpec[]): ServiceAddress | undefined {
  const [, before = '', host = '', port, after = ''] = URL_PARTS.exec(url) ?? []
  const service = services.find(({ name }) => name.toLowerCase() === host.toLowerCase())
  return service && { service, port: port || undefined, before, after }
}

/** Name of the port that is meant, or undefined where the service has none such. A service's fixed `listen` number means its first port. */
export function portName({ service, port }: Pick<ServiceAddress, 'service' | 'port'>): string | undefined {
  if (port === undefined || port === String(service.listen)) return service.ports[0]
  return service.ports.find((name) => name === port)
}
