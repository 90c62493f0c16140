import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findContainers } from '../../../src/daemon/processes/find-containers.ts'
import { comesTrue } from '../../../src/daemon/processes/signals.ts'
import { exec, start } from '../../../src/kit/exec.ts'
import type { ContainerOnNode, NodeContext, PodOnNode } from '../../../src/model/cluster/mechanism.ts'
import { PATIENCE_MS } from '../tools.ts'

const CGROUP_V1 = '/sys/fs/cgroup'
/** The empty tree of version 2 beside those of version 1: it has the freezer. */
export const CGROUP_V2 = '/sys/fs/cgroup/unified'

/** A stand-in for a container: real control groups, a process namespace and mounts of its own. */
export interface Victim {
  readonly pod: PodOnNode
  readonly container: ContainerOnNode
  readonly child: ChildProcess
  /** Of its first controller of this name. */
  readonly group: (controller: string) => string
  /** First line that it printed. */
  readonly line: () => string
}

export interface Lab {
  readonly startVictim: (
    words: readonly string[],
    options?: { readonly cores?: number; readonly memoryBytes?: number },
  ) => Promise<Victim>
  readonly context: (changes?: Partial<NodeContext>) => NodeContext
  readonly folder: string
  /** Starts a program in a control group of its own, as a runtime starts a daemon, and a way to kill all in that group: in those of every hierarchy, or only of the one. */
  readonly startDaemon: (
    words: readonly string[],
  ) => Promise<{ readonly firstLine: string; readonly killAll: (root?: string) => Promise<void> }>
  /** An ext4 of this size on a loop device; mount before a victim that is to see it starts. */
  readonly mountDisk: (bytes: number) => Promise<string>
  /** What `onHelperExit` heard. */
  readonly exits: readonly string[]
  readonly close: () => Promise<void>
}

const JOIN = `while [ "$1" != -- ]; do echo 0 > "$1/cgroup.procs" || exit 97; shift; done; shift; exec "$@"`

/** Needs root; all that it makes is named after this process, and gone after `close`. */
export function createLab(): Lab {
  if (process.getuid?.() !== 0) throw new Error('these tests make control groups and mounts: run them as root')
  const name = `sw-test-${process.pid}-${randomBytes(3).toString('hex')}`
  const folder = mkdtempSync(join(tmpdir(), 'node-work-'))
  const groups: string[] = []
  const children: ChildProcess[] = []
  const mounts: string[] = []
  const exits: string[] = []

  const makeGroup = (path: string) =>
    hierarchies().map((root) => {
      let at = root
      for (const part of path.split('/')) {
        const above = at
        at = join(at, part)
        mkdirSync(at, { recursive: true })
        if (!groups.includes(at)) groups.push(at)
        for (const file of ['cpuset.cpus', 'cpuset.mems'])
          if (existsSync(join(above, file))) writeFileSync(join(at, file), readFileSync(join(above, file)))
      }
      return at
    })

  const launch = async (words: readonly string[], path: string, isolated: boolean) => {
    const inside = ['sh', '-c', JOIN, 'sh', ...makeGroup(path), '--', ...words]
    const all = isolated ? ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc', ...inside] : inside
    const child = start(all[0] ?? '', all.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] })
    children.push(child)
    let heard = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      heard += chunk.toString('utf8')
    })
    await until(() => heard.includes('\n') || child.exitCode !== null || child.signalCode !== null, 'the first line')
    if (!heard.includes('\n')) throw new Error(`${words[0]} ended before it said anything`)
    return { child, line: () => heard.split('\n')[0] ?? '' }
  }

  return {
    folder,
    exits,
    context: (changes = {}) => contextOf(folder, exits, changes),
    startVictim: async (words, options = {}) => {
      const id = randomBytes(32).toString('hex')
      const group = (controller: string) => join(CGROUP_V1, controller, name, id)
      makeGroup(`${name}/${id}`)
      if (options.cores !== undefined) {
        writeFileSync(join(group('cpu'), 'cpu.cfs_quota_us'), String(options.cores * 100_000))
      }
      if (options.memoryBytes !== undefined) {
        writeFileSync(join(group('memory'), 'memory.limit_in_bytes'), String(options.memoryBytes))
      }
      const { child, line } = await launch(words, `${name}/${id}`, true)
      const main = findContainers('/proc', [id]).get(id)?.main
      if (!main) throw new Error('the victim was not found')
      const container = { name: 'app', id, pid: main.pid, startTime: main.startTime, ready: true, restarts: 0 }
      return { pod: podWith(container), container, child, group, line }
    },
    startDaemon: async (words) => {
      const path = `${name}/daemon-${randomBytes(3).toString('hex')}`
      const { child, line } = await launch(words, path, false)
      const procs = (roots: readonly string[]) => roots.flatMap((root) => linesOf(join(root, path, 'cgroup.procs')))
      return {
        firstLine: line(),
        killAll: async (root) => {
          const roots = root === undefined ? hierarchies() : [root]
          await until(() => {
            for (const pid of procs(roots)) kill(Number(pid))
            return procs(roots).length === 0
          }, 'the end of the daemon')
          await until(() => child.exitCode !== null || child.signalCode !== null, 'the end of its first process')
        },
      }
    },
    mountDisk: async (bytes) => {
      const image = join(folder, `disk-${mounts.length}`)
      const point = join(folder, `mounted-${mounts.length}`)
      mkdirSync(point)
      await must('truncate', '-s', String(bytes), image)
      await must('mkfs.ext4', '-q', '-m', '0', image)
      await must('mount', '-o', 'loop', image, point)
      mounts.push(point)
      return point
    },
    close: async () => {
      for (const child of children) child.kill('SIGKILL')
      // Who has changed his user has lost the parent-death signal.
      for (const pid of groups.flatMap((group) => linesOf(join(group, 'cgroup.procs')))) kill(Number(pid))
      await until(() => children.every((each) => each.exitCode !== null || each.signalCode !== null), 'the victims')
      for (const point of mounts) await must('umount', point)
      await until(() => {
        for (const group of groups.toReversed()) removeGroup(group)
        return groups.every((group) => !existsSync(group))
      }, 'the removal of control groups')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  if (!(await comesTrue(condition, PATIENCE_MS))) throw new Error(`waited in vain for ${what}`)
}

export async function must(program: string, ...words: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await exec(program, words)
  if (exitCode !== 0) throw new Error(`${program} ${words.join(' ')}: ${stderr}`)
  return stdout
}

function hierarchies(): readonly string[] {
  return readdirSync(CGROUP_V1)
    .map((each) => join(CGROUP_V1, each))
    .filter((root) => existsSync(join(root, 'cgroup.procs')))
}

/** Control groups of watchdogs that are there, by id. */
export function watchdogGroups(id: string): readonly string[] {
  return hierarchies()
    .map((root) => join(root, `sw-wd-${id}`))
    .filter((path) => existsSync(path))
}

function contextOf(folder: string, exits: string[], changes: Partial<NodeContext>): NodeContext {
  const id = changes.id ?? randomBytes(4).toString('hex')
  const remainingMs = changes.remainingMs ?? 60_000
  return {
    id,
    abilities: abilities('v1'),
    expiresAtMs: Date.now() + remainingMs,
    remainingMs,
    cgroupRoot: CGROUP_V1,
    nodeAddresses: [],
    folder: join(folder, id),
    helperCommand: [],
    onHelperExit: (detail) => exits.push(detail),
    ...changes,
  }
}

export function abilities(cgroup: 'v1' | 'v2'): NodeContext['abilities'] {
  return {
    nft: false,
    iptables: undefined,
    ipset: false,
    nfqueue: false,
    tee: false,
    classify: false,
    htb: false,
    netem: false,
    redirect: false,
    redirect6: false,
    cgroup,
    perl: true,
    kernel: '',
    architecture: process.arch,
  }
}

function podWith(container: ContainerOnNode): PodOnNode {
  return {
    namespace: 'shop',
    name: 'web',
    uid: '00000000-0000-4000-8000-000000000001',
    ips: [],
    hostNetwork: false,
    containers: [container],
    sandbox: undefined,
    netns: undefined,
  }
}

function linesOf(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
  } catch {
    return []
  }
}

function removeGroup(path: string): void {
  try {
    rmdirSync(path)
  } catch {
    // Somebody is still in it; it is tried again.
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has just ended.
  }
}
