import { closeSync, constants, existsSync, openSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { execNow } from '../../src/kit/exec.ts'
import { BREAK, COMMAND, github, options, place, remember } from './action-setting.ts'
import { cancelAsGitHub, killTree } from './cancel-order.ts'
import { events, processesOf, until } from './gate.ts'
import { type Job, type JobOptions, type Step, startStep } from './runner.ts'
import { service, suiteOf } from './suite-of.ts'

const SHORT = { warmup: '200ms', baseline: '800ms', fault: '800ms', recovery: '800ms' }
/** Something that outlives its service, its parents and their process group, and left the tree of processes long ago. */
const STRAY = `(setsid sleep 7532 &) ; ${COMMAND}`

function suite(
  windows: Partial<typeof SHORT> = {},
  web: Readonly<Record<string, unknown>> = { replicas: 1, command: STRAY },
): string {
  return suiteOf([{ ...BREAK, name: 'long' }], {
    windows: { ...SHORT, ...windows },
    system: { services: { web: service(web) } },
  })
}

/** A main that comes to a certain point of its run and stays there. */
interface Moment {
  readonly suite: string
  /** Before main is started; says what is different about it. */
  readonly prepare?: (where: Job) => Promise<Partial<JobOptions>>
  /** Resolves when main is there. */
  readonly reached: (where: Job) => Promise<unknown>
  /** When main has ended. */
  readonly after?: (where: Job) => void
}

const seen = (name: string, phase?: string) => (where: Job) =>
  until(() => events(where).some((event) => event.event === name && (phase === undefined || event.phase === phase)))

const MOMENTS: Readonly<Record<string, () => Moment>> = {
  'when it has just been started': () => ({ suite: suite(), reached: async () => undefined }),
  'while it reads its suite': reading,
  'while the platform comes up': () => ({
    suite: suite({}, { command: `(setsid sleep 7532 &) ; sleep 1000`, ready: { tcp: {} } }),
    reached: seen('phase.started', 'platform up'),
  }),
  'in its steady state': () => ({ suite: suite({ warmup: '60s' }), reached: seen('phase.started', 'steady state') }),
  'while a fault is on': () => ({ suite: suite({ fault: '60s' }), reached: seen('fault.injected') }),
  'while it recovers': () => ({ suite: suite({ recovery: '60s' }), reached: seen('fault.recovered') }),
  'while it tells its verdict': telling,
}

/** The suite is a pipe, and nothing ever comes out of it. */
function reading(): Moment {
  let writer = -1
  return {
    suite: suite(),
    prepare: async ({ suite: path }) => {
      rmSync(path)
      execNow('mkfifo', [path])
      return {}
    },
    reached: async ({ suite: path }) => {
      writer = await until(() => openWriter(path))
    },
    after: ({ suite: path }) => {
      closeSync(writer)
      rmSync(path)
      writeFileSync(path, suite())
    },
  }
}

/** Only opens when somebody reads. */
function openWriter(path: string): number | undefined {
  try {
    return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
  } catch {
    return undefined
  }
}

/** A GitHub that takes every request and never answers. The run itself would pass. */
function telling(): Moment {
  const asked = Promise.withResolvers<void>()
  return {
    suite: suiteOf([
      { name: 'nobody feels it', fault: { type: 'pod-kill', target: { workload: 'web', mode: 'one' } } },
    ]),
    prepare: async () => {
      const server = createServer(({ url = '' }, response) => {
        // The suite of the base commit is asked for before the run.
        if (url.includes('/contents/')) return response.writeHead(404).end('{}')
        return asked.resolve()
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      onTestFinished(() => {
        server.closeAllConnections()
        server.close()
      })
      return { apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
    },
    reached: () => asked.promise,
  }
}

type Stop = (child: ReturnType<typeof startStep>['child']) => unknown

/** Main until it is stopped at a moment, then post twice. An earlier run of the pull request had passed. */
async function stopAt(moment: Moment, stop: Stop) {
  github().comments.push({
    id: 1,
    body: '### ✅ Pass: 1 of 1 experiment held\n<!-- seaworthy:hello v1 run=1001 attempt=1 at=1795252454000 -->',
    user: { login: 'github-actions[bot]', type: 'Bot' },
    pull: 482,
  })
  const where = place(moment.suite)
  const { child, finished } = startStep(where, options(await moment.prepare?.(where)), 'main')
  const early = finished.then(({ log }) => Promise.reject(new Error(`it ended before it was stopped: ${log}`)))
  await Promise.race([moment.reached(where), early])
  early.catch(() => undefined)
  await stop(child)
  const main = await finished
  moment.after?.(where)
  const first = await startStep(where, options(), 'post', main.state).finished
  const second = await startStep(where, options(), 'post', main.state).finished
  remember(main, first, second)
  return { where, main, first, second }
}

function expectStopped({ where, main, first, second }: Awaited<ReturnType<typeof stopAt>>): void {
  expect(main.exitCode).not.toBe(0)
  expect([undefined, 'aborted']).toContain(main.outputs.verdict)
  expect([first.exitCode, second.exitCode], first.log + second.log).toEqual([0, 0])
  expect(github().comments).toMatchObject([{ id: 1, body: expect.stringMatching(/^### ⏹️ Aborted/) }])
  expect(github().checkRuns.map(({ name }) => name)).toContain('Seaworthy / hello')
  expect(new Set(github().checkRuns.map(({ conclusion }) => conclusion))).toEqual(new Set(['failure']))
  expect(processesOf(where)).toEqual([])
  expect(runsOf(where)).toEqual([])
  expect(second.log).toMatch(/^Nothing was left behind\.$/m)
}

function runsOf({ temp }: Job): readonly string[] {
  const folder = join(temp, 'seaworthy', 'runs')
  return existsSync(folder) ? readdirSync(folder) : []
}

const wasTold = ({ main }: { readonly main: Step }) => main.summary.includes('Aborted')

describe("main is cancelled in GitHub's order", () => {
  it.each(Object.entries(MOMENTS))('%s', async (_, moment) => {
    const stopped = await stopAt(moment(), async (child) => expect(await cancelAsGitHub(child)).toEqual(['SIGINT']))
    expectStopped(stopped)
    if (wasTold(stopped)) expect(stopped.first).toMatchObject({ commands: [], summary: '' })
    else expect(stopped.first.summary).toContain('⏹️ Aborted: the run was')
  })

  it('and does not listen: SIGTERM after 7.5 s, and 2.5 s later the end', async () => {
    const stopped = await stopAt({ suite: suite({ fault: '60s' }), reached: seen('fault.injected') }, async (child) => {
      child.kill('SIGSTOP')
      expect(await cancelAsGitHub(child)).toEqual(['SIGINT', 'SIGTERM', 'SIGKILL'])
    })
    expectStopped(stopped)
    expect(stopped.first.summary).toContain('Aborted: the run was killed before it had a verdict')
  })
})

describe('main is killed with everything below it', () => {
  it.each(Object.entries(MOMENTS))('%s', async (_, moment) => {
    const stopped = await stopAt(moment(), killTree)
    expectStopped(stopped)
    expect(stopped.main.outputs).toEqual({})
    expect(stopped.first.summary).toContain('⏹️ Aborted: the run was')
  })
})
