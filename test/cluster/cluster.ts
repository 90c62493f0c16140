import { join } from 'node:path'
import { SeaworthyError } from '../../src/kit/errors.ts'
import { type Identity, isAlive } from '../../src/kit/process-identity.ts'
import { apiOf } from './control/api.ts'
import type { Component } from './control/commands.ts'
import { kubeconfigOf } from './control/pki.ts'
import { startProcess, stopProcess } from './control/run-component.ts'
import { externalCluster, isExternal, refuseExternal } from './external.ts'
import { PRODUCT_IMAGE, writeK6Image } from './images/catalogue.ts'
import { loadArchive, loadOwnImages } from './images/load.ts'
import { withLock } from './lock.ts'
import { inScratch } from './parts/scratch.ts'
import { stateRoot } from './places.ts'
import { type ClusterRecord, readRecord } from './record.ts'
import { type Shape, shapeOf } from './shape.ts'
import { until } from './tools.ts'
import { bringUp } from './up.ts'

/** A program of the cluster that tests may stop and start. */
export type ComponentName =
  | 'etcd'
  | 'apiserver'
  | 'controller-manager'
  | 'scheduler'
  | `${'containerd' | 'kubelet' | 'proxy'}-${1 | 2}`

/** A cluster as tests use it. */
export interface Cluster {
  readonly kubeconfig: string
  readonly server: string
  /** Of an administrator; empty for an external cluster, whose kubeconfig may use anything. */
  readonly token: string
  readonly kubectlPath: string
  /** `netns` is for `nsenter --net=…`; undefined for nodes that are elsewhere. */
  readonly nodes: readonly { readonly name: string; readonly netns: string | undefined; readonly ip: string }[]
  /** Undefined where an external cluster does not say. */
  readonly podCidr: string | undefined
  readonly serviceCidr: string | undefined
  /** Those that run now, as this machine sees them. */
  readonly processes: Readonly<Partial<Record<ComponentName, Identity>>>
}

/**
 * The cluster with this number, brought up when it is not; it stays up for the next test, which shares it: tests that stop
 * components need a number of their own. A component that an earlier test left stopped is started. With
 * `SEAWORTHY_TEST_CLUSTER=external` it is the one that `KUBECONFIG` names. Throws `PLATFORM` when there is none to be had.
 */
export async function ensureCluster(number = 0): Promise<Cluster> {
  if (isExternal()) return externalCluster()
  const shape = shapeOf(number)
  const { components } = await bringUp(number)
  const stopped = Object.entries(components).filter(([, { process }]) => process === undefined)
  for (const [name] of stopped) await startComponent(name as ComponentName, number)
  return describe(shape)
}

/** Stops a component and returns when it is gone. Throws `PLATFORM` on an external cluster. */
export async function stopComponent(name: ComponentName, number = 0): Promise<void> {
  refuseExternal(`stop ${name}`)
  const shape = shapeOf(number)
  await withLock(lockOf(shape), () => stopProcess(shape, name, componentOf(shape, name)))
}

/**
 * Starts a stopped component with the command line that it had, and returns its new identity; one that runs is left alone.
 * For the API server it waits until that is ready. Throws `PLATFORM` on an external cluster.
 */
export async function startComponent(name: ComponentName, number = 0): Promise<Identity> {
  refuseExternal(`start ${name}`)
  const shape = shapeOf(number)
  return withLock(lockOf(shape), async () => {
    const { process: running, node, command } = componentOf(shape, name)
    if (running && isAlive(running)) return running
    const started = await startProcess(shape, { name, node, command: command as Component['command'] })
    if (name === 'apiserver') await apiServerReady(shape)
    return started
  })
}

/** Loads an image archive (`docker save` or OCI layout) into all nodes. Throws `PLATFORM` on an external cluster. */
export async function importImage(tar: string, number = 0): Promise<void> {
  refuseExternal(`load ${tar}`)
  await loadArchive(shapeOf(number), tar)
}

/**
 * Loads the product as it is built now into all nodes, and returns its image's name. An external cluster must have it
 * already: there only the name is returned.
 */
export async function loadProductImage(number = 0): Promise<string> {
  if (!isExternal()) await loadOwnImages(shapeOf(number))
  return PRODUCT_IMAGE
}

/** Loads k6, as a run uses it, into all nodes. An external cluster must be able to fetch it. */
export async function loadK6Image(number = 0): Promise<void> {
  if (isExternal()) return
  await inScratch(async (scratch) => {
    const archive = join(scratch, 'k6.tar')
    await writeK6Image(archive)
    await loadArchive(shapeOf(number), archive)
  })
}

function describe(shape: Shape): Cluster {
  const record = readRecord(shape)
  if (!record) throw new SeaworthyError('PLATFORM', `cluster ${shape.number} went away`)
  const running = Object.entries(record.components).flatMap(([name, { process }]) => (process ? [[name, process]] : []))
  return {
    kubeconfig: kubeconfigOf(shape, 'admin'),
    server: shape.server,
    token: record.token,
    kubectlPath: record.kubectl,
    nodes: shape.nodes.map(({ name, ip }) => ({ name, ip, netns: netnsOf(record, name) })),
    podCidr: shape.podCidr,
    serviceCidr: shape.serviceCidr,
    processes: Object.fromEntries(running),
  }
}

function netnsOf(record: ClusterRecord, node: string): string | undefined {
  const init = record.nodes[node]?.init
  return init && `/proc/${init.pid}/ns/net`
}

function componentOf(shape: Shape, name: ComponentName) {
  const component = readRecord(shape)?.components[name]
  if (component) return component
  throw new SeaworthyError('PLATFORM', `cluster ${shape.number} has no ${name}`, {
    remedy: 'Call ensureCluster first.',
  })
}

async function apiServerReady(shape: Shape): Promise<void> {
  const api = apiOf(shape, readRecord(shape)?.token ?? '')
  await until('the API server to be ready', async () => {
    const answer = await api('GET', '/readyz').catch(() => undefined)
    return answer?.status === 200 ? true : undefined
  })
}

function lockOf(shape: Shape): string {
  return join(stateRoot(), `${shape.number}.lock`)
}
