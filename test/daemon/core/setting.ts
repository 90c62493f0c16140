import { mkdtemp, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import { type Daemon, startDaemon } from '../../../src/daemon/daemon.ts'
import type { PodObject } from '../../../src/daemon/objects.ts'
import { type Clock, systemClock } from '../../../src/kit/clock.ts'
import type { KubeClient, KubeObject } from '../../../src/kube/kube-client.ts'
import { FAULTS, NAMESPACES, NODE_FAULTS, NODES, PODS } from '../../../src/kube/resources.ts'
import type { FaultObject, FaultSpecification, TargetStatus } from '../../../src/model/cluster/fault-object.ts'
import { FakeKube } from '../../fakes/kube.ts'
import { TYPES } from './fault-types.ts'
import { Kernel, toolsOver } from './kernel.ts'

export type StoredFault = FaultObject & KubeObject

interface Running {
  readonly daemon: Daemon
  /** As SIGKILL: nothing of it ever goes on. */
  readonly kill: () => void
}

/** A cluster in memory with one node that has a kernel and a disk, on which daemons come and go. */
export class Setting {
  readonly kube = new FakeKube()
  readonly kernel = new Kernel()
  readonly log: string[] = []
  readonly #running = new Set<Running>()
  stateFolder = ''
  bootId = 'boot-1'
  uptimeMs = () => performance.now()
  /** Whoever sleeps for just so many milliseconds never wakes up. */
  endlessMs: number | undefined
  #names = 0

  /** Each node has a disk of its own; the kernel of all is one. */
  async daemon(nodeName = 'node-1', stateFolder = this.stateFolder): Promise<Running> {
    let isDead = false
    const isOver = () => isDead
    const daemon = await startDaemon({
      client: mortalClient(this.kube, isOver),
      tools: toolsOver(this.kernel, isOver),
      faultTypes: TYPES,
      clock: mortalClock(isOver, (ms) => ms === this.endlessMs),
      boot: { bootId: this.bootId, uptimeMs: async () => this.uptimeMs() },
      nodeName,
      namespace: 'own',
      stateFolder,
      cgroupRoot: '/nowhere',
      helperCommand: [],
      metrics: { host: '127.0.0.1', port: 0 },
      log: (line) => this.log.push(line),
    })
    const running: Running = {
      daemon,
      kill: () => {
        isDead = true
        this.#running.delete(running)
        // Its port is closed by the kernel as the process ends.
        daemon.stop(0).catch(() => undefined)
      },
    }
    this.#running.add(running)
    return running
  }

  async stop(): Promise<void> {
    for (const { daemon } of this.#running) await daemon.stop(5_000)
    this.#running.clear()
  }

  forget(running: Running): void {
    this.#running.delete(running)
  }

  namespace(name: string, labels: Readonly<Record<string, string>> = { 'seaworthy.dev/allow': 'true' }): void {
    this.kube.place(NAMESPACES, { metadata: { name, labels } })
  }

  pod(
    name: string,
    more: Partial<PodObject> & { readonly uid?: string; readonly node?: string; readonly namespace?: string } = {},
  ): PodObject {
    const { uid = `uid-${name}`, node = 'node-1', namespace = 'shop', metadata, spec } = more
    const id = `${name}-container`
    this.kernel.containers.set(name, id)
    return this.kube.place<PodObject>(PODS, {
      metadata: { ...metadata, name, namespace, uid },
      spec: { nodeName: node, containers: [{ name: 'main' }], ...spec },
      status: { phase: 'Running', containerStatuses: [container(id)], ...more.status },
    })
  }

  /** The pod's container dies and another one takes its place. */
  restart(name: string): void {
    const pod = this.kube.peek<PodObject>(PODS, name, 'shop')
    if (!pod) throw new Error(`there is no pod ${name}`)
    const id = `${name}-container-again`
    this.kernel.containers.set(name, id)
    this.kube.place<PodObject>(PODS, { ...pod, status: { phase: 'Running', containerStatuses: [container(id)] } })
  }

  async fault(
    type: string,
    pods: readonly string[],
    spec: Partial<FaultSpecification> = {},
    namespace = 'shop',
  ): Promise<string> {
    this.#names += 1
    const name = `f${this.#names}`
    const targets = pods.map((pod) => ({ kind: 'Pod', name: pod, uid: `uid-${pod}` }))
    await this.kube.create<StoredFault>(FAULTS, {
      apiVersion: 'seaworthy.dev/v1alpha1',
      kind: 'Fault',
      metadata: { name, namespace },
      spec: { type, parameters: {}, targets, durationMs: 60_000, active: true, seed: 1, ...spec },
    })
    return name
  }

  async nodeFault(type: string, uid = 'uid-node-1'): Promise<string> {
    const targets = [{ kind: 'Node', name: 'node-1', uid }]
    await this.kube.create<StoredFault>(NODE_FAULTS, {
      apiVersion: 'seaworthy.dev/v1alpha1',
      kind: 'NodeFault',
      metadata: { name: 'nf' },
      spec: { type, parameters: {}, targets, durationMs: 60_000, active: true, seed: 1 },
    })
    return 'nf'
  }

  async patch(name: string, spec: unknown): Promise<void> {
    await this.kube.patch(FAULTS, name, 'shop', { spec }, { type: 'merge' })
  }

  async end(name: string): Promise<void> {
    await this.patch(name, { end: { by: 'request', at: new Date().toISOString() } })
  }

  object(name: string): StoredFault | undefined {
    return this.kube.peek<StoredFault>(FAULTS, name, 'shop') ?? this.kube.peek<StoredFault>(NODE_FAULTS, name)
  }

  record(name: string, pod?: string): TargetStatus | undefined {
    const targets = this.object(name)?.status?.targets
    return pod === undefined ? targets?.[0] : targets?.find(({ uid }) => uid === `uid-${pod}`)
  }

  condition(name: string, type: string): string | undefined {
    return this.object(name)?.status?.conditions?.find((condition) => condition.type === type)?.status
  }

  async phase(name: string, phase: TargetStatus['phase'], pod?: string): Promise<TargetStatus> {
    await until(
      `${name} is ${phase}`,
      () => this.record(name, pod)?.phase === phase,
      () => this.object(name)?.status,
    )
    return this.record(name, pod) as TargetStatus
  }

  async journal(): Promise<readonly string[]> {
    return (await readdir(join(this.stateFolder, 'journal'))).filter((name) => name.endsWith('.json'))
  }

  writes(name: string): number {
    return this.kube.asked.filter((asked) => asked.verb === 'apply' && asked.name === name).length
  }
}

const made = new Set<Setting>()

/** A namespace `shop` that may be hurt, with a pod `web` on node-1. */
export async function setting(): Promise<Setting> {
  const fresh = new Setting()
  made.add(fresh)
  fresh.stateFolder = await mkdtemp(join(tmpdir(), 'seaworthy-daemon-'))
  fresh.kernel.journalFolder = fresh.stateFolder
  fresh.kube.place(NODES, { metadata: { name: 'node-1', uid: 'uid-node-1', labels: {} } })
  fresh.namespace('shop')
  fresh.pod('web')
  return fresh
}

afterEach(async () => {
  for (const one of made) await one.stop()
  made.clear()
})

/** Waits until it holds. Fails with what there is when it never does. */
export async function until(what: string, holds: () => unknown, shown: () => unknown = () => undefined): Promise<void> {
  const end = performance.now() + 15_000
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`not so: ${what}: ${JSON.stringify(shown(), null, 1)}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

function container(id: string) {
  return { name: 'main', containerID: `containerd://${id}`, ready: true, state: { running: {} } }
}

const NEVER = new Promise<never>(() => undefined)

function mortalClock(isDead: () => boolean, isEndless: (ms: number) => boolean): Clock {
  return {
    ...systemClock,
    sleep: (ms, signal) =>
      isEndless(ms) ? NEVER : systemClock.sleep(ms, signal).then(() => (isDead() ? NEVER : undefined)),
  }
}

function mortalClient(kube: FakeKube, isDead: () => boolean): KubeClient {
  const members: Record<string, unknown> = {}
  for (const name of ['get', 'list', 'create', 'apply', 'patch', 'remove'] as const) {
    const call = kube[name] as (...given: unknown[]) => Promise<unknown>
    members[name] = (...given: unknown[]) => (isDead() ? NEVER : call(...given))
  }
  const informer: KubeClient['informer'] = (resource, scope) => {
    const inner = kube.informer<never>(resource, scope)
    const on = (listener: (change: 'added' | 'changed' | 'removed', object: never) => void) =>
      inner.on((change, object) => {
        if (!isDead()) listener(change, object)
      })
    return { ...inner, on } as never
  }
  return { ...kube, ...members, informer } as KubeClient
}
