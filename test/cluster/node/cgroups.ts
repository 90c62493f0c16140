import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SeaworthyError } from '../../../src/kit/errors.ts'

const ROOT = '/sys/fs/cgroup'
const SYSTEM = 'system'

/** A control group by its name, the same in every hierarchy. */
interface Grouped {
  readonly cgroup: string
}

/** Every hierarchy of cgroup v1 on this machine. Throws `PLATFORM` where there is only v2, which these nodes were never run on. */
function hierarchies(): readonly string[] {
  const found = ['blkio', 'cpu', 'cpuacct', 'cpuset', 'devices', 'freezer', 'memory', 'pids', 'systemd']
    .map((name) => join(ROOT, name))
    .filter((path) => existsSync(join(path, 'cgroup.procs')))
  if (found.length > 0) return found
  throw new SeaworthyError('PLATFORM', `${ROOT} has no hierarchies of cgroup v1`, {
    remedy: 'Use another cluster: set SEAWORTHY_TEST_CLUSTER=external and KUBECONFIG.',
  })
}

/** The node's control group, which the kubelet takes as its root, and the one in it for the node's own programs. */
export function makeCgroups(node: Grouped): void {
  for (const hierarchy of hierarchies()) {
    for (const group of [join(hierarchy, node.cgroup), join(hierarchy, node.cgroup, SYSTEM)])
      makeGroup(hierarchy, group)
  }
}

function makeGroup(hierarchy: string, group: string): void {
  mkdirSync(group, { recursive: true })
  if (!hierarchy.endsWith('/cpuset')) return
  // A new group may use nothing of what its parent may.
  for (const file of ['cpuset.cpus', 'cpuset.mems'])
    writeFileSync(join(group, file), readFileSync(join(hierarchy, file)))
}

/**
 * A shell command that moves the shell into the node's group for programs, and then becomes its arguments: what a cluster
 * uses must not count for whoever started it.
 */
export function joinAndBecome(node: Grouped): string {
  return `for procs in ${ROOT}/*/${node.cgroup}/${SYSTEM}/cgroup.procs; do echo $$ > "$procs"; done && exec "$@"`
}

/** Wakes whatever is frozen: cgroup v1 does not let the frozen die. */
export function thaw(node: Grouped): void {
  for (const group of groupsBelow(join(ROOT, 'freezer', node.cgroup))) {
    try {
      writeFileSync(join(group, 'freezer.state'), 'THAWED')
    } catch {
      // It went meanwhile, with all that was in it.
    }
  }
}

/** Removes the node's groups, inner ones first. Returns those that are still busy. */
export function removeCgroups(node: Grouped): readonly string[] {
  return readdirSync(ROOT)
    .flatMap((hierarchy) => groupsBelow(join(ROOT, hierarchy, node.cgroup)))
    .filter((group) => !removed(group))
}

function removed(group: string): boolean {
  try {
    rmdirSync(group)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
  }
}

/** A group and all in it, inner ones first. */
function groupsBelow(group: string): readonly string[] {
  try {
    const inner = readdirSync(group, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    return [...inner.flatMap((entry) => groupsBelow(join(group, entry.name))), group]
  } catch {
    return []
  }
}
