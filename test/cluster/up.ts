import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { isAlive } from '../../src/kit/process-identity.ts'
import { type Api, apiOf, read } from './control/api.ts'
import * as commands from './control/commands.ts'
import { deployDns } from './control/dns.ts'
import { makeCredentials } from './control/pki.ts'
import { startProcess } from './control/run-component.ts'
import { takeDown } from './down.ts'
import { raiseLimits } from './host-limits.ts'
import { answers } from './images/containerd-calls.ts'
import { loadOwnImages } from './images/load.ts'
import { copyStore } from './images/seed-store.ts'
import { withLock } from './lock.ts'
import { makeCgroups } from './node/cgroups.ts'
import { containerdSocket, writeNodeConfig } from './node/config.ts'
import { makeNode } from './node/namespaces.ts'
import { linkNodes } from './node/network.ts'
import { type Parts, prepareParts } from './parts/prepare.ts'
import { stateRoot } from './places.ts'
import { progress } from './progress.ts'
import { type ClusterRecord, readRecord, updateRecord, writeRecord } from './record.ts'
import { type NodeShape, type Shape, shapeOf } from './shape.ts'
import { together, until } from './tools.ts'

/** How long two cores that also run tests may take for what takes seconds on idle ones. */
const PATIENCE = { timeoutMs: 180_000, everyMs: 50 }

/**
 * Brings cluster `number` up, or finds it up: two Ready nodes, DNS that answers, all images in their stores. What is left of
 * one that is only half there is cleared away first.
 */
export async function bringUp(number: number): Promise<ClusterRecord> {
  const shape = shapeOf(number)
  return withLock(join(stateRoot(), `${number}.lock`), async () => {
    const there = readRecord(shape)
    if (there && isWhole(there)) {
      progress(`cluster ${number} is up already`)
      return there
    }
    if (existsSync(shape.folder)) await takeDown(shape)
    const parts = await prepareParts()
    progress(`bringing up cluster ${number}`)
    const record = await build(shape, parts)
    progress(`cluster ${number} is up`)
    return record
  })
}

/** All that ever ran for it still runs; a component that a test stopped on purpose is not missed. */
export function isWhole(record: ClusterRecord): boolean {
  const nodes = Object.values(record.nodes).map(({ init }) => init)
  const components = Object.values(record.components).flatMap(({ process }) => (process ? [process] : []))
  return record.stage === 'up' && nodes.length === 2 && [...nodes, ...components].every((one) => one && isAlive(one))
}

async function build(shape: Shape, parts: Parts): Promise<ClusterRecord> {
  mkdirSync(shape.folder, { recursive: true, mode: 0o700 })
  const kubectl = join(parts.programs, 'kubectl')
  writeRecord(shape, { number: shape.number, stage: 'starting', token: '', kubectl, nodes: {}, components: {} })
  await withLock(join(stateRoot(), 'host.lock'), async () => raiseLimits())
  const [node1, node2] = shape.nodes
  const [token] = await together([makeCredentials(shape), layOut(shape, node1, parts), layOut(shape, node2, parts)])
  updateRecord(shape, (record) => ({ ...record, token }))
  await linkNodes(shape, await initsOf(shape))
  progress('nodes laid out')
  const api = apiOf(shape, token)
  await together([startControl(shape, parts, api), startRuntimes(shape)])
  await startNodes(shape, parts)
  await together([serveNames(shape, api), nodesReady(api)])
  updateRecord(shape, (record) => ({ ...record, stage: 'up' }))
  return readRecord(shape) as ClusterRecord
}

async function layOut(shape: Shape, node: NodeShape, parts: Parts): Promise<void> {
  makeCgroups(node)
  writeNodeConfig(shape, node)
  await together([makeNode(shape, node, parts.init), copyStore(parts.store, join(node.folder, 'lib/containerd'))])
}

async function initsOf(shape: Shape) {
  const nodes = readRecord(shape)?.nodes
  const [one, two] = [nodes?.['node-1']?.init, nodes?.['node-2']?.init]
  if (!one || !two) throw new Error('a node was not recorded')
  return [one, two] as const
}

async function startControl(shape: Shape, parts: Parts, api: Api): Promise<void> {
  await startProcess(shape, commands.etcd())
  await startProcess(shape, commands.apiServer(shape, parts.programs))
  await until('the API server to be ready', () => apiReady(api), PATIENCE)
  progress('API server ready')
  await startProcess(shape, commands.controllerManager(shape, parts.programs))
  await startProcess(shape, commands.scheduler(shape, parts.programs))
}

async function apiReady(api: Api): Promise<true | undefined> {
  const { status } = await api('GET', '/readyz').catch(() => ({ status: 0 }))
  return status === 200 ? true : undefined
}

async function startRuntimes(shape: Shape): Promise<void> {
  await together(shape.nodes.map((node) => startProcess(shape, commands.containerd(node))))
  const inits = await initsOf(shape)
  await together(inits.map(({ pid }) => until('containerd to answer', () => answers(containerdSocket(pid)), PATIENCE)))
  await loadOwnImages(shape)
  progress('images loaded')
}

async function startNodes(shape: Shape, { programs }: Parts): Promise<void> {
  for (const node of shape.nodes) {
    await startProcess(shape, commands.kubelet(shape, node, programs))
    await startProcess(shape, commands.proxy(shape, node, programs))
  }
}

interface Conditions {
  readonly items: readonly {
    readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] }
  }[]
}

async function nodesReady(api: Api): Promise<void> {
  await until(
    'two nodes to be ready',
    async () => {
      const nodes = await read<Conditions>(api, '/api/v1/nodes')
      const ready = nodes?.items.filter(({ status }) =>
        status.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True'),
      )
      return ready?.length === 2 ? true : undefined
    },
    PATIENCE,
  )
  progress('nodes ready')
}

/**
 * A pod whose first packet to a service address leaves before kube-proxy wrote its rules keeps that connection without
 * them, and waits 30 s: so DNS starts when the rules are there.
 */
async function serveNames(shape: Shape, api: Api): Promise<void> {
  for (const { ip } of shape.nodes) {
    await until(
      'kube-proxy to have its rules',
      async () => ((await fetch(`http://${ip}:10256/healthz`).catch(() => undefined))?.ok ? true : undefined),
      PATIENCE,
    )
  }
  progress('service addresses work')
  await deployDns(shape, api)
  await until(
    'DNS to be ready',
    async () => {
      const path = '/apis/apps/v1/namespaces/kube-system/deployments/coredns'
      const deployment = await read<{ readonly status?: { readonly readyReplicas?: number } }>(api, path)
      return deployment?.status?.readyReplicas === 1 ? true : undefined
    },
    PATIENCE,
  )
  progress('DNS ready')
}
