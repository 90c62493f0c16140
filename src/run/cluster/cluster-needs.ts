import { FAULT_TYPES } from '../../faults/registry.ts'
import type { FaultType } from '../../model/fault.ts'
import type { ExperimentSpec, StepSpec, Suite } from '../../model/suite.ts'
import type { ClusterNeeds } from '../../platform/kubernetes/cluster-needs.ts'
import { isInside } from '../../traffic/cluster/create-cluster-traffic.ts'
import { urlOf } from '../ask-address.ts'

/** What a run of this suite (or only of the experiments that are named) will do in its cluster; each needs rights. Pure. */
export function clusterNeeds(suite: Suite, only: readonly string[], install: 'never' | 'ensure'): ClusterNeeds {
  const { system, traffic, prometheus } = suite
  const namespace = system.platform === 'kubernetes' ? system.namespace : ''
  const steps = suite.experiments.filter(({ name }) => only.length === 0 || only.includes(name)).flatMap(stepsOf)
  const halves = steps.flatMap((step) => (step.step === 'fault' ? (halfOf(step.fault.type) ?? []) : []))
  const fromPod = traffic.kind === 'http' && traffic.requests.some(({ url }) => isInside(url, namespace))
  const commands = steps.some((step) => step.step === 'run' && step.image !== undefined)
  const ofJob = traffic.kind === 'k6' || traffic.kind === 'job'
  const checks = steps.some((step) => isAskedInside(step, namespace))
  return {
    faults: halves.some(({ scope }) => scope === 'namespace'),
    nodeFaults: halves.some(({ scope }) => scope === 'node'),
    openFaults: halves.some(({ scope, open }) => open && scope === 'namespace'),
    jobs: ofJob,
    pods: ofJob || fromPod || commands || checks || prometheus?.source.kind === 'install',
    deploys: system.platform === 'kubernetes' && system.deploy !== undefined,
    prometheusService: prometheus?.source.kind === 'service' ? prometheus.source.service : undefined,
    prometheusPod: prometheus?.source.kind === 'install',
    // An image of the suite's own may run as any user.
    podSecurity: commands ? 'baseline' : 'restricted',
    installs: install === 'ensure',
  }
}

function halfOf(type: string): FaultType['cluster'] {
  return FAULT_TYPES.find((known) => known.type === type)?.cluster
}

/** Every step that may be done, those of rules too. */
function stepsOf({ steps, rules }: ExperimentSpec): readonly StepSpec[] {
  return [...steps, ...rules.flatMap((rule) => rule.steps)].flatMap(flat)
}

function flat(step: StepSpec): readonly StepSpec[] {
  return step.step === 'parallel' ? step.steps.flatMap(flat) : [step]
}

function isAskedInside(step: StepSpec, namespace: string): boolean {
  if (step.step !== 'check') return false
  const { check } = step
  return (check.check === 'http' || check.check === 'tcp') && isInside(urlOf(check), namespace)
}
