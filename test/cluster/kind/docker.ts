import { once } from 'node:events'
import { closeSync, existsSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { start } from '../../../src/kit/exec.ts'
import { type Identity, identityOf, isAlive } from '../../../src/kit/process-identity.ts'
import { signal } from '../control/run-component.ts'
import { raiseLimits, restoreLimits } from '../host-limits.ts'
import { withLock } from '../lock.ts'
import { joinAndBecome, makeCgroups, removeCgroups, thaw } from '../node/cgroups.ts'
import { childRunning, enter, ISOLATED } from '../node/namespaces.ts'
import { ensurePackages } from '../parts/packages.ts'
import { pauseProgram } from '../parts/programs.ts'
import { recipe, stateRoot } from '../places.ts'
import { progress } from '../progress.ts'
import { dockerFolder, isAnythingUp } from '../record.ts'
import { run, SYSTEM_PATH, until } from '../tools.ts'
import {
  type DockerRecord,
  GROUP,
  isDockerUp,
  LINK,
  readDockerRecord,
  socketPath,
  writeDockerRecord,
} from './docker-record.ts'
import { readSettings, restoreSettings } from './host-settings.ts'
import { nodeImageArchive } from './node-image.ts'
import { kindProgram } from './programs.ts'

const PATIENCE = { timeoutMs: 60_000, everyMs: 20 }

/** A Docker that holds the node image, in a network of its own with no way out. */
export interface Docker {
  /** For every program that talks to it. */
  readonly env: { readonly DOCKER_HOST: string }
  /** In front of a program that must see Docker's network, such as kind. */
  readonly prefix: readonly string[]
  /** Where this machine reaches what containers publish on that address. */
  readonly address: string
  /** The path of kind. */
  readonly kind: string
}

/**
 * The Docker for tests, started when it is not running; it stays for the next test. Everything missing is installed or
 * built. Throws `PLATFORM` when it does not come up.
 */
export async function ensureDocker(): Promise<Docker> {
  return withLock(lockFile(), async () => {
    const there = readDockerRecord()
    if (there && isDockerUp(there)) return describe(there)
    await takeDown()
    await ensurePackages({ '/usr/sbin/dockerd': 'docker.io', '/usr/bin/docker': 'docker.io' })
    const archive = await nodeImageArchive()
    await kindProgram()
    progress('starting Docker')
    const record = await startAll()
    await run('docker', ['load', '--quiet', '--input', archive], { env: environment() })
    const up = { ...record, stage: 'up' } as const
    writeDockerRecord(up)
    progress('Docker is up')
    return describe(up)
  })
}

/** Ends Docker with all its containers, and puts the machine back to how it was. Nothing to stop is no error. */
export async function stopDocker(): Promise<void> {
  await withLock(lockFile(), takeDown)
}

async function describe({ init }: DockerRecord): Promise<Docker> {
  if (!init) throw new Error('Docker has no namespace')
  return {
    env: environment(),
    prefix: ['nsenter', '--target', String(init.pid), '--net', '--'],
    address: LINK.docker,
    kind: await kindProgram(),
  }
}

function environment() {
  return { DOCKER_HOST: `unix://${socketPath()}` }
}

async function startAll(): Promise<DockerRecord> {
  let record: DockerRecord = {
    stage: 'starting',
    settings: readSettings(),
    wrapper: undefined,
    init: undefined,
    daemon: undefined,
  }
  const note = (more: Partial<DockerRecord>) => {
    record = { ...record, ...more }
    writeDockerRecord(record)
  }
  note({})
  await withLock(join(stateRoot(), 'host.lock'), async () => raiseLimits())
  makeCgroups(GROUP)
  const init = await hold(note)
  await furnish(init)
  await startDaemon(init, note)
  return record
}

/** The shell waits for a word, which comes after it is on record; were we killed before, it would end with its input. */
async function hold(note: (more: Partial<DockerRecord>) => void): Promise<Identity> {
  const pause = await pauseProgram()
  const child = launch(['-c', `read -r go && ${joinAndBecome(GROUP)}`, 'sh', ...ISOLATED, '--', pause], 'pipe')
  await once(child, 'spawn')
  const wrapper = identityOf(child.pid ?? 0)
  if (!wrapper || !child.stdin) throw new Error('the namespaces for Docker ended before they began')
  note({ wrapper })
  child.stdin.end('go\n')
  child.unref()
  const init = await until("Docker's namespaces", () => childRunning(wrapper, pause), PATIENCE)
  note({ init })
  return init
}

/** A run-time folder of its own, and one link to the machine in place of a default route. */
async function furnish(init: Identity): Promise<void> {
  const inside = (...command: readonly string[]) => run('nsenter', [...enter(init), '--', ...command])
  await inside(
    '/bin/sh',
    '-c',
    `set -e
mount --make-rshared /
mount -t tmpfs -o mode=755 tmpfs /run
hostname docker
echo 2 > /proc/sys/net/ipv4/tcp_orphan_retries`,
  )
  await run('ip', ['link', 'add', LINK.name, 'type', 'veth', 'peer', 'name', 'machine', 'netns', String(init.pid)])
  await run('ip', ['address', 'add', `${LINK.machine}/24`, 'dev', LINK.name])
  await run('ip', ['link', 'set', LINK.name, 'up'])
  await inside('ip', 'link', 'set', 'lo', 'up')
  await inside('ip', 'address', 'add', `${LINK.docker}/24`, 'dev', 'machine')
  await inside('ip', 'link', 'set', 'machine', 'up')
}

async function startDaemon(init: Identity, note: (more: Partial<DockerRecord>) => void): Promise<void> {
  const config = join(dockerFolder(), 'daemon.json')
  writeFileSync(config, JSON.stringify(daemonConfig()))
  const child = launch(
    ['-c', joinAndBecome(GROUP), 'sh', 'nsenter', ...enter(init), '--', 'dockerd', '--config-file', config],
    'ignore',
  )
  await once(child, 'spawn')
  child.unref()
  const daemon = identityOf(child.pid ?? 0)
  if (!daemon) throw new Error(`dockerd ended at once; see ${join(dockerFolder(), 'log')}`)
  note({ daemon })
  await until(
    `dockerd to answer (its log is ${join(dockerFolder(), 'log')})`,
    async () => {
      if (!isAlive(daemon)) throw new Error(`dockerd ended; see ${join(dockerFolder(), 'log')}`)
      return run('docker', ['version'], { env: environment() }).then(
        () => true,
        () => undefined,
      )
    },
    { timeoutMs: 60_000, everyMs: 100 },
  )
}

function daemonConfig() {
  const folder = dockerFolder()
  return {
    'data-root': join(folder, 'data'),
    hosts: [environment().DOCKER_HOST],
    'storage-driver': 'overlay2',
    'cgroup-parent': `/${GROUP.cgroup}`,
    'exec-opts': ['native.cgroupdriver=cgroupfs'],
    'default-runtime': 'wrapped',
    runtimes: { wrapped: { path: recipe('kind/node/runc-wrap') } },
  }
}

function launch(args: readonly string[], input: 'pipe' | 'ignore') {
  mkdirSync(dockerFolder(), { recursive: true })
  const log = openSync(join(dockerFolder(), 'log'), 'a')
  const child = start('/bin/sh', args, {
    detached: true,
    stdio: [input, log, log],
    env: { PATH: SYSTEM_PATH, HOME: '/root' },
    cwd: '/',
  })
  closeSync(log)
  return child
}

async function takeDown(): Promise<void> {
  if (!existsSync(dockerFolder())) return
  const record = readDockerRecord()
  const known = [record?.init, record?.wrapper, record?.daemon].flatMap((one) => one ?? [])
  for (const one of known) signal(one, 'SIGKILL')
  await until('Docker and its containers to end', () => allGone(known), PATIENCE)
  await until("Docker's control groups", () => (removeCgroups(GROUP).length === 0 ? true : undefined), PATIENCE)
  await removeLink()
  if (record) restoreSettings(record.settings)
  rmSync(dockerFolder(), { recursive: true, force: true, maxRetries: 10 })
  await withLock(join(stateRoot(), 'host.lock'), async () => {
    if (!isAnythingUp()) restoreLimits()
  })
}

/** Thaws at every look: cgroup v1 does not let the frozen die. */
function allGone(known: readonly Identity[]): true | undefined {
  thaw(GROUP)
  return known.some((one) => isAlive(one)) ? undefined : true
}

async function removeLink(): Promise<void> {
  const exists = () => existsSync(`/sys/class/net/${LINK.name}`)
  if (exists()) await run('ip', ['link', 'delete', LINK.name]).catch(() => undefined)
  await until(`the link ${LINK.name} to go`, () => (exists() ? undefined : true), PATIENCE)
}

function lockFile(): string {
  return join(stateRoot(), 'kind.lock')
}
