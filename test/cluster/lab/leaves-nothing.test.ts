import { once } from 'node:events'
import { afterEach, expect, it } from 'vitest'
import { exec, start } from '../../../src/kit/exec.ts'
import { isAlive } from '../../../src/kit/process-identity.ts'
import { ensureCluster } from '../cluster.ts'
import { signal } from '../control/run-component.ts'
import { bringDown } from '../down.ts'
import { recipe } from '../places.ts'
import { readRecord } from '../record.ts'
import { shapeOf } from '../shape.ts'
import { until } from '../tools.ts'
import { apply, ready } from './kubectl.ts'
import { machineState, processesOf } from './left-behind.ts'
import { agents, NAMESPACE, namespace, staticPod } from './objects.ts'

const NUMBER = 9
const LIMIT_MS = 600_000
const shape = shapeOf(NUMBER)

afterEach(async () => {
  await bringDown(NUMBER)
})

function command(...args: readonly string[]) {
  return exec(process.execPath, [recipe('command.ts'), ...args, '--number', String(NUMBER)])
}

async function withPods(): Promise<void> {
  const cluster = await ensureCluster(NUMBER)
  await apply(cluster, [namespace])
  await apply(cluster, [agents, staticPod('one', 'node-1'), staticPod('two', 'node-2')])
  await ready(cluster, NAMESPACE, 'one', 'two')
}

function runningProcesses() {
  const record = readRecord(shape)
  if (!record) throw new Error('there is no cluster')
  return processesOf(shape, record)
}

it('leaves nothing of a whole cluster, and says so when there is none', { timeout: LIMIT_MS }, async () => {
  const before = await machineState(shape)
  expect((await command('down')).stdout).toBe('there is no cluster 9\n')
  const up = await command('up')
  expect(up.exitCode).toBe(0)
  expect(up.stdout.trim().split('\n').at(-1)).toBe(`${shape.folder}/kubeconfig`)
  expect(await machineState(shape)).not.toEqual(before)
  await withPods()
  const processes = runningProcesses()
  expect(processes.length).toBeGreaterThan(20)
  expect((await command('down')).stdout).toBe('cluster 9 is down\n')
  expect(processes.filter((one) => isAlive(one))).toEqual([])
  expect(await machineState(shape)).toEqual(before)
})

it('leaves nothing after everything was killed at once', { timeout: LIMIT_MS }, async () => {
  const before = await machineState(shape)
  await withPods()
  const processes = runningProcesses()
  for (const one of processes) signal(one, 'SIGKILL')
  expect((await command('down')).exitCode).toBe(0)
  expect(processes.filter((one) => isAlive(one))).toEqual([])
  expect(await machineState(shape)).toEqual(before)
})

it.each(['node-1', 'etcd', 'kubelet-1'])(
  'leaves nothing when it is killed as it starts %s',
  { timeout: LIMIT_MS },
  async (stage) => {
    const before = await machineState(shape)
    const up = start(process.execPath, [recipe('command.ts'), 'up', '--number', String(NUMBER)], { stdio: 'ignore' })
    const ended = once(up, 'exit')
    await until(
      `${stage} to be recorded`,
      () => {
        const record = readRecord(shape)
        return record && (stage in record.nodes || stage in record.components) ? true : undefined
      },
      { timeoutMs: LIMIT_MS, everyMs: 5 },
    )
    up.kill('SIGKILL')
    await ended
    const processes = runningProcesses()
    expect((await command('down')).exitCode).toBe(0)
    expect(processes.filter((one) => isAlive(one))).toEqual([])
    expect(await machineState(shape)).toEqual(before)
  },
)
