import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { type Identity, identityOf } from '../../../src/kit/process-identity.ts'
import type { ClusterRecord } from '../record.ts'
import type { Shape } from '../shape.ts'
import { run } from '../tools.ts'

const CGROUPS = '/sys/fs/cgroup'

/** What the machine has that a cluster could leave behind. Of other clusters' links nothing is said: they come and go. */
export async function machineState(shape: Shape) {
  const links = readdirSync('/sys/class/net').filter((name) => !/^seaworthy\d$/.test(name) || name === shape.link.name)
  const routes = (await run('ip', ['route'])).split('\n').filter((line) => ours(shape, line))
  const cgroups = readdirSync(CGROUPS).flatMap((hierarchy) =>
    shape.nodes.map(({ cgroup }) => `${CGROUPS}/${hierarchy}/${cgroup}`).filter((group) => existsSync(group)),
  )
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n').sort()
  return { links, routes, cgroups, mounts, folder: existsSync(shape.folder) }
}

function ours(shape: Shape, route: string): boolean {
  return [shape.podCidr, shape.serviceCidr, shape.nodesCidr, shape.link.cidr].some((cidr) => route.startsWith(cidr))
}

/** Everything that runs for a cluster: who is on record, and who is in its nodes' control groups, pods too. */
export function processesOf(shape: Shape, record: ClusterRecord): readonly Identity[] {
  const wrappers = [...Object.values(record.nodes), ...Object.values(record.components)].map(({ wrapper }) => wrapper)
  const inside = shape.nodes
    .flatMap(({ cgroup }) => groupMembers(`${CGROUPS}/pids/${cgroup}`))
    .flatMap((pid) => identityOf(pid) ?? [])
  return [...wrappers, ...inside]
}

function groupMembers(group: string): readonly number[] {
  const own = readFileSync(`${group}/cgroup.procs`, 'utf8').split('\n').filter(Boolean).map(Number)
  const inner = readdirSync(group, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return [...own, ...inner.flatMap(({ name }) => groupMembers(`${group}/${name}`))]
}
