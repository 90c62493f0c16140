import type { FoundService } from './find-services.ts'
import type { FoundWorkloads } from './find-workloads.ts'
import { quote } from './quote.ts'

/** A suite of services on this machine, with comments for the person who reads it first. */
export function processSuite(name: string, services: readonly FoundService[]): string {
  const entry =
    services.find((service) => service.name === 'web') ?? services.find(({ listens }) => listens) ?? services[0]
  const main = entry?.name ?? 'web'
  return [
    ...head(name),
    'system:                       # what is under test: processes on this machine',
    '  services:',
    ...services.flatMap((service) => serviceLines(service, service === entry)),
    ...traffic(`http://${main}/`),
    ...objectives(),
    ...experiments(main),
  ].join('\n')
}

function serviceLines(service: FoundService, entry: boolean): readonly string[] {
  const lines = [
    `    ${service.name}:`,
    `      command: ${quote(service.command)}   # must listen on the port that the variable PORT tells`,
    ...(entry ? ['      replicas: 2             # one may die while the other answers'] : []),
    ...(service.uses.length > 0
      ? [`      uses: [${service.uses.join(', ')}]   # told in ${variable(service.uses[0] ?? '')}_URL and so on`]
      : []),
  ]
  return entry || service.listens
    ? lines
    : [
        '    # Not known to listen on a port. Give it a readiness check, such as a line of its log, and remove the #:',
        ...lines.map((line) => `    # ${line.slice(4).replace(/ {3}# must listen.*$/, '')}`),
        '    #   ready: {log: started}',
      ]
}

function variable(name: string): string {
  return name.toUpperCase().replaceAll('-', '_')
}

/** A suite of a preview that is in Kubernetes already, or is brought there from its manifests. */
export function kubernetesSuite(name: string, found: FoundWorkloads): string {
  const main = found.workloads[0] ?? 'Deployment/web'
  const host = found.services[0] ?? main.split('/')[1] ?? 'web'
  return [
    ...head(name),
    'system:                       # what is under test: a preview in a namespace of its own',
    `  namespace: \${PREVIEW_NAMESPACE:-preview}   # from the environment`,
    '  workloads:                  # only these may be hurt',
    ...found.workloads.map((workload) => `    - ${quote(workload)}`),
    '  # deploy:                   # to bring the preview up first',
    `  #   manifests: [${found.manifests.map(quote).join(', ')}]`,
    ...traffic(`http://${host}/`),
    ...objectives(),
    ...experiments(main),
  ].join('\n')
}

function head(name: string): readonly string[] {
  return [
    '# What this change must survive. Check it with `seaworthy validate`, see what it would do with `seaworthy plan`.',
    '# Every key: docs/suite-reference.md',
    'apiVersion: seaworthy.dev/v1',
    'kind: Suite',
    `metadata: {name: ${quote(name)}}`,
    '',
  ]
}

function traffic(url: string): readonly string[] {
  return [
    '',
    'traffic:                      # who plays the users',
    '  http:',
    `    url: ${quote(url)}        # a page that matters to users, and that touches what may break`,
    // With less a single kill fails so large a share of the requests that 99 % cannot be decided.
    '    rate: 100/s',
    '    timeout: 2s',
    '',
  ]
}

function objectives(): readonly string[] {
  return [
    'objectives:                   # what users must feel, also under a fault',
    '  - {name: availability, indicator: {traffic: success}, target: 99%}',
    '  - {name: fast, indicator: {traffic: latency, under: 1s}, target: 95%}',
    '',
    'windows: {warmup: 5s, baseline: 10s, fault: 40s, recovery: 20s}',
    '',
    'limits:                       # red lines',
    '  blast-radius: {targets: 1, percent: 50%}',
    '  abort-when: [{objective: availability, below: 50%}]',
    '',
  ]
}

function experiments(workload: string): readonly string[] {
  return [
    'experiments:                  # what is broken, one after the other; see `seaworthy faults`',
    '  - name: one replica dies',
    `    fault: {type: pod-kill, target: {workload: ${quote(workload)}, mode: one}}`,
    '    recovery: {within: 15s}',
    '  - name: one replica answers 200 ms later',
    `    fault: {type: network-delay, target: {workload: ${quote(workload)}, mode: one}, latency: 200ms, jitter: 20ms}`,
    '',
  ]
}
