import { once } from 'node:events'
import { mkdirSync, openSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { start } from '../../../src/kit/exec.ts'
import { type Identity, identityOf } from '../../../src/kit/process-identity.ts'
import { type NodeRecord, updateRecord } from '../record.ts'
import type { NodeShape, Shape } from '../shape.ts'
import { run, SYSTEM_PATH, until } from '../tools.ts'
import { joinAndBecome } from './cgroups.ts'

const NAMESPACES = ['--net', '--mount', '--uts', '--ipc', '--pid'] as const

/** In front of a program that gets namespaces of its own, and dies with whoever made them. */
export const ISOLATED: readonly string[] = [
  'unshare',
  ...NAMESPACES,
  '--fork',
  '--kill-child=SIGKILL',
  '--mount-proc',
  '--propagation',
  'private',
]

/**
 * Makes a node: a process that holds a network, mount, process, host name and IPC namespace of its own. When it dies the
 * kernel ends every process of the node and takes the namespaces, mounts and links with it. Returns its identity.
 */
export async function makeNode(shape: Shape, node: NodeShape, init: string): Promise<Identity> {
  const wrapper = await startHolder(shape, node, init)
  const held = await until(`${node.name} to exist`, () => childRunning(wrapper, init))
  recordNode(shape, node, { wrapper, init: held })
  await furnish(node, held)
  return held
}

/**
 * The shell waits for a word before it becomes the holder. We say it after the holder is on record; were we killed before,
 * it would read the end of its input and end too, so that there never is a node that nobody knows of.
 */
async function startHolder(shape: Shape, node: NodeShape, init: string): Promise<Identity> {
  mkdirSync(node.folder, { recursive: true })
  const log = openSync(join(node.folder, 'node.log'), 'a')
  const child = start('/bin/sh', ['-c', `read -r go && ${joinAndBecome(node)}`, 'sh', ...ISOLATED, '--', init], {
    detached: true,
    stdio: ['pipe', log, log],
    env: { PATH: SYSTEM_PATH },
    cwd: '/',
  })
  await once(child, 'spawn')
  const wrapper = identityOf(child.pid ?? 0)
  if (!wrapper || !child.stdin) throw new Error(`${node.name} ended before it began`)
  recordNode(shape, node, { wrapper, init: undefined })
  child.stdin.end('go\n')
  child.unref()
  return wrapper
}

function recordNode(shape: Shape, node: NodeShape, entry: NodeRecord): void {
  updateRecord(shape, (record) => ({ ...record, nodes: { ...record.nodes, [node.name]: entry } }))
}

/**
 * Its own host name, run-time folder, /var/lib and /var/log: programs find their usual paths, and the machine sees none of
 * it. Sockets whose process is dead give up soon, since they keep the node's network from going.
 */
async function furnish(node: NodeShape, init: Identity): Promise<void> {
  for (const folder of ['lib', 'log']) mkdirSync(join(node.folder, folder), { recursive: true })
  const script = `set -e
mount --make-rshared /
mount -t tmpfs -o mode=755 tmpfs /run
mount --bind "$1/log" /var/log
mount --bind "$1/lib" /var/lib
mkdir -p /var/lib/kubelet /var/log/pods /run/netns
hostname "$2"
echo 1 > /proc/sys/net/ipv4/ip_forward
echo 2 > /proc/sys/net/ipv4/tcp_orphan_retries`
  await run('nsenter', [...enter(init), '--', '/bin/sh', '-c', script, 'sh', node.folder, node.name])
}

/** The options that make `nsenter` enter all namespaces of a node. */
export function enter(init: Identity): readonly string[] {
  return ['--target', String(init.pid), ...NAMESPACES]
}

/** The child of `parent` once it is the program `program`: before, it is still being set up. */
export function childRunning(parent: Identity, program: string): Identity | undefined {
  return childrenOf(parent.pid)
    .filter((pid) => programOf(pid) === program)
    .map((pid) => identityOf(pid))
    .find((identity) => identity !== undefined)
}

function childrenOf(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

function programOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/exe`)
  } catch {
    return undefined
  }
}
