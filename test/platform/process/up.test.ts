import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { isSeaworthyError } from '../../../src/kit/errors.ts'
import type { ServiceSpec, Suite } from '../../../src/model/suite.ts'
import { ask, NODE, processesOf, service, suiteOf, takeDown, testRun, text, until, withPlatform } from './support.ts'

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-up-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const now = () => new AbortController().signal

describe('a preview that comes up', () => {
  test('is ready by HTTP, by TCP and by a line of log, and each says so', async () => {
    const services = [
      service('http', { replicas: 2 }),
      service('tcp', { ready: { check: 'tcp', port: 'http' } }),
      service('log', {
        ports: [],
        command:
          'echo starting; sleep 0.1; printf "now re"; sleep 0.1; echo "ady" >&2; echo "now ready"; exec sleep 1000',
        ready: { check: 'log', line: 'now ready' },
      }),
    ]
    await withPlatform(suiteOf(services), async ({ events, platform }) => {
      const ready = events.filter(({ event }) => event === 'service.ready')
      expect(ready.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)))).toEqual([
        { event: 'service.ready', service: 'http', replicas: 2 },
        { event: 'service.ready', service: 'log', replicas: 1 },
        { event: 'service.ready', service: 'tcp', replicas: 1 },
      ])
      const { replicas, active } = await platform.snapshot()
      expect(replicas.map(({ replica, ready: up, restarts }) => [replica, up, restarts])).toEqual([
        ['http-1', true, 0],
        ['http-2', true, 0],
        ['tcp-1', true, 0],
        ['log-1', true, 0],
      ])
      expect(active).toEqual([])
    })
  })

  test('hands the addresses of the used services over, and carries the calls', async () => {
    const services = [
      service('web', { replicas: 2, uses: ['api'], env: { MODE: 'sturdy' } }),
      service('api', { replicas: 2, ports: ['http', 'peer'] }),
    ]
    const run = testRun(suiteOf(services), { PATH: process.env.PATH ?? '', LANG: 'C' })
    try {
      await run.platform.up(now())
      const environments = await until(async () => {
        const seen = new Map<string, Record<string, string>>()
        for (let index = 0; index < 20; index += 1) {
          const environment = JSON.parse(await ask(run, 'http://web/env')) as Record<string, string>
          seen.set(environment.SEAWORTHY_REPLICA ?? '', environment)
        }
        return seen.size === 2 ? [...seen.values()] : undefined
      })
      for (const environment of environments) {
        expect(environment).toMatchObject({
          MODE: 'sturdy',
          LANG: 'C',
          SEAWORTHY_RUN: run.context.run,
          PORT: environment.PORT_HTTP,
        })
        expect(environment.API_URL).toBe(`http://${environment.API_ADDRESS}`)
        expect(await text(`${environment.API_URL}/who`)).toMatch(/^api-[12]$/)
        expect(await text(`${environment.API_PEER_URL}/`)).toMatch(/^peer of api-[12]$/)
      }
      expect(new Set(environments.map(({ API_URL }) => API_URL)).size).toBe(2)
      expect(await ask(run, 'http://web/api')).toMatch(/^api-[12]$/)
      expect(await ask(run, 'http://api:peer/')).toMatch(/^peer of api-[12]$/)
    } finally {
      await takeDown(run)
    }
  })

  test('listens on the fixed port that a service asks for, and leaves other URLs alone', async () => {
    const taken = await listening()
    const { port } = taken.address() as { port: number }
    await new Promise((resolve) => taken.close(resolve))
    await withPlatform(suiteOf([service('web', { listen: port })]), async ({ platform }) => {
      expect(platform.resolve('http://web/who?x=1#y')).toBe(`http://127.0.0.1:${port}/who?x=1#y`)
      expect(platform.resolve(`https://web:${port}`)).toBe(`https://127.0.0.1:${port}`)
      expect(platform.resolve('tcp://web')).toBe(`tcp://127.0.0.1:${port}`)
      expect(platform.resolve('http://example.com/web')).toBe('http://example.com/web')
      expect(() => platform.resolve('http://web:nope/')).toThrow(/does not have/)
    })
  })

  test('balances over all replicas, and leaves out one that is not ready', async () => {
    const unready = join(folder, 'unready')
    const services = [
      service('web', { replicas: 2, command: `UNREADY_WHILE="${unready}-$SEAWORTHY_REPLICA" exec ${NODE} web.mjs` }),
    ]
    await withPlatform(suiteOf(services), async (run) => {
      const answering = async () => {
        const answers = await Promise.all(Array.from({ length: 12 }, () => ask(run, 'http://web/who')))
        return [...new Set(answers)].sort().join(' ')
      }
      await until(async () => (await answering()) === 'web-1 web-2')
      writeFileSync(`${unready}-web-1`, '')
      await until(async () => (await run.platform.snapshot()).replicas[0]?.ready === false)
      expect(await answering()).toBe('web-2')
      rmSync(`${unready}-web-1`)
      await until(async () => (await answering()) === 'web-1 web-2')
      const counts = run.platform.serviceCounts()
      expect(counts).toEqual([{ service: 'web', n: expect.any(Number), bad: 0 }])
      expect(run.platform.executor.crossings({ to: { workload: 'web' } })).toBe(counts[0]?.n)
    })
  })

  test('keeps what each replica said, over its restarts, and records every process', async () => {
    await withPlatform(suiteOf([service('web', { env: { LINE: 'hello from the service' } })]), async (run) => {
      await ask(run, 'http://web/exit?code=3').catch(() => {})
      await until(async () => (await run.platform.snapshot()).replicas[0]?.restarts === 1)
      await until(async () => (await run.platform.snapshot()).replicas[0]?.ready)
      const log = readFileSync(join(run.context.reportFolder, 'logs/web-1.log'), 'utf8')
      expect(log.match(/hello from the service/g)).toHaveLength(2)
      expect(log).toMatch(/ended: exit code 3/)
      expect(run.events).toContainEqual({
        event: 'replica.exited',
        replica: 'web-1',
        how: 'exit code 3',
        expected: false,
      })
      const steps = run.ledger.flatMap((entry) =>
        entry.entry === 'process' ? [`${entry.id}${entry.identity ? ' known' : ''}`] : [],
      )
      expect(steps).toEqual(['warden', 'warden known', 'web-1#1', 'web-1#1 known', 'web-1#2', 'web-1#2 known'])
    })
  })
})

describe('a preview that does not come up', () => {
  async function failure(
    services: readonly ServiceSpec[],
    readyMs = 30_000,
    given: Partial<Suite> = {},
  ): Promise<string> {
    const run = testRun(suiteOf(services, given, readyMs))
    const error = await run.platform.up(now()).catch((caught: unknown) => caught)
    await takeDown(run)
    if (!isSeaworthyError(error)) throw error
    expect(error.code).toBe('PLATFORM')
    expect(error.remedy).toBeTruthy()
    return error.message
  }

  test.each<[string, Partial<ServiceSpec>, number, RegExp]>([
    [
      'a command that does not exist',
      { command: 'no-such-program --serve' },
      30_000,
      /^bad-1 could not be started: it ended: exit code 12[67].*no-such-program/s,
    ],
    [
      'a folder that does not exist',
      { directory: '/no/such/folder' },
      30_000,
      /^bad-1 could not be started: it ended: spawn .*ENOENT/s,
    ],
    [
      'a service that ends and is not restarted',
      { command: 'echo "no database" >&2; exit 7', restart: { policy: 'never', backoffMs: 1, maxBackoffMs: 1 } },
      30_000,
      /exit code 7.*no database/s,
    ],
    [
      'a service that keeps ending',
      { command: 'echo "no database" >&2; exit 7' },
      4_000,
      /not ready within 4s: (it ended|.+; it ended before): exit code 7, after \d+ restarts.*no database/s,
    ],
    [
      'a service that never becomes ready',
      { env: { UNREADY_WHILE: '/' } },
      4_000,
      /^bad-1 was not ready within 4s: \/healthz answered 503.*listening on/s,
    ],
    [
      'a service that does not listen',
      { command: 'exec sleep 1000', ready: { check: 'tcp', port: 'http' } },
      4_000,
      /port \d+ refused the connection. It printed nothing/,
    ],
    [
      'a service that does not say its line',
      { command: 'printf "\\033[31mother\\033[0m\\n"; exec sleep 1000', ready: { check: 'log', line: 'ready' } },
      4_000,
      /did not print "ready".*Its last words:\n {2}other$/s,
    ],
  ])('names the replica, how it ended and its last words: %s', async (_, given, readyMs, message) => {
    expect(await failure([service('bad', given), service('good')], readyMs)).toMatch(message)
  })

  test('says that the port of a service is taken', async () => {
    const taken = await listening()
    const { port } = taken.address() as { port: number }
    expect(await failure([service('web', { listen: port })])).toMatch(String(port))
    taken.close()
  })

  test('stops waiting when the run is cancelled', async () => {
    const run = testRun(suiteOf([service('web', { env: { UNREADY_WHILE: '/' } })]))
    const cancel = new AbortController()
    const up = run.platform.up(cancel.signal)
    const refused = expect(up).rejects.toThrow('stop it')
    await until(async () => (await processesOf(run.context.run)).length > 1)
    cancel.abort(new Error('stop it'))
    await refused
    await takeDown(run)
  })
})

test('a service that detaches itself and one that ignores SIGTERM are gone after down, which may be called again', async () => {
  const run = testRun(suiteOf([service('web', { env: { DAEMON: 'yes', IGNORE_TERM: 'yes' } })]))
  await run.platform.up(now())
  await until(async () => (await processesOf(run.context.run)).length === 4)
  expect(await run.platform.down()).toEqual([])
  expect(await run.platform.down()).toEqual([])
  expect(await processesOf(run.context.run)).toEqual([])
  expect(run.ledger.filter(({ entry }) => entry === 'gone')).toHaveLength(2)
  expect(existsSync(run.context.workFolder)).toBe(true)
  expect(run.platform.prometheusUrl()).toBeUndefined()
  await expect(run.platform.snapshot()).rejects.toThrow(/not up/)
  await takeDown(run)
})

test('down without up has nothing to do', async () => {
  const run = testRun(suiteOf([service('web')]))
  await takeDown(run)
})

async function listening(): Promise<Server> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}
