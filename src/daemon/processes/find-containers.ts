import type { Identity } from '../../kit/process-identity.ts'
import { type ContainerProcess, namespaceOf, surveyProcesses } from './survey.ts'

/** A container that runs on this node. */
export interface FoundContainer {
  readonly id: string
  /** As its control group says: for a static pod the hash of its manifest, and not the UID that the API knows. */
  readonly podUid: string | undefined
  readonly main: Identity
  readonly processes: readonly ContainerProcess[]
}

export interface FoundPod {
  readonly sandbox: Identity
  /** `net:[INODE]`. */
  readonly netns: string | undefined
}

/** Containers by id (64 hex digits, or as the API writes it: `containerd://ID`), in one pass; those that do not run are absent. */
export function findContainers(
  procRoot: string,
  ids: readonly string[],
  survey: readonly ContainerProcess[] = surveyProcesses(procRoot),
): ReadonlyMap<string, FoundContainer> {
  const found = new Map<string, FoundContainer>()
  for (const id of ids.map((each) => each.replace(/^.*:\/\//, ''))) {
    const processes = survey.filter(({ containerId }) => containerId === id)
    const main = firstOf(processes)
    if (main) found.set(id, { id, podUid: main.podUid, main: identity(main), processes })
  }
  return found
}

/**
 * The process that holds a pod's network namespace: the sandbox, which is the pod's container that the API does not list.
 * A runtime may keep none (CRI-O): then the longest running process of the pod. The pod is known by its UID (either
 * spelling) or, for a static pod whose UID in the API is another, by its containers. Undefined when nothing of it runs.
 */
export function findPod(
  procRoot: string,
  pod: { readonly uid: string; readonly containerIds: readonly string[] },
  survey: readonly ContainerProcess[] = surveyProcesses(procRoot),
): FoundPod | undefined {
  const ids = new Set(pod.containerIds.map((each) => each.replace(/^.*:\/\//, '')))
  const known = survey.find(({ containerId }) => ids.has(containerId))?.podUid
  const uid = known ?? pod.uid.replaceAll('_', '-')
  const all = survey.filter((each) => each.podUid === uid)
  const sandbox = firstOf(all.filter(({ containerId }) => !ids.has(containerId))) ?? firstOf(all)
  if (!sandbox) return undefined
  return { sandbox: identity(sandbox), netns: namespaceOf(procRoot, sandbox.pid, 'net') }
}

/** The oldest whose parent is not among them: what was started into a container later is younger. */
function firstOf(processes: readonly ContainerProcess[]): ContainerProcess | undefined {
  const pids = new Set(processes.map(({ pid }) => pid))
  return processes
    .filter(({ parent }) => !pids.has(parent))
    .toSorted((a, b) => compareTicks(a.startTime, b.startTime) || a.pid - b.pid)[0]
}

function compareTicks(a: string, b: string): number {
  return Number(BigInt(a) - BigInt(b))
}

function identity({ pid, startTime }: ContainerProcess): Identity {
  return { pid, startTime }
}
