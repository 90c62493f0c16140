import { shown } from '../../kit/shown.ts'
import type { BroughtSpec, KubernetesSystem, ProcessSystem, SystemSpec } from '../../model/suite.ts'
import type { Report } from '../issues/report.ts'
import { suggestion } from '../issues/suggest.ts'
import type { SystemInput } from '../schema/system.ts'
import { readServices } from './read-services.ts'

const READY_MS = { process: 30_000, kubernetes: 120_000 }
const KINDS = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Pod']
const CLUSTER_ONLY = ['namespace', 'cluster', 'deploy'] as const

/** The system under test, on the platform that its keys mean. Undefined where they mean none or both. */
export function readSystem(system: SystemInput, report: Report): SystemSpec | undefined {
  if (system.services) {
    const mixed = CLUSTER_ONLY.filter((key) => system[key] !== undefined)
    for (const key of mixed) {
      report.onKey(
        ['system', key],
        `${key} belongs to Kubernetes and services to this machine; a suite has one of the two`,
        `Remove ${key}, or remove services.`,
      )
    }
    return mixed.length > 0 ? undefined : readProcess(system, system.services, report)
  }
  if (system.namespace !== undefined) return readKubernetes(system, system.namespace, report)
  report.at(
    ['system'],
    'services or namespace is missing: nothing says what is under test',
    'Add services: {web: {command: node server.js}}, or namespace and workloads of a preview in Kubernetes.',
  )
  return undefined
}

function readProcess(system: SystemInput, inputs: NonNullable<SystemInput['services']>, report: Report): ProcessSystem {
  const services = readServices(inputs, report)
  const names = services.map(({ name }) => name)
  const workloads = system.workloads?.map((written, place) => {
    const name = serviceName(written)
    if (!names.includes(name))
      report.at(
        ['system', 'workloads', place],
        `there is no service ${shown(written)}`,
        suggestion(name, names, 'services'),
      )
    return name
  })
  return { platform: 'process', services, workloads: workloads ?? names, readyMs: system.ready ?? READY_MS.process }
}

function readKubernetes(system: SystemInput, namespace: string, report: Report): KubernetesSystem {
  if (!system.workloads)
    report.at(
      ['system', 'workloads'],
      'workloads is missing: nothing says what may be hurt',
      'Add workloads: [Deployment/web], with every workload that a fault may touch.',
    )
  for (const [place, workload] of (system.workloads ?? []).entries())
    checkKind(workload, ['system', 'workloads', place], report)
  return {
    platform: 'kubernetes',
    cluster: system.cluster ?? 'connect',
    namespace,
    workloads: system.workloads ?? [],
    deploy: system.deploy && {
      ...system.deploy,
      command: system.deploy.command,
      brings: readBrings(system.deploy, system.workloads ?? [], report),
    },
    readyMs: system.ready ?? READY_MS.kubernetes,
  }
}

function readBrings(
  { command, brings }: NonNullable<SystemInput['deploy']>,
  workloads: readonly string[],
  report: Report,
): readonly BroughtSpec[] | undefined {
  const path = ['system', 'deploy', 'brings']
  if (!brings) return undefined
  if (command === undefined)
    report.onKey(
      path,
      'brings says what a command brings, and there is no command',
      'Add command, or remove brings: what manifests bring is read from them.',
    )
  return Object.entries(brings).map(([workload, pods]) => {
    const at = [...path, workload]
    if (!workloads.includes(workload))
      report.onKey(at, `${shown(workload)} is not in system.workloads`, suggestion(workload, workloads, 'workloads'))
    else if (workload.startsWith('Pod/') && pods !== 1) report.at(at, `found ${pods}; a Pod is one pod`, 'Write 1.')
    return { workload, pods, line: report.line(at) }
  })
}

function checkKind(workload: string, path: readonly (string | number)[], report: Report): void {
  const [kind, name] = workload.split('/')
  if (name === undefined)
    report.at(
      path,
      `${shown(workload)} has no kind; expected Kind/name`,
      `Write Deployment/${workload}, if it is a Deployment.`,
    )
  else if (!KINDS.includes(kind ?? ''))
    report.at(path, `${shown(kind)} is not a kind of workload`, suggestion(kind ?? '', KINDS, 'kinds'))
}

/** On this machine `Service/web` is another way to write `web`. */
export function serviceName(workload: string): string {
  return workload.startsWith('Service/') ? workload.slice('Service/'.length) : workload
}
