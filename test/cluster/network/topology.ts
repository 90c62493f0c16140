import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { probeAbilities } from '../../../src/daemon/abilities/probe-abilities.ts'
import { netnsOf } from '../../../src/daemon/namespaces/netns.ts'
import { exec, start } from '../../../src/kit/exec.ts'
import { identityOf } from '../../../src/kit/process-identity.ts'
import type { NodeContext, PodOnNode } from '../../../src/model/cluster/mechanism.ts'
import type { Echoes } from './faults.ts'
import type { Wish } from './load-process.ts'

const LOAD = fileURLToPath(new URL('./load-process.ts', import.meta.url))
const CLI = fileURLToPath(new URL('../../../src/entry/cli.ts', import.meta.url))
const HELPER_COMMAND: readonly string[] = [process.execPath, CLI, 'internal']

export interface Place {
  readonly v4: string
  readonly v6: string
  readonly pod: PodOnNode
  readonly ask: <T>(wish: Wish) => Promise<T>
  readonly run: (program: string, ...args: string[]) => Promise<string>
}

export interface Topology {
  readonly pod: Place
  readonly peer: Place
  readonly other: Place
  /** Address of the router towards the pod, which stands for the node's. */
  readonly nodeAddress: string
  readonly nodePid: number
  readonly context: (remainingMs: number, more?: Partial<NodeContext>) => Promise<NodeContext>
  readonly close: () => Promise<void>
}

let made = 0
let ids = 0

/** Three namespaces around a router of their own, with IPv4 and IPv6 and nothing of this machine's network. */
export async function createTopology(): Promise<Topology> {
  made += 1
  const name = `sw${process.pid}n${made}`
  const folder = mkdtempSync(join(tmpdir(), 'network-'))
  const children: ChildProcess[] = []
  const names = ['r', 'a', 'b', 'c'].map((letter) => `${name}${letter}`)
  const [router = '', ...rest] = names
  for (const namespace of names) await must('ip', 'netns', 'add', namespace)
  for (const namespace of names) {
    await must('ip', '-n', namespace, 'link', 'set', 'lo', 'up')
    // The router asks for neighbours from its link-local address, and may not for as long as it looks for duplicates of it.
    await must('ip', 'netns', 'exec', namespace, 'sysctl', '-qw', ...['all', 'default'].map(withoutSearch))
  }
  await must('ip', 'netns', 'exec', router, 'sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1')
  const routerSleep = await sleeper(router, children)
  const places: Place[] = []
  for (const [index, namespace] of rest.entries())
    places.push(await createPlace(router, namespace, index + 1, children))
  const [pod, peer, other] = places
  if (!pod || !peer || !other) throw new Error('three places were made')
  // Each answers its first question when its servers listen.
  for (const { ask, v4 } of places) await ask({ do: 'udp', host: v4, count: 0, gapMs: 0, waitMs: 0 })
  for (const host of [peer.v4, peer.v6, other.v4, other.v6])
    await until(async () => (await pod.ask<Echoes>(oneTo(host))).back.length === 1, `a way to ${host}`)
  return {
    pod,
    peer,
    other,
    nodeAddress: '10.77.1.1',
    nodePid: routerSleep,
    context: async (remainingMs, more = {}) => {
      ids += 1
      return {
        id: ((process.pid * 65_537 + ids) % 0xffff_ffff).toString(16).padStart(8, '0'),
        abilities: await probeAbilities(),
        expiresAtMs: Date.now() + remainingMs,
        remainingMs,
        cgroupRoot: '/sys/fs/cgroup',
        nodeAddresses: ['10.77.1.1', 'fd77:1::1'],
        folder,
        helperCommand: HELPER_COMMAND,
        onHelperExit: () => undefined,
        ...more,
      }
    },
    close: async () => {
      for (const child of children) await ended(child)
      for (const namespace of names) await exec('ip', ['netns', 'del', namespace])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function oneTo(host: string): Wish {
  return { do: 'udp', host, count: 1, gapMs: 0, waitMs: 100 }
}

function withoutSearch(devices: string): string {
  return `net.ipv6.conf.${devices}.accept_dad=0`
}

async function createPlace(router: string, namespace: string, index: number, children: ChildProcess[]): Promise<Place> {
  const [outer, v4, v6] = [`d${index}`, `10.77.${index}.2`, `fd77:${index}::2`]
  await must('ip', '-n', router, 'link', 'add', outer, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace)
  for (const [space, device, end] of [
    [router, outer, '1'],
    [namespace, 'eth0', '2'],
  ] as const) {
    await must('ip', '-n', space, 'addr', 'add', `10.77.${index}.${end}/24`, 'dev', device)
    await must('ip', '-n', space, 'addr', 'add', `fd77:${index}::${end}/64`, 'dev', device, 'nodad')
    await must('ip', '-n', space, 'link', 'set', device, 'up')
  }
  await must('ip', '-n', namespace, 'route', 'add', 'default', 'via', `10.77.${index}.1`)
  await must('ip', '-n', namespace, '-6', 'route', 'add', 'default', 'via', `fd77:${index}::1`)
  const pid = await sleeper(namespace, children)
  const load = createLoad(pid, children)
  return { v4, v6, pod: podOf(namespace, pid, [v4, v6]), ...load }
}

function podOf(name: string, pid: number, ips: readonly string[]): PodOnNode {
  const startTime = identityOf(pid)?.startTime ?? ''
  return {
    namespace: 'test',
    name,
    uid: name,
    ips,
    hostNetwork: false,
    containers: [],
    sandbox: { pid, startTime },
    netns: netnsOf(pid),
  }
}

async function sleeper(namespace: string, children: ChildProcess[]): Promise<number> {
  const child = start('ip', ['netns', 'exec', namespace, 'sleep', '3600'], { stdio: 'ignore' })
  children.push(child)
  const pid = child.pid ?? 0
  await until(() => netnsOf(pid) !== netnsOf(process.pid), 'the process is in its namespace')
  return pid
}

function createLoad(pid: number, children: ChildProcess[]) {
  const enter = ['-t', String(pid), '-n', '--']
  const child = start('nsenter', [...enter, process.execPath, LOAD, 'load'], { stdio: ['pipe', 'pipe', 'inherit'] })
  children.push(child)
  const waiting = new Map<number, (result: unknown) => void>()
  let asked = 0
  if (child.stdout)
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { number, result } = JSON.parse(line)
      waiting.get(number)?.(result)
      waiting.delete(number)
    })
  return {
    ask: <T>(wish: Wish) => {
      asked += 1
      const number = asked
      child.stdin?.write(`${JSON.stringify({ ...wish, number })}\n`)
      return new Promise<T>((resolve) => waiting.set(number, (result) => resolve(result as T)))
    },
    run: async (program: string, ...args: string[]) => must('nsenter', ...enter, program, ...args),
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const over = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await over
}

async function must(program: string, ...args: string[]): Promise<string> {
  const ending = await exec(program, args, { input: '' })
  if (ending.exitCode !== 0) throw new Error(`${program} ${args.join(' ')}: ${ending.stderr}${ending.stdout}`)
  return ending.stdout
}

/** The runner's own time limit ends a wait that never will. */
export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const givesUpAt = Date.now() + 20_000
  while (!(await holds())) {
    if (Date.now() > givesUpAt) throw new Error(`never came: ${what}`)
    await sleep(20)
  }
}

export function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[values.length >> 1] ?? Number.NaN
}
