import { exec } from '../../kit/exec.ts'
import type { PlatformIssue } from '../../model/ports.ts'
import type { CheckSpec, ProcessSystem, StepSpec, Suite } from '../../model/suite.ts'
import { portName, serviceAddress } from './service-address.ts'

/** What this platform cannot do for this suite, and what this machine lacks for it. Touches nothing. */
export async function checkProcessPlatform(suite: Suite): Promise<readonly PlatformIssue[]> {
  return [...checkProcessSuite(suite, process.platform), ...(await checkPrometheus(suite))]
}

/** What this platform cannot do for this suite on an operating system. Pure. */
export function checkProcessSuite(suite: Suite, system: string): readonly PlatformIssue[] {
  if (suite.system.platform !== 'process') {
    const cluster = suite.system.deploy ? 'a preview that is deployed to Kubernetes' : 'a Kubernetes system'
    return [
      issue(
        `${cluster} cannot be run by this version: it runs \`system.services\` as processes`,
        'Describe the preview under `system.services`, each with its command.',
      ),
    ]
  }
  return [
    ...checkSystem(system),
    ...checkSources(suite),
    ...checkPorts(suite.system),
    ...checkAddresses(suite, suite.system),
  ]
}

function checkSystem(system: string): readonly PlatformIssue[] {
  if (system !== 'win32') return []
  return [
    issue(
      'services cannot be run on Windows: it has no signals and no process groups to end them by',
      'Run on Linux or macOS, or in WSL.',
    ),
  ]
}

function checkSources({ traffic, prometheus, system }: Suite): readonly PlatformIssue[] {
  const scraped = system.platform === 'process' && system.services.some(({ metrics }) => metrics !== undefined)
  return [
    ...(traffic.kind === 'job'
      ? [issue('`traffic: job` needs a Kubernetes cluster', 'Use `traffic: http` or `traffic: k6`.')]
      : []),
    ...(prometheus?.source.kind === 'service'
      ? [
          issue(
            '`prometheus: service` needs a Kubernetes cluster',
            'Use `prometheus: {url: http://…}` or `prometheus: {install: true}`.',
          ),
        ]
      : []),
    ...(prometheus?.source.kind === 'install' && !scraped
      ? [
          issue(
            '`prometheus: install` has nothing to scrape: no service has `metrics`',
            'Add `metrics: /metrics` to a service that has them.',
          ),
        ]
      : []),
  ]
}

function checkPorts({ services }: ProcessSystem): readonly PlatformIssue[] {
  return services.flatMap(({ name, ready, ports, metrics }) => [
    ...(ready.check !== 'log' && !ports.includes(ready.port)
      ? [issue(`${name} is ready on the port ${ready.port}, and has none of that name`, known(ports))]
      : []),
    ...(metrics !== undefined && ports.length === 0
      ? [issue(`${name} has metrics and no port to serve them on`, 'Give it `ports`.')]
      : []),
  ])
}

/** Every URL of the suite that names a service, with the line that it is nearest to. */
function checkAddresses(suite: Suite, { services }: ProcessSystem): readonly PlatformIssue[] {
  const traffic = suite.traffic.kind === 'http' ? suite.traffic.requests.map(({ url }) => ({ url, line: 1 })) : []
  const checks = suite.experiments.flatMap(({ steps, line }) =>
    checksOf(steps).map((check) => ({ url: addressOf(check), line })),
  )
  return [...traffic, ...checks].flatMap(({ url, line }) => {
    const address = url === undefined ? undefined : serviceAddress(url, services)
    if (!address || portName(address) !== undefined) return []
    const what =
      address.port === undefined
        ? `${url} means the first port of ${address.service.name}, and it has none`
        : `${url} means a port ${address.port} that ${address.service.name} does not have`
    return [{ line, message: what, remedy: known(address.service.ports) }]
  })
}

function checksOf(steps: readonly StepSpec[]): readonly CheckSpec[] {
  return steps.flatMap((step) => {
    if (step.step === 'check') return [step.check]
    return step.step === 'parallel' ? checksOf(step.steps) : []
  })
}

function addressOf(check: CheckSpec): string | undefined {
  if (check.check === 'http') return check.url
  return check.check === 'tcp' ? `tcp://${check.address}` : undefined
}

function known(ports: readonly string[]): string {
  return ports.length === 0
    ? 'Give the service `ports`.'
    : `Its ports are named ${ports.join(', ')}; a name may stand where a URL has its port.`
}

async function checkPrometheus({ prometheus }: Suite): Promise<readonly PlatformIssue[]> {
  if (prometheus?.source.kind !== 'install') return []
  const found = await exec('prometheus', ['--version']).catch(() => undefined)
  if (found?.exitCode === 0) return []
  return [
    issue(
      '`prometheus: install` needs the program prometheus, and it is not on the PATH',
      'Install Prometheus, or name a running one: `prometheus: {url: http://…}`.',
    ),
  ]
}

/** The suite does not say on which line its system stands. */
function issue(message: string, remedy: string): PlatformIssue {
  return { line: 1, message, remedy }
}
