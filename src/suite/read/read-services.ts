import { shown } from '../../kit/shown.ts'
import { TRAFFIC_CONSUMER } from '../../model/inventory.ts'
import type { ReadySpec, ServiceSpec } from '../../model/suite.ts'
import type { Report } from '../issues/report.ts'
import { suggestion } from '../issues/suggest.ts'
import type { SystemInput } from '../schema/system.ts'

type ServicesInput = NonNullable<SystemInput['services']>
type ServiceInput = ServicesInput[string]

/** Services in the order of the file. */
export function readServices(inputs: ServicesInput, report: Report): readonly ServiceSpec[] {
  const names = Object.keys(inputs)
  if (names.length === 0)
    report.at(['system', 'services'], 'there are no services', 'Add one, such as web: {command: node server.js}.')
  if (names.includes(TRAFFIC_CONSUMER)) {
    report.onKey(
      ['system', 'services', TRAFFIC_CONSUMER],
      `${TRAFFIC_CONSUMER} is the name of the one who plays the users`,
      'Give the service another name.',
    )
  }
  const listening = new Map<number, string>()
  return Object.entries(inputs).map(([name, input]) => {
    const path = ['system', 'services', name]
    const other = input.listen === undefined ? undefined : listening.get(input.listen)
    if (other !== undefined)
      report.at(
        [...path, 'listen'],
        `port ${input.listen} is taken by service ${other}`,
        'Give each service a port of its own, or leave listen out.',
      )
    if (input.listen !== undefined) listening.set(input.listen, name)
    return readService(name, input, names, report)
  })
}

function readService(name: string, input: ServiceInput, names: readonly string[], report: Report): ServiceSpec {
  const path = ['system', 'services', name]
  for (const [place, used] of input.uses.entries()) {
    if (!names.includes(used))
      report.at([...path, 'uses', place], `there is no service ${shown(used)}`, suggestion(used, names, 'services'))
  }
  if (input.restart['max-backoff'] < input.restart.backoff) {
    report.at([...path, 'restart', 'max-backoff'], 'max-backoff is shorter than backoff', 'Make it at least as long.')
  }
  checkToldNames(input, path, report)
  return {
    name,
    command: input.command,
    directory: input.directory,
    replicas: input.replicas,
    env: input.env,
    ports: input.ports,
    listen: input.listen,
    ready: readReady(input, path, report),
    restart: {
      policy: input.restart.policy,
      backoffMs: input.restart.backoff,
      maxBackoffMs: input.restart['max-backoff'],
    },
    uses: input.uses,
    labels: input.labels,
    metrics: input.metrics,
  }
}

function readReady({ ready, ports }: ServiceInput, path: readonly string[], report: Report): ReadySpec {
  if (ready.log !== undefined) return { check: 'log', line: ready.log }
  const kind = ready.http ? 'http' : 'tcp'
  const port = (ready.http ?? ready.tcp)?.port ?? ports[0] ?? ''
  if (!ports.includes(port))
    report.at(
      [...path, 'ready', kind, 'port'],
      `this service has no port ${shown(port)}`,
      suggestion(port, ports, 'ports of it'),
    )
  return ready.http ? { check: 'http', path: ready.http.path, port } : { check: 'tcp', port }
}

/** Variables by which a replica learns its ports and the addresses of others would lose their meaning. */
function checkToldNames({ env, ports, uses }: ServiceInput, path: readonly string[], report: Report): void {
  const variable = (name: string) => name.toUpperCase().replaceAll('-', '_')
  const told = [
    'PORT',
    ...ports.map((port) => `PORT_${variable(port)}`),
    ...uses.flatMap((used) => [`${variable(used)}_URL`, `${variable(used)}_ADDRESS`]),
  ]
  for (const key of Object.keys(env)) {
    if (told.includes(key))
      report.onKey(
        [...path, 'env', key],
        `${key} is told to the service by Seaworthy`,
        'Remove it, or give it another name.',
      )
  }
}
