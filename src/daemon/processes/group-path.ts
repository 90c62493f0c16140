/** Which container a process belongs to, as the paths of its control groups tell. */
export interface GroupPaths {
  /** Controller → path as `/proc/PID/cgroup` shows it; the unified hierarchy (cgroup v2) has the empty name. */
  readonly paths: Readonly<Record<string, string>>
  /** 64 hex digits. */
  readonly containerId: string | undefined
  /** With dashes, or 32 hex digits for a static pod; as the kubelet knows it. */
  readonly podUid: string | undefined
}

const POD =
  /(?:^|-)pod([0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12}|[0-9a-f]{32})(?:\.slice)?$/
const CONTAINER = /^(?!.*conmon)(?:[a-z][a-z0-9-]*-)?([0-9a-f]{64})(?:\.scope)?$/

/**
 * Reads `/proc/PID/cgroup` (cgroups(7)): lines `id:controllers:path`, for version 1, version 2 (`0::/…`) and both at once.
 * Knows the paths of the cgroupfs driver (`…/podUID/ID`), the systemd driver (`…-podU_I_D.slice/cri-containerd-ID.scope`) and
 * the two mixed (`…-podU_I_D.slice:cri-containerd:ID`); a private cgroup namespace only puts `/../..` before them.
 */
export function parseGroups(text: string): GroupPaths {
  const paths: Record<string, string> = {}
  for (const line of text.split('\n')) {
    const match = /^\d+:([^:]*):(\/.*)$/.exec(line)
    if (!match) continue
    for (const controller of (match[1] ?? '').split(',')) paths[controller.replace(/^name=/, '')] = match[2] ?? ''
  }
  const all = Object.values(paths)
  const inPod = all.map(ownerOf).find(({ podUid }) => podUid !== undefined)
  const owner = inPod ?? all.map(ownerOf).find(({ containerId }) => containerId !== undefined)
  return { paths, containerId: owner?.containerId, podUid: owner?.podUid }
}

/**
 * The part of a path that ends at the container's own group: a container that runs systemd has groups below it.
 * Undefined when the path does not go through that container.
 */
export function containerGroup(path: string, containerId: string): string | undefined {
  const parts = path.split('/')
  const at = parts.findIndex((part) => idOf(part) === containerId)
  return at < 0 ? undefined : parts.slice(0, at + 1).join('/')
}

/** What follows the first pod counts: below its own group a privileged container can make groups of any name. */
function ownerOf(path: string): { readonly podUid?: string | undefined; readonly containerId?: string | undefined } {
  const parts = path.split('/').flatMap((part) => part.split(':'))
  const pod = parts.findIndex((part) => POD.test(part))
  if (pod < 0) return { containerId: parts.map(idOf).find((id) => id !== undefined) }
  const podUid = POD.exec(parts[pod] ?? '')?.[1]?.replaceAll('_', '-')
  const next = parts.slice(pod + 1).find((part) => !/^(?:cri-containerd|crio|docker)$/.test(part))
  return { podUid, containerId: idOf(next ?? '') }
}

/** The id in one component of a path: `ID`, `cri-containerd-ID.scope`, `….slice:cri-containerd:ID`; not a monitor's. */
function idOf(part: string): string | undefined {
  return CONTAINER.exec(part.split(':').at(-1) ?? '')?.[1]
}
