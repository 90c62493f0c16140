import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Action, Probe, Reading, ReplicaState } from '../../../src/model/recipe.ts'
import { ask, isThere, NODE, service, suiteOf, type TestRun, takeDown, testRun, text, until } from './support.ts'

const INNER = 'inner-worker'
const suite = suiteOf([
  service('web', { replicas: 2, uses: ['api'] }),
  service('api', { env: { CHILD: INNER } }),
  service('rude', { env: { IGNORE_TERM: 'yes' } }),
  service('script', { command: `trap "" HUP; ${NODE} web.mjs`, env: { GOODBYE_MS: '300' } }),
  service('small', { env: { MAX_CONNECTIONS: '8' }, ready: { check: 'log', line: 'listening' } }),
])
let run: TestRun
const act = (action: Action) => run.platform.executor.run(action)
const active = async () => (await run.platform.snapshot()).active

async function read<Kind extends Probe['probe']>(probe: Extract<Probe, { probe: Kind }>) {
  return (await run.platform.executor.read(probe)) as Extract<Reading, { probe: Kind }>
}

async function state(replica: string, process?: string): Promise<ReplicaState> {
  const { replicas } = await read<'replica-state'>({ probe: 'replica-state', replicas: [replica], process })
  if (!replicas[0]) throw new Error('no state')
  return replicas[0]
}

const allReady = async () => (await run.platform.snapshot()).replicas.every(({ ready }) => ready)
const signal = (
  replica: string,
  name: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT',
  given: { graceMs?: number; process?: string } = {},
): Action => ({
  do: 'signal',
  replica,
  signal: name,
  graceMs: given.graceMs ?? 0,
  process: given.process,
})

beforeAll(async () => {
  run = testRun(suite)
  await run.platform.up(new AbortController().signal)
})
afterAll(() => takeDown(run))
beforeEach(() => until(allReady))

describe('signals', () => {
  test('SIGKILL ends a replica with its children, and another takes its place', async () => {
    const [before, inner] = [await state('api-1'), await until(async () => (await state('api-1', INNER)).pid)]
    await act(signal('api-1', 'SIGKILL'))
    expect(isThere(before.pid ?? 0)).toBe(false)
    expect(isThere(inner)).toBe(false)
    await until(allReady)
    const after = await state('api-1')
    expect(after).toMatchObject({ state: 'running', ready: true, restarts: before.restarts + 1 })
    expect(after.pid).not.toBe(before.pid)
    expect(after.startedAt).toBeGreaterThan(before.startedAt ?? Number.POSITIVE_INFINITY)
    expect(run.events).toContainEqual({ event: 'replica.exited', replica: 'api-1', how: 'SIGKILL', expected: true })
  })

  test('only the processes that match are ended', async () => {
    const [before, inner] = [await state('api-1'), await until(async () => (await state('api-1', INNER)).pid)]
    expect(inner).not.toBe(before.pid)
    await act(signal('api-1', 'SIGKILL', { process: INNER }))
    expect(isThere(inner)).toBe(false)
    expect(await state('api-1')).toMatchObject({ pid: before.pid, startedAt: before.startedAt, state: 'running' })
    expect(await state('api-1', INNER)).toMatchObject({ pid: undefined, startedAt: undefined, state: 'gone' })
    await act(signal('api-1', 'SIGKILL', { process: 'nothing is called this' }))
    expect((await state('api-1')).pid).toBe(before.pid)
  })

  test('SIGTERM asks, and what does not listen is killed after the time of grace', async () => {
    const [web, rude] = [await state('web-1'), await state('rude-1')]
    await act(signal('web-1', 'SIGTERM', { graceMs: 600_000 }))
    await act(signal('rude-1', 'SIGTERM', { graceMs: 300 }))
    await until(() => !isThere(web.pid ?? 0) && !isThere(rude.pid ?? 0))
    await until(allReady)
    expect(run.events).toContainEqual({ event: 'replica.exited', replica: 'web-1', how: 'SIGTERM', expected: true })
    expect(run.events).toContainEqual({ event: 'replica.exited', replica: 'rude-1', how: 'SIGKILL', expected: true })
  })

  test('who was asked to end gets no new connections, though it still answers', async () => {
    await act(signal('rude-1', 'SIGTERM', { graceMs: 1_000 }))
    const answers = { probe: 'replica-answers', replicas: ['rude-1'], attempts: 1, timeoutMs: 500 } as const
    expect(await read<'replica-answers'>(answers)).toMatchObject({ answered: 1 })
    await expect(ask(run, 'http://rude/who')).rejects.toThrow()
    expect(await state('rude-1')).toMatchObject({ state: 'running', ready: false })
    await until(allReady)
    expect(await ask(run, 'http://rude/who')).toBe('rude-1')
    expect(run.events.filter(({ event }) => event === 'replica.ready').length).toBeGreaterThan(5)
  })

  test('what a shell runs has the time of grace though the shell ends at once', async () => {
    const inner = await until(async () => (await state('script-1', `${process.execPath} web.mjs`)).pid)
    await act(signal('script-1', 'SIGTERM', { graceMs: 600_000 }))
    const log = join(run.context.reportFolder, 'logs/script-1.log')
    await until(() => readFileSync(log, 'utf8').includes('goodbye'))
    await until(() => !isThere(inner))
    await until(allReady)
  })

  test('SIGSTOP stops it with its connections open, SIGCONT lets it go on, each as often as one likes', async () => {
    const before = await state('api-1')
    for (const _ of [1, 2]) await act(signal('api-1', 'SIGSTOP'))
    expect(await state('api-1')).toMatchObject({ pid: before.pid, state: 'stopped' })
    expect(await active()).toContain(`api-1 process ${before.pid} stopped`)
    const answers = await read<'replica-answers'>({
      probe: 'replica-answers',
      replicas: ['api-1'],
      attempts: 2,
      timeoutMs: 100,
    })
    expect(answers).toEqual({ probe: 'replica-answers', attempts: 2, answered: 0, medianMs: undefined })
    for (const _ of [1, 2]) await act(signal('api-1', 'SIGCONT'))
    expect(await state('api-1')).toMatchObject({ pid: before.pid, startedAt: before.startedAt, state: 'running' })
    expect(await active()).toEqual([])
  })
})

test('a held replica stays down until it is released', async () => {
  const before = await state('web-2')
  for (const _ of [1, 2]) await act({ do: 'hold', replica: 'web-2' })
  expect(await state('web-2')).toMatchObject({ pid: undefined, state: 'gone', ready: false })
  expect(await active()).toEqual(['web-2 held down'])
  const both = { probe: 'replica-answers', replicas: ['web-1', 'web-2'], attempts: 6, timeoutMs: 2_000 } as const
  expect(await read<'replica-answers'>(both)).toMatchObject({ attempts: 6, answered: 3, medianMs: expect.any(Number) })
  expect(await ask(run, 'http://web/who')).toBe('web-1')
  for (const _ of [1, 2]) await act({ do: 'release', replica: 'web-2' })
  await until(allReady)
  expect((await state('web-2')).pid).not.toBe(before.pid)
  expect(await active()).toEqual([])
})

test('a workload is scaled up and down, and back to what the suite says', async () => {
  const first = await state('web-1')
  const count = () => read<'replica-count'>({ probe: 'replica-count', workload: 'web' })
  for (const _ of [1, 2]) await act({ do: 'scale', workload: 'web', replicas: 3 })
  await until(async () => (await count()).ready === 3)
  expect(await active()).toEqual(['web scaled to 3'])
  const third = await until(async () => {
    const environment = JSON.parse(await ask(run, 'http://web/env')) as Record<string, string>
    return environment.SEAWORTHY_REPLICA === 'web-3' ? environment : undefined
  })
  expect(await text(`${third.API_URL}/who`)).toBe('api-1')

  await act({ do: 'scale', workload: 'web', replicas: 1 })
  expect(await count()).toEqual({ probe: 'replica-count', running: 1, ready: 1 })
  expect(await state('web-3')).toMatchObject({ state: 'gone', ready: false })
  await expect(act({ do: 'hold', replica: 'web-3' })).rejects.toThrow(/no replica web-3/)
  await act({ do: 'release', replica: 'web-3' })
  await act(signal('web-3', 'SIGCONT'))

  await act({ do: 'scale', workload: 'web', replicas: 0 })
  expect(await count()).toEqual({ probe: 'replica-count', running: 0, ready: 0 })
  expect(
    await read<'replica-answers'>({ probe: 'replica-answers', replicas: ['web-1'], attempts: 3, timeoutMs: 100 }),
  ).toMatchObject({ attempts: 0 })
  for (const _ of [1, 2]) await act({ do: 'scale', workload: 'web', replicas: undefined })
  await until(async () => (await count()).ready === 2)
  expect((await state('web-1')).pid).not.toBe(first.pid)
  expect(await active()).toEqual([])
})

test('a rule acts on its links alone, is proven by asking through them, and is gone when it is removed', async () => {
  const links = { from: { workload: 'web' }, to: { workload: 'api' } }
  const delay = {
    rule: 'delay',
    direction: 'to-server',
    latencyMs: 150,
    jitterMs: 0,
    distribution: 'uniform',
    seed: 1,
  } as const
  const probe = { probe: 'link-rule', id: 'e1f1', links, attempts: 4, timeoutMs: 5_000 } as const
  for (const _ of [1, 2]) await act({ do: 'add-link-rule', id: 'e1f1', links, rule: delay })
  expect(await active()).toEqual(['link rule e1f1'])
  expect(await ask(run, 'http://web/api')).toBe('api-1')
  const under = await read<'link-rule'>(probe)
  expect(under).toMatchObject({ active: true, answers: { attempts: 4, answered: 4, statuses: { 200: 4 } } })
  expect(under.connectionsHit).toBeGreaterThan(0)
  expect(under.answers.medianMs).toBeGreaterThanOrEqual(150)
  expect(run.platform.executor.crossings(links)).toBeGreaterThan(0)
  for (const _ of [1, 2]) await act({ do: 'remove-link-rule', id: 'e1f1' })
  expect(await active()).toEqual([])
  expect((await read<'link-rule'>(probe)).active).toBe(false)

  await act({
    do: 'add-link-rule',
    id: 'e2f1',
    links,
    rule: { rule: 'partition', direction: 'both', manner: 'refuse' },
  })
  const through = { probe: 'link-answers', links, attempts: 2, timeoutMs: 500 } as const
  expect(await read<'link-answers'>(through)).toMatchObject({
    attempts: 2,
    answered: 0,
    medianMs: undefined,
    statuses: {},
  })
  expect(
    await read<'replica-answers'>({ probe: 'replica-answers', replicas: ['api-1'], attempts: 2, timeoutMs: 5_000 }),
  ).toMatchObject({ answered: 2 })
  await act({ do: 'remove-link-rule', id: 'e2f1' })
  expect(await read<'link-answers'>({ ...through, timeoutMs: 5_000 })).toMatchObject({
    answered: 2,
    statuses: { 200: 2 },
  })
})

describe('stress', () => {
  const probe = { probe: 'stress', id: 's' } as const

  test('busy workers use cores, and end', async () => {
    const stress = { do: 'start-stress', id: 's', stress: { kind: 'cpu', workers: 2, loadRatio: 0.5 } } as const
    for (const _ of [1, 2]) await act(stress)
    const reading = await read<'stress'>(probe)
    expect(reading.running).toBe(2)
    expect(reading.cores).toBeGreaterThan(0.05)
    expect(await active()).toEqual(['stress s'])
    for (const _ of [1, 2]) await act({ do: 'stop-stress', id: 's' })
    expect(await read<'stress'>(probe)).toEqual({ probe: 'stress', running: 0, cores: 0, bytes: 0 })
    expect(await active()).toEqual([])
  })

  test('memory workers hold their bytes, and give them back', async () => {
    const bytes = 128 * 1024 * 1024
    await act({ do: 'start-stress', id: 's', stress: { kind: 'memory', workers: 1, bytes } })
    const reading = await read<'stress'>(probe)
    expect(reading.running).toBe(1)
    expect(reading.bytes).toBeGreaterThan(bytes)
    await act({ do: 'stop-stress', id: 's' })
    expect(await read<'stress'>(probe)).toMatchObject({ running: 0, bytes: 0 })
  })
})

test('idle connections are held up to the limit of the service, and are closed again', async () => {
  const open = { do: 'open-connections', id: 'c', workload: 'small', replicas: ['small-1'], count: 20 } as const
  const probe = { probe: 'connections', id: 'c', workload: 'small', replicas: ['small-1'] } as const
  for (const _ of [1, 2]) await act(open)
  await until(async () => {
    const { open: held, refused } = await read<'connections'>(probe)
    return held === 8 && refused === 12
  })
  expect(await active()).toEqual(['connections c'])
  await expect(ask(run, 'http://small/who')).rejects.toThrow()
  for (const _ of [1, 2]) await act({ do: 'close-connections', id: 'c' })
  expect(await read<'connections'>(probe)).toEqual({ probe: 'connections', open: 0, refused: 0 })
  expect(await until(() => ask(run, 'http://small/who').catch(() => ''))).toBe('small-1')
})
