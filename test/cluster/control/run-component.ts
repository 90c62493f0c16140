import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { SeaworthyError } from '../../../src/kit/errors.ts'
import { start } from '../../../src/kit/exec.ts'
import { type Identity, identityOf, isAlive } from '../../../src/kit/process-identity.ts'
import { joinAndBecome } from '../node/cgroups.ts'
import { childRunning, enter } from '../node/namespaces.ts'
import { type ComponentRecord, readRecord, updateRecord } from '../record.ts'
import type { NodeShape, Shape } from '../shape.ts'
import { SYSTEM_PATH, until } from '../tools.ts'
import type { Component } from './commands.ts'

/** How long a component has for an orderly end: the API server would wait a minute for its watches. */
const END_MS = 2_000

/** Where a component's output lies. */
function logFile(shape: Shape, name: string): string {
  return join(shape.folder, 'logs', `${name}.log`)
}

/**
 * Starts a component inside its node and puts it on record. Returns its identity. Throws `PLATFORM` when the program did
 * not come up. Were we killed before the record is written, the component would still end with its node.
 */
export async function startProcess(shape: Shape, component: Component): Promise<Identity> {
  const node = shape.nodes[component.node - 1] as NodeShape
  const init = readRecord(shape)?.nodes[node.name]?.init
  if (!init || !isAlive(init)) throw new SeaworthyError('PLATFORM', `${node.name} is not there`)
  mkdirSync(join(shape.folder, 'logs'), { recursive: true })
  const log = openSync(logFile(shape, component.name), 'a')
  const child = start(
    '/bin/sh',
    ['-c', joinAndBecome(node), 'sh', 'nsenter', ...enter(init), '--', ...component.command],
    {
      detached: true,
      stdio: ['ignore', log, log],
      env: { PATH: SYSTEM_PATH, HOME: '/root' },
      cwd: '/',
    },
  )
  await once(child, 'spawn')
  closeSync(log)
  child.unref()
  const wrapper = identityOf(child.pid ?? 0)
  if (!wrapper) throw failed(shape, component)
  const program = realpathSync(component.command[0])
  const process = await until(
    `${component.name} to start`,
    () => {
      if (!isAlive(wrapper)) throw failed(shape, component)
      return childRunning(wrapper, program)
    },
    { everyMs: 5 },
  )
  save(shape, component.name, { node: component.node, command: component.command, wrapper, process })
  return process
}

/** Ends a component, by SIGTERM first. It stays on record, so that it can be started again. */
export async function stopProcess(shape: Shape, name: string, record: ComponentRecord): Promise<void> {
  const { process: running, wrapper } = record
  if (running) {
    signal(running, 'SIGTERM')
    await until(`${name} to end`, () => (isAlive(running) ? undefined : true), { timeoutMs: END_MS }).catch(
      async () => {
        signal(running, 'SIGKILL')
        await until(`${name} to end`, () => (isAlive(running) ? undefined : true))
      },
    )
  }
  await until(`${name} to be gone`, () => (isAlive(wrapper) ? undefined : true))
  save(shape, name, { ...record, process: undefined })
}

/** Signals this very process and no other that was given its pid since. */
export function signal(identity: Identity, name: 'SIGTERM' | 'SIGKILL'): void {
  if (!isAlive(identity)) return
  try {
    process.kill(identity.pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function save(shape: Shape, name: string, entry: ComponentRecord): void {
  updateRecord(shape, (record) => ({ ...record, components: { ...record.components, [name]: entry } }))
}

function failed(shape: Shape, component: Component): SeaworthyError {
  return new SeaworthyError('PLATFORM', `${component.name} ended at once`, {
    remedy: `Look into ${logFile(shape, component.name)}.`,
  })
}
