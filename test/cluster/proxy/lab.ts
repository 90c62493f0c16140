import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { netnsOf } from '../../../src/daemon/namespaces/netns.ts'
import { exec, start } from '../../../src/kit/exec.ts'
import { identityOf } from '../../../src/kit/process-identity.ts'
import type { Abilities, NodeContext, PodOnNode } from '../../../src/model/cluster/mechanism.ts'
import { ABILITIES } from '../../fakes/abilities.ts'
import { run, until } from '../tools.ts'

type Child = ReturnType<typeof start>

export const NFT: Abilities = { ...ABILITIES, cgroup: 'v1', kernel: 'test', architecture: 'x86_64' }
/** A node whose nft has no NAT. */
export const IPTABLES: Abilities = { ...NFT, nft: false }

const HELPER = [process.execPath, fileURLToPath(new URL('../../../src/entry/cli.ts', import.meta.url)), 'internal']

/** A network namespace with a pod's processes in it, and a wire to this machine. */
export interface Lab {
  readonly pod: PodOnNode
  readonly v4: string
  readonly v6: string
  /** This machine's end of the wire. */
  readonly host4: string
  readonly host6: string
  /** Standard output of a program in the pod's network namespace, which must end with 0. */
  readonly inPod: (...command: readonly string[]) => Promise<string>
  /** Starts a program there, in a container with a resolv.conf of its own; resolves when it says a line. */
  readonly start: (...command: readonly string[]) => Promise<{ readonly child: Child; readonly line: string }>
  readonly context: (
    id: string,
    remainingMs: number,
    abilities?: Abilities,
  ) => NodeContext & { readonly exits: readonly string[] }
  readonly close: () => Promise<void>
}

let serial = 0

export async function openLab(
  resolvConf: (host4: string, host6: string) => string = () => 'nameserver 127.0.0.1\n',
): Promise<Lab> {
  serial += 1
  const folder = mkdtempSync(join(tmpdir(), 'proxy-lab-'))
  const resolv = join(folder, 'resolv.conf')
  const net = `10.213.${(process.pid * 7 + serial) % 250}`
  const net6 = `fd5e:5ea:${process.pid.toString(16)}:${serial}`
  writeFileSync(resolv, resolvConf(`${net}.1`, `${net6}::1`))
  const children: Child[] = []
  const holder = start('setpriv', ['--pdeathsig', 'KILL', 'unshare', '--net', 'sleep', '86400'], { stdio: 'ignore' })
  children.push(holder)
  const pid = holder.pid ?? 0
  await until('a network namespace', () => {
    const own = netnsOf(pid)
    return own !== undefined && own !== netnsOf(process.pid) ? own : undefined
  })
  const netns = netnsOf(pid)
  const inPod = (...command: readonly string[]) => run('nsenter', ['-t', String(pid), '-n', '--', ...command])
  const wire = `sw${process.pid % 100_000}x${serial}`
  await run('ip', ['link', 'add', wire, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(pid)])
  await run('ip', ['addr', 'add', `${net}.1/24`, 'dev', wire])
  await run('ip', ['addr', 'add', `${net6}::1/64`, 'dev', wire, 'nodad'])
  await run('ip', ['link', 'set', wire, 'up'])
  await inPod('ip', 'link', 'set', 'lo', 'up')
  await inPod('ip', 'addr', 'add', `${net}.2/24`, 'dev', 'eth0')
  await inPod('ip', 'addr', 'add', `${net6}::2/64`, 'dev', 'eth0', 'nodad')
  await inPod('ip', 'link', 'set', 'eth0', 'up')
  const startThere = async (...command: readonly string[]) => {
    const script = `mount --bind ${resolv} /etc/resolv.conf && exec "$@"`
    const words = [
      '--pdeathsig',
      'KILL',
      'nsenter',
      '-t',
      String(pid),
      '-n',
      'unshare',
      '--mount',
      'sh',
      '-c',
      script,
      'sh',
      ...command,
    ]
    const child = start('setpriv', words, { stdio: ['pipe', 'pipe', 'inherit'] })
    children.push(child)
    if (!child.stdout) throw new Error('no output')
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
    return { child, line }
  }
  const { child: main } = await startThere('sh', '-c', 'echo up; exec sleep 86400')
  return {
    pod: podOf(pid, main.pid ?? 0, netns, [`${net}.2`, `${net6}::2`]),
    v4: `${net}.2`,
    v6: `${net6}::2`,
    host4: `${net}.1`,
    host6: `${net6}::1`,
    inPod,
    start: startThere,
    context: (id, remainingMs, abilities = NFT) => contextOf(folder, id, remainingMs, abilities),
    close: async () => {
      for (const child of children.reverse()) child.kill('SIGKILL')
      await exec('ip', ['link', 'delete', wire])
    },
  }
}

function podOf(pid: number, mainPid: number, netns: string | undefined, ips: readonly string[]): PodOnNode {
  const startTime = (of: number) => identityOf(of)?.startTime ?? ''
  return {
    namespace: 'shop',
    name: 'web-1',
    uid: `uid-${pid}`,
    ips,
    hostNetwork: false,
    sandbox: { pid, startTime: startTime(pid) },
    netns,
    containers: [
      { name: 'web', id: 'f'.repeat(64), pid: mainPid, startTime: startTime(mainPid), ready: true, restarts: 0 },
    ],
  }
}

function contextOf(folder: string, id: string, remainingMs: number, abilities: Abilities) {
  const exits: string[] = []
  return {
    id,
    abilities,
    expiresAtMs: Date.now() + remainingMs,
    remainingMs,
    cgroupRoot: '/sys/fs/cgroup',
    nodeAddresses: [],
    folder,
    helperCommand: HELPER,
    onHelperExit: (detail: string) => void exits.push(detail),
    exits,
  }
}
