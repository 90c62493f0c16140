import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { NodeShape, Shape } from '../shape.ts'
import { run } from '../tools.ts'
import type { Pod } from './stage.ts'

const CGROUPS = '/sys/fs/cgroup'

/** Where a pod's control group is in this hierarchy; undefined when it is in none. */
function podGroup(shape: Shape, pod: Pod, controller = 'pids'): string | undefined {
  const node = shape.nodes.find(({ name }) => name === pod.spec.nodeName)
  const root = join(CGROUPS, controller, node?.cgroup ?? '', 'kubepods')
  return ['', 'burstable', 'besteffort']
    .map((quality) => join(root, quality, `pod${pod.metadata.uid}`))
    .find((folder) => existsSync(folder))
}

/** All processes of a pod, as this machine sees them: its sandbox's first. */
export function podProcesses(shape: Shape, pod: Pod): readonly number[] {
  const group = podGroup(shape, pod)
  return group === undefined ? [] : members(group).toSorted((a, b) => a - b)
}

function members(group: string): readonly number[] {
  const own = linesOf(join(group, 'cgroup.procs')).map(Number)
  return [...own, ...foldersIn(group).flatMap((name) => members(join(group, name)))]
}

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean)
  } catch {
    return []
  }
}

function foldersIn(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true })
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  } catch {
    return []
  }
}

/** Everything that steers packets, without numbers that count or run out. */
const NETWORK = `
nft list ruleset; iptables-legacy-save; ip6tables-legacy-save; ipset list
tc qdisc show; for device in $(ls /sys/class/net); do tc class show dev $device; tc filter show dev $device; done
ip -o link; ip -o address; ip route; ip -6 route`

/** What steers packets in the network namespace of this process. Throws `PLATFORM` when it is gone. */
export async function networkOf(pid: number): Promise<string> {
  const words = ['--net', '--target', String(pid), 'sh', '-c', `${NETWORK} 2>&1`]
  const said = await run('nsenter', words, { timeoutMs: 30_000 })
  return said
    .replaceAll(/ ?counter packets \d+ bytes \d+/g, '')
    .replaceAll(/\[\d+:\d+\]/g, '')
    .replaceAll(/expires \S+|^#.*$|qlen \d+| ?tentative|\(valid_lft.*$/gm, '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .join('\n')
}

/** Started at the first fault that needs it, and kept for the next. */
const STANDING = /internal packet-engine|# exchanges netlink messages/
/** Empty ones, made when they are first needed. */
const STANDING_FOLDERS = ['faults', 'journal', 'witness']

/** What a node has beside its pods: rules of its own network, programs of the daemon, control groups, files. */
export async function nodeState(shape: Shape, node: NodeShape, initPid: number, daemon: Pod) {
  return {
    network: (await networkOf(initPid)).split('\n').toSorted(),
    programs: podProcesses(shape, daemon)
      .map(commandOf)
      .filter((command) => command !== '' && !STANDING.test(command))
      .toSorted(),
    groups: groupsBelow(join(CGROUPS, 'pids', node.cgroup)).toSorted(),
    files: filesBelow(join(node.folder, 'lib', 'seaworthy'))
      .filter((name) => !STANDING_FOLDERS.includes(name))
      .toSorted(),
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
  } catch {
    return ''
  }
}

function groupsBelow(group: string): readonly string[] {
  return foldersIn(group).flatMap((name) => [join(group, name), ...groupsBelow(join(group, name))])
}

function filesBelow(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
  } catch {
    return []
  }
}

/** Control groups and programs that carry this id: those of one action of one fault on one target. */
export function tracesOf(id: string): readonly string[] {
  const groups = foldersIn(CGROUPS).flatMap((controller) => {
    const folder = join(CGROUPS, controller)
    return foldersIn(folder)
      .filter((name) => name.includes(id))
      .map((name) => join(folder, name))
  })
  const programs = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => commandOf(Number(name)))
    .filter((command) => command.includes(id))
  return [...groups, ...programs]
}

/** Time of the processor that a pod has used, in seconds. */
export function coreSeconds(shape: Shape, pod: Pod): number {
  const group = podGroup(shape, pod, 'cpuacct')
  return group === undefined ? 0 : Number(readFileSync(join(group, 'cpuacct.usage'), 'utf8')) / 1e9
}

/** Periods in which any container of a pod was held back by its limit. */
export function throttled(shape: Shape, pod: Pod): number {
  const group = podGroup(shape, pod, 'cpu') ?? ''
  const lines = ['', ...foldersIn(group)].flatMap((name) => linesOf(join(group, name, 'cpu.stat')))
  return lines.reduce((sum, line) => sum + (line.startsWith('nr_throttled') ? Number(line.split(' ')[1]) : 0), 0)
}

export function memoryBytes(shape: Shape, pod: Pod): number {
  const group = podGroup(shape, pod, 'memory')
  return group === undefined ? 0 : Number(readFileSync(join(group, 'memory.usage_in_bytes'), 'utf8'))
}

/** Context switches of all threads that a pod has now. */
export function switches(shape: Shape, pod: Pod): number {
  const threads = podProcesses(shape, pod).flatMap((pid) =>
    foldersIn(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}/status`),
  )
  const counts = threads.flatMap((file) => linesOf(file).filter((line) => line.includes('ctxt_switches')))
  return counts.reduce((sum, line) => sum + Number(line.split(':')[1]), 0)
}

const ESTABLISHED = '01'

/** Connections to this port that a pod has. */
export function connectionsTo(shape: Shape, pod: Pod, port: number): number {
  const [pid] = podProcesses(shape, pod)
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const lines = ['tcp', 'tcp6'].flatMap((file) => linesOf(`/proc/${pid}/net/${file}`))
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = '', , state]) => local.endsWith(suffix) && state === ESTABLISHED).length
}
