import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { ask, service, suiteOf, takeDown, testRun, until, withPlatform } from './support.ts'

/** Timers and the clock may round in different directions. */
const ROUNDING_MS = 5

test('a replica that keeps ending is started again after a pause that doubles up to its limit', async () => {
  const restart = { policy: 'always', backoffMs: 100, maxBackoffMs: 300 } as const
  const run = testRun(suiteOf([service('web', { command: 'exit 1', restart })]))
  const cancel = new AbortController()
  const up = expect(run.platform.up(cancel.signal)).rejects.toThrow('enough')
  const starts = () =>
    run.ledger.flatMap((entry) =>
      entry.entry === 'process' && entry.id.startsWith('web-1#') && entry.identity ? [entry.at] : [],
    )
  await until(() => starts().length === 5)
  cancel.abort(new Error('enough'))
  await up
  await takeDown(run)
  const pauses = starts()
    .map((at, index, all) => at - (all[index - 1] ?? at))
    .slice(1)
  for (const [index, least] of [100, 200, 300, 300].entries())
    expect(pauses[index]).toBeGreaterThanOrEqual(least - ROUNDING_MS)
})

test('a replica that never restarts stays down, and is not ready', async () => {
  const restart = { policy: 'never', backoffMs: 1, maxBackoffMs: 1 } as const
  await withPlatform(suiteOf([service('web', { restart, replicas: 2 })]), async (run) => {
    const kill = { do: 'signal', replica: 'web-1', signal: 'SIGKILL', graceMs: 0, process: undefined } as const
    await run.platform.executor.run(kill)
    expect((await run.platform.snapshot()).replicas[0]).toEqual({
      replica: 'web-1',
      identity: 'none',
      restarts: 0,
      ready: false,
    })
    await run.platform.executor.run(kill)
    expect(await ask(run, 'http://web/who')).toBe('web-2')
    expect(run.ledger.filter((entry) => entry.entry === 'process' && entry.id.startsWith('web-1#'))).toHaveLength(2)
  })
})

test('a replica keeps its port over restarts, and gets another when somebody took it meanwhile', async () => {
  await withPlatform(suiteOf([service('web')]), async (run) => {
    const { executor } = run.platform
    const port = async () =>
      Number((JSON.parse(await until(() => ask(run, 'http://web/env').catch(() => ''))) as { PORT: string }).PORT)
    const first = await port()
    for (const action of ['hold', 'release'] as const) await executor.run({ do: action, replica: 'web-1' })
    expect(await port()).toBe(first)
    await executor.run({ do: 'hold', replica: 'web-1' })
    const thief = createServer().listen(first, '127.0.0.1')
    await once(thief, 'listening')
    await executor.run({ do: 'release', replica: 'web-1' })
    expect(await port()).not.toBe(first)
    thief.close()
  })
})
