import { readFileSync, readlinkSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { FAULT_TYPES } from '../../../src/faults/registry.ts'
import { installEngine } from '../../../src/install/install-engine.ts'
import { defaultInstallation } from '../../../src/install/objects/manifest.ts'
import { systemClock } from '../../../src/kit/clock.ts'
import { messageOf } from '../../../src/kit/errors.ts'
import { VERSION } from '../../../src/kit/version.ts'
import type { KubeObject } from '../../../src/kube/kube-client.ts'
import { NODES } from '../../../src/kube/resources.ts'
import type { FaultTarget } from '../../../src/model/cluster/fault-object.ts'
import { ask, conditionIs, end, read, recordOf, type StoredFault } from '../controller/engine.ts'
import { run, until } from '../tools.ts'
import type { KindStage } from './platform.ts'

/** Of the kernel's own first process (include/linux/proc_ns.h). */
const FIRST_TREE = 'pid:[4026531836]'
const BOOT_MS = 150_000
const PATIENCE = { timeoutMs: BOOT_MS, everyMs: 200 }
const UNIT = `[Service]
ExecStartPre=/bin/cp /etc/pool.conf /run/pool
ExecStart=/bin/sleep infinity
`

let stage: KindStage
let target: FaultTarget

async function inNode(...words: readonly string[]): Promise<string> {
  return (await run('docker', ['exec', stage.node, ...words], { env: stage.docker.env })).trim()
}

/** A word of the shell in the node; what it says also when it does not end with 0. */
async function saysInNode(words: string): Promise<string> {
  return inNode('sh', '-c', `${words} || true`)
}

async function container(format: string): Promise<string> {
  return (await run('docker', ['inspect', '--format', format, stage.node], { env: stage.docker.env })).trim()
}

function askNode(type: string, parameters: Readonly<Record<string, unknown>>, durationMs: number) {
  return ask(stage.client, undefined, { type, parameters, targets: [target], durationMs })
}

/** By the fault type's own rule, as the gate asks. */
function isEffective({ spec, status }: StoredFault): boolean {
  const type = FAULT_TYPES.find((one) => one.type === spec.type)
  const parameters = type?.parameters.safeParse(spec.parameters)
  if (!type?.cluster || !parameters?.success) throw new Error(`${spec.type} is no fault of a cluster`)
  return type.cluster.effect(parameters.data, status?.targets ?? []).effective
}

/** The API of a node that goes down goes down as well. */
async function untilIt(what: string, fault: StoredFault, isSo: (fault: StoredFault) => boolean): Promise<StoredFault> {
  let last: unknown
  const look = async () => {
    const found = await read(stage.client, fault).catch((error: unknown) => {
      last = messageOf(error)
      return undefined
    })
    last = found?.status ?? last
    return found && isSo(found) ? found : undefined
  }
  return until(`${fault.metadata.name} to be ${what}`, look, PATIENCE).catch((error: unknown) => {
    throw new Error(`${messageOf(error)}; it is ${JSON.stringify(last)}`)
  })
}

function untilEffective(fault: StoredFault): Promise<StoredFault> {
  return untilIt('effective', fault, isEffective)
}

function untilRecovered(fault: StoredFault): Promise<StoredFault> {
  return untilIt('recovered', fault, conditionIs('Recovered'))
}

/**
 * Faults on a node for real, in a node that is a container: its services, files and first process are its own. What ends
 * the first process of another process tree than the kernel's own ends that tree, and not the machine (reboot(2)); that it
 * is another one is asked first, of the node and of the daemon in it.
 */
export function nodeFaults(given: () => Promise<KindStage>): void {
  describe('faults on its node', () => {
    beforeAll(async () => {
      stage = await given()
      const installation = defaultInstallation(VERSION)
      await installEngine(stage.client, { installation, clock: systemClock, mode: 'apply', waitMs: 120_000 })
      await requireOwnTree()
      const labels = { 'seaworthy.dev/allow': 'true', 'seaworthy.dev/allow-open': 'true' }
      await stage.client.patch(NODES, stage.node, undefined, { metadata: { labels } }, { type: 'merge' })
      const node = await stage.client.get<KubeObject>(NODES, stage.node)
      target = { kind: 'Node', name: stage.node, uid: node?.metadata.uid ?? '' }
    })
    services()
    power()
  })
}

/** Throws unless the node and its daemon have a process tree that is neither the kernel's first nor this program's. */
async function requireOwnTree(): Promise<void> {
  const tree = await inNode('readlink', '/proc/1/ns/pid')
  const foreign = [readlinkSync('/proc/self/ns/pid'), FIRST_TREE]
  const daemon = await inNode('sh', '-c', 'for p in $(pgrep -f "[c]li.cjs daemon"); do readlink /proc/$p/ns/pid; done')
  if (/^pid:\[\d+\]$/.test(tree) && !foreign.includes(tree) && daemon === tree) return
  throw new Error(`${stage.node} is in process tree ${tree} and its daemon in ${daemon}: nothing is done to them`)
}

function services(): void {
  // Before the kubelet is stopped: one that has just begun again may look for manifests when there is none any more.
  it('service-stop takes a part of the control plane away, and puts it back', async () => {
    const isThere = () => saysInNode('pgrep -x kube-scheduler >/dev/null && echo yes')
    expect(await isThere()).toBe('yes')
    const fault = await untilEffective(await askNode('service-stop', { service: 'kube-scheduler' }, 120_000))
    expect(await isThere()).toBe('')
    expect(recordOf(await end(stage.client, fault))).toMatchObject({ endReason: 'request' })
    await until('the scheduler to run again', async () => (await isThere()) || undefined, PATIENCE)
    expect(await inNode('ls', '-A', '/etc/kubernetes/manifests')).not.toContain('.sw-')
  })

  it('service-stop stops the kubelet, and its time ends it', async () => {
    const fault = await untilEffective(await askNode('service-stop', { service: 'kubelet' }, 25_000))
    expect(recordOf(fault)).toMatchObject({ phase: 'Injected', mechanism: 'unit stopped' })
    expect(await saysInNode('systemctl is-active kubelet')).toBe('inactive')
    const over = recordOf(await untilRecovered(fault))
    expect(over).toMatchObject({ endedBy: 'daemon', endReason: 'deadline' })
    expect(over.leftovers).toBeUndefined()
    expect(await saysInNode('systemctl is-active kubelet')).toBe('active')
  })

  it('service-config gives a service another configuration, which it reads, and the former one again', async () => {
    const write = (file: string, text: string) => inNode('sh', '-c', 'printf %s "$2" > "$1"', 'sh', file, text)
    await write('/etc/pool.conf', 'max: 10\n')
    await write('/etc/systemd/system/pool.service', UNIT)
    await inNode('sh', '-c', 'systemctl daemon-reload && systemctl start pool')
    expect(await inNode('cat', '/run/pool')).toBe('max: 10')
    const parameters = { file: '/etc/pool.conf', search: 'max: 10', replace: 'max: 1', unit: 'pool' }
    const fault = await untilEffective(await askNode('service-config', parameters, 10_000))
    expect(await inNode('cat', '/etc/pool.conf', '/run/pool')).toBe('max: 1\nmax: 1')
    expect(recordOf(await untilRecovered(fault))).toMatchObject({ endedBy: 'daemon', endReason: 'deadline' })
    expect(await inNode('cat', '/etc/pool.conf', '/run/pool')).toBe('max: 10\nmax: 10')
    expect(await inNode('ls', '-A', '/etc')).not.toContain('.sw-')
  })
}

function power(): void {
  // As the power would; Docker itself starts one that was not ended by an exit code of zero.
  const start = () => run('docker', ['start', stage.node], { env: stage.docker.env })
  const boot = () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')

  it('node-reboot restarts the node, whose daemon sees it and does not do it again', {
    timeout: BOOT_MS * 2,
  }, async () => {
    const [startedAt, ours] = [await container('{{.State.StartedAt}}'), boot()]
    const fault = await askNode('node-reboot', {}, BOOT_MS * 2)
    await until(
      'the node to be started again',
      async () => {
        if ((await container('{{.State.Status}}')) === 'exited') await start()
        return (await container('{{.State.StartedAt}}')) === startedAt ? undefined : true
      },
      PATIENCE,
    )
    const record = recordOf(await untilEffective(fault))
    expect(record).toMatchObject({ phase: 'Injected', mechanism: 'reboot' })
    const again = await container('{{.State.StartedAt}}')
    expect(recordOf(await end(stage.client, fault))).toMatchObject({ endedBy: 'nothing-to-end', endReason: 'request' })
    expect(await container('{{.State.StartedAt}}')).toBe(again)
    expect(boot()).toBe(ours)
  })

  it('node-shutdown turns it off until somebody turns it on', { timeout: BOOT_MS * 2 }, async () => {
    await run('docker', ['update', '--restart=no', stage.node], { env: stage.docker.env })
    const ours = boot()
    const fault = await askNode('node-shutdown', {}, BOOT_MS * 2)
    const isOff = async () => ((await container('{{.State.Running}}')) === 'false' ? true : undefined)
    await until('the node to be off', isOff, PATIENCE)
    expect(boot()).toBe(ours)
    await start()
    expect(recordOf(await untilEffective(fault))).toMatchObject({ phase: 'Injected', mechanism: 'shutdown' })
    expect(recordOf(await end(stage.client, fault))).toMatchObject({ endedBy: 'nothing-to-end' })
    expect(await container('{{.State.Running}}')).toBe('true')
  })
}
