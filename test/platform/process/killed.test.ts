import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { start } from '../../../src/kit/exec.ts'
import { readLineFile } from '../../../src/kit/line-file.ts'
import { isAlive } from '../../../src/kit/process-identity.ts'
import type { LedgerEntry } from '../../../src/model/ledger.ts'
import type { Action } from '../../../src/model/recipe.ts'
import { isThere, processesOf, service, suiteOf, takeDown, testRun, until } from './support.ts'

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-killed-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const BRING_UP = fileURLToPath(new URL('bring-up.ts', import.meta.url))

interface Facts {
  readonly id: string
  readonly ledgerPath: string
  readonly workFolder: string
  readonly folder: string
}

let programs = 0

/** Starts the program and waits until it has written so many lines about its progress. */
async function bringUp(actions: readonly Action[], lines: number, prometheus = false) {
  programs += 1
  const reached = join(folder, `reached-${programs}`)
  writeFileSync(reached, '')
  const child = start(
    process.execPath,
    [BRING_UP, JSON.stringify(actions), reached, ...(prometheus ? ['prometheus'] : [])],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  )
  const seen = await until(() => {
    if (child.exitCode !== null) throw new Error(`the program ended with ${child.exitCode}`)
    const read = readLineFile(reached)
    return read.length >= lines ? read : undefined
  })
  return { child, facts: seen[0] as Facts }
}

const ledgerOf = ({ ledgerPath }: Facts) => readLineFile(ledgerPath) as readonly LedgerEntry[]

async function nothingIsLeft(facts: Facts): Promise<void> {
  await until(async () => (await processesOf(facts.id)).length === 0)
  // A process loses its environment, and with it the mark, a moment before it is gone.
  const known = ledgerOf(facts).flatMap((entry) =>
    entry.entry === 'process' && entry.identity ? [entry.identity] : [],
  )
  await until(() => !known.some(isAlive))
  await until(() => ledgerOf(facts).some(({ entry }) => entry === 'closed'))
  expect(existsSync(facts.workFolder)).toBe(false)
  rmSync(facts.folder, { recursive: true })
}

const everything = { to: { workload: 'api' } }
const signal = (name: 'SIGSTOP' | 'SIGTERM'): Action => ({
  do: 'signal',
  replica: 'api-1',
  signal: name,
  graceMs: 600_000,
  process: undefined,
})

describe('when the command line is killed with SIGKILL, everything that it started is gone', () => {
  test.each<[string, readonly Action[]]>([
    ['a Prometheus and nothing else', []],
    [
      'stressors, a stopped replica, a link rule and idle connections',
      [
        { do: 'start-stress', id: 'c', stress: { kind: 'cpu', workers: 2, loadRatio: 1 } },
        { do: 'start-stress', id: 'm', stress: { kind: 'memory', workers: 1, bytes: 64 * 1024 * 1024 } },
        {
          do: 'add-link-rule',
          id: 'r',
          links: everything,
          rule: { rule: 'partition', direction: 'both', manner: 'hang' },
        },
        { do: 'open-connections', id: 'o', workload: 'api', replicas: ['api-1'], count: 50 },
        signal('SIGSTOP'),
      ],
    ],
    [
      'a held replica, another scaled, one in its time of grace',
      [{ do: 'hold', replica: 'web-1' }, { do: 'scale', workload: 'api', replicas: 3 }, signal('SIGTERM')],
    ],
  ])('with %s on', async (_, actions) => {
    const { child, facts } = await bringUp(actions, 3, actions.length === 0)
    // A process that is just being started does not carry the mark yet.
    await until(async () => (await processesOf(facts.id)).length > 3)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await nothingIsLeft(facts)
  })

  test('while it is still coming up', async () => {
    const { child, facts } = await bringUp([], 1)
    await until(async () => (await processesOf(facts.id)).length > 1)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await nothingIsLeft(facts)
  })
})

test('signals of the terminal do not end the warden before the command line', async () => {
  const run = testRun(suiteOf([service('web')]))
  await run.platform.up(new AbortController().signal)
  const warden = wardenOf(run.ledger)
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(warden, name)
  expect((await run.platform.snapshot()).replicas[0]?.ready).toBe(true)
  expect(isThere(warden)).toBe(true)
  await takeDown(run)
})

test('when the warden is killed, everything is gone as well and the run is told', async () => {
  const run = testRun(
    suiteOf([service('web', { env: { DAEMON: 'yes' } }), service('api', { env: { CHILD: 'inner' } })]),
  )
  await run.platform.up(new AbortController().signal)
  await until(async () => (await processesOf(run.context.run)).length === 6)
  process.kill(wardenOf(run.ledger), 'SIGKILL')
  await until(async () => (await processesOf(run.context.run)).length === 0)
  await expect
    .poll(() => run.platform.snapshot().then(() => 'fine', String))
    .toMatch(/helper process that holds the services ended/)
  await expect(run.platform.executor.run(signal('SIGSTOP'))).rejects.toMatchObject({
    code: 'PLATFORM',
    remedy: expect.any(String),
  })
  await expect(run.platform.executor.read({ probe: 'replica-count', workload: 'web' })).rejects.toMatchObject({
    code: 'PLATFORM',
  })
  await run.platform.executor.run({ do: 'remove-link-rule', id: 'r' })
  await until(() =>
    run.events.some((event) => event.event === 'replica.exited' && event.replica === 'web-1' && !event.expected),
  )
  await takeDown(run)
})

function wardenOf(ledger: readonly LedgerEntry[]): number {
  const entry = ledger.find((one) => one.entry === 'process' && one.id === 'warden' && one.identity !== undefined)
  if (entry?.entry !== 'process' || !entry.identity) throw new Error('no warden in the ledger')
  return entry.identity.pid
}
