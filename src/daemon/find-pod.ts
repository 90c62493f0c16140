import type { PodOnNode } from '../model/cluster/mechanism.ts'
import { bareId } from './faults/containers.ts'
import { netnsOf } from './namespaces/netns.ts'
import type { PodObject } from './objects.ts'
import { findContainers, findPod as findSandbox } from './processes/find-containers.ts'
import { type ContainerProcess, surveyProcesses } from './processes/survey.ts'

/** One look at all processes serves everybody who asks within this. */
const SURVEY_MS = 20

/** Finds a pod's processes by its containers' ids. Looks at the node's processes once for many pods that are asked for together. */
export function createPodFinder(procRoot = '/proc'): (pod: PodObject) => Promise<PodOnNode> {
  let survey: { readonly at: number; readonly processes: readonly ContainerProcess[] } | undefined
  return async (pod) => {
    const now = performance.now()
    if (!survey || now - survey.at > SURVEY_MS) survey = { at: now, processes: surveyProcesses(procRoot) }
    return describePod(pod, procRoot, survey.processes)
  }
}

function describePod(pod: PodObject, procRoot: string, survey: readonly ContainerProcess[]): PodOnNode {
  const statuses = pod.status?.containerStatuses ?? []
  const containerIds = statuses.flatMap(({ containerID }) => (containerID ? [bareId(containerID)] : []))
  const running = findContainers(procRoot, containerIds, survey)
  const uid = pod.metadata.uid ?? ''
  const sandbox = findSandbox(procRoot, { uid, containerIds }, survey)?.sandbox
  return {
    namespace: pod.metadata.namespace ?? '',
    name: pod.metadata.name,
    uid,
    ips: ipsOf(pod),
    hostNetwork: pod.spec?.hostNetwork === true,
    containers: inOrder(pod).map((name) => {
      const status = statuses.find((one) => one.name === name)
      const main = running.get(bareId(status?.containerID))?.main
      return {
        name,
        id: bareId(status?.containerID),
        pid: main?.pid,
        startTime: main?.startTime,
        ready: status?.ready === true,
        restarts: status?.restartCount ?? 0,
      }
    }),
    sandbox,
    netns: sandbox && netnsOf(sandbox.pid),
  }
}

/** As the spec names them: the first is the one that is meant where none is named. Statuses come in any order. */
function inOrder(pod: PodObject): readonly string[] {
  return (pod.spec?.containers ?? []).map(({ name }) => name)
}

function ipsOf({ status }: PodObject): readonly string[] {
  const ips = (status?.podIPs ?? []).map(({ ip }) => ip)
  return ips.length === 0 && status?.podIP ? [status.podIP] : ips
}
