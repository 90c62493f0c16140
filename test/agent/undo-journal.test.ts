import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { createAgent } from '../../src/agent/agent.ts'
import { openFaults, replayUndo } from '../../src/agent/undo-journal.ts'
import { openLineFile, readLineFile } from '../../src/kit/line-file.ts'
import type { LedgerEntry } from '../../src/model/ledger.ts'
import { ModelExecutor } from './model-executor.ts'
import { recipeFor } from './recipes.ts'
import { order, setting, WORKLOADS } from './setting.ts'
import { SimulatedClock } from './simulated-clock.ts'

const FAULTS = [
  ['pod-kill', {}],
  ['pod-failure', {}],
  ['process-pause', { process: 'x' }],
  ['process-pause', {}],
  ['scale', { to: 5 }],
  ['network-partition', {}],
  ['connection-exhaust', { connections: 4 }],
  ['http-abort', {}],
  ['memory-stress', { size: '1MiB' }],
] as const

test('a run that is killed after any step leaves a journal from which everything is undone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const steps = FAULTS.flatMap(([type, given], at) => recipeFor(`f${at}`, type, given).apply).length
  for (let killedAt = 0; killedAt <= steps; killedAt++) {
    const executor = new ModelExecutor(WORKLOADS)
    const before = executor.state()
    const path = join(folder, `${killedAt}.ndjson`)
    const file = openLineFile(path)
    const clock = new SimulatedClock()
    let taken = 0
    // From the step at which it is killed the agent never does anything again.
    executor.before = () => (taken++ < killedAt ? undefined : new Promise(() => undefined))
    const agent = createAgent({
      executor,
      clock,
      ledger: { write: file.append },
      replicasOf: () => undefined,
      onDeadline: () => undefined,
    })
    for (const [at, [type, given]] of FAULTS.entries())
      void agent.apply(order(`f${at}`, recipeFor(`f${at}`, type, given)))
    await clock.advance(0)
    file.close()

    executor.before = () => undefined
    const again = openLineFile(path)
    const entries = readLineFile(path) as readonly LedgerEntry[]
    expect(openFaults(entries)).toHaveLength(FAULTS.length)
    expect(await replayUndo(entries, executor, { write: again.append }, () => 1)).toEqual([])
    again.close()
    expect(executor.state()).toEqual(before)
    expect(openFaults(readLineFile(path) as readonly LedgerEntry[])).toEqual([])
  }
})

test('what is gone is not undone again, and what fails stays open', async () => {
  const { agent, executor, clock, entries } = setting()
  for (const [at, [type, given]] of FAULTS.entries())
    await clock.until(agent.apply(order(`f${at}`, recipeFor(`f${at}`, type, given))))
  await clock.until(agent.end('f5'))
  expect(openFaults(entries).map(({ id }) => id)).toEqual(['f8', 'f7', 'f6', 'f4', 'f3', 'f2', 'f1', 'f0'])
  executor.before = (action) => {
    if (action.do === 'stop-stress') throw new Error('stuck')
  }
  const leftovers = await replayUndo([...entries], executor, { write: (entry) => entries.push(entry) }, () => 1)
  expect(leftovers).toMatchObject([{ what: 'stopping stress f8 (fault f8)', why: 'stuck' }])
  expect(openFaults(entries).map(({ id }) => id)).toEqual(['f8'])
})

test('a journal that somebody else wrote into cannot make us hurt anything', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.anything()), async (undo) => {
      const executor = new ModelExecutor(WORKLOADS)
      const before = executor.state()
      const hostile = [
        ...undo,
        { do: 'signal', replica: 'api-1', signal: 'SIGKILL', graceMs: 0 },
        { do: 'hold', replica: 'api-1' },
        { do: 'scale', workload: 'api', replicas: 0 },
        { do: 'start-stress', id: 'x', stress: { kind: 'cpu', workers: 99, loadRatio: 1 } },
      ]
      const entry: LedgerEntry = { entry: 'fault', at: 0, id: 'x', what: 'a fault', undo: hostile, expiresAt: 0 }
      const leftovers = await replayUndo([entry], executor, { write: () => undefined }, () => 1)
      expect(leftovers.length).toBeGreaterThanOrEqual(4)
      expect(executor.done).toEqual([])
      expect(executor.state()).toEqual(before)
    }),
  )
})
