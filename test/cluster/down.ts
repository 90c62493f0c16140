import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { exec } from '../../src/kit/exec.ts'
import { type Identity, isAlive } from '../../src/kit/process-identity.ts'
import { signal } from './control/run-component.ts'
import { restoreLimits } from './host-limits.ts'
import { withLock } from './lock.ts'
import { removeCgroups, thaw } from './node/cgroups.ts'
import { stateRoot } from './places.ts'
import { type ClusterRecord, isAnythingUp, readRecord } from './record.ts'
import { type Shape, shapeOf } from './shape.ts'
import { SYSTEM_PATH, until } from './tools.ts'

const PATIENCE = { timeoutMs: 60_000, everyMs: 20 }

/** Takes cluster `number` down, however much of it there is. Returns false when there was nothing. */
export async function bringDown(number: number): Promise<boolean> {
  const shape = shapeOf(number)
  if (!existsSync(shape.folder)) return false
  await withLock(join(stateRoot(), `${number}.lock`), () => takeDown(shape))
  return true
}

/**
 * Ends all processes of the cluster and removes its control groups, links and files. Its caller holds the cluster's lock.
 * Throws `PLATFORM` when something does not go; it can then be called again.
 */
export async function takeDown(shape: Shape): Promise<void> {
  const record = readRecord(shape)
  if (record) await endProcesses(shape, record)
  for (const node of shape.nodes) {
    await until(
      `the control groups of ${node.name}`,
      () => (removeCgroups(node).length === 0 ? true : undefined),
      PATIENCE,
    )
  }
  await removeLink(shape)
  rmSync(shape.folder, { recursive: true, force: true, maxRetries: 10 })
  await withLock(join(stateRoot(), 'host.lock'), async () => {
    if (!isAnythingUp()) restoreLimits()
  })
}

/** The first processes of the nodes go first: the kernel ends everything in the nodes with them. */
async function endProcesses(shape: Shape, record: ClusterRecord): Promise<void> {
  const nodes = Object.values(record.nodes).flatMap(({ init, wrapper }) => (init ? [init, wrapper] : [wrapper]))
  const components = Object.values(record.components).flatMap(({ process, wrapper }) =>
    process ? [process, wrapper] : [wrapper],
  )
  for (const identity of nodes) signal(identity, 'SIGKILL')
  await until('the nodes to end', () => allGone(shape, nodes), PATIENCE)
  for (const identity of components) signal(identity, 'SIGKILL')
  await until('the components to end', () => allGone(shape, components), PATIENCE)
}

/** Thaws at every look: what was being started when its node was killed may be frozen only now. */
function allGone(shape: Shape, identities: readonly Identity[]): true | undefined {
  for (const node of shape.nodes) thaw(node)
  return identities.some((identity) => isAlive(identity)) ? undefined : true
}

/**
 * The kernel takes a namespace's links a moment after its last process, or up to minutes later when the other end of a
 * connection died with it: a socket that was never closed holds the namespace for as long as it tries to say goodbye.
 */
async function removeLink(shape: Shape): Promise<void> {
  const exists = () => existsSync(`/sys/class/net/${shape.link.name}`)
  if (exists()) await exec('ip', ['link', 'delete', shape.link.name], { env: { PATH: SYSTEM_PATH } })
  await until(`the link ${shape.link.name} to go`, () => (exists() ? undefined : true), PATIENCE)
}
