import { readFileSync, statfsSync } from 'node:fs'
import type { PodOnNode } from '../../model/cluster/mechanism.ts'
import { type Mount, mountOf, parseMounts, pathOnHost } from '../groups/mounts.ts'
import { containerOf, isNode } from '../processes/container-of.ts'
import { processesOf } from '../processes/container-processes.ts'
import type { Space } from './room.ts'
import { type OpenFolder, openFolder } from './safe-folder.ts'

/** The first process of the host, whose root is the node's own. */
const HOST_PID = 1
/** What the node cannot do without. */
const NODE_FOLDERS = ['/', '/var/lib/kubelet', '/var/lib/containerd', '/var/lib/containers', '/var/lib/docker', '/tmp']

/** A process whose files the path is about: the container's first, or the host's; undefined when there is none. */
export function pidFor(pod: PodOnNode, name: string | undefined): number | undefined {
  if (isNode(pod)) return HOST_PID
  const container = containerOf(pod, name)
  return container && processesOf(container.id)[0]?.pid
}

/** Throws when the path is no folder, or only by way of a link. */
export function openVolume(pid: number, path: string): OpenFolder {
  return openFolder(`/proc/${pid}/root`, path)
}

/** Free bytes, and whether they are the node's: also where that cannot be told. */
export function spaceOf(folder: OpenFolder, pid: number, path: string): Space {
  const { bavail, bsize } = statfsSync(`/proc/self/fd/${folder.descriptor}`)
  const mount = mountOf(mountsOf(pid), path)
  const host = mountsOf(HOST_PID)
  const nodes =
    mount === undefined ||
    mount.type === 'overlay' ||
    NODE_FOLDERS.some((each) => mountOf(host, each)?.device === mount.device)
  return { freeBytes: bavail * bsize, nodes }
}

/** The same folder as the host has it: an emptyDir outlives the container that it was filled through. */
export function hostPathOf(pid: number, path: string): string | undefined {
  return pid === HOST_PID ? path : pathOnHost(path, mountsOf(pid), mountsOf(HOST_PID))
}

function mountsOf(pid: number): readonly Mount[] {
  return parseMounts(readFileSync(`/proc/${pid}/mountinfo`, 'utf8'))
}
