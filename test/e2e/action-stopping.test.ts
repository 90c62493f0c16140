import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { BREAK, COMMAND, github, options, place, remember } from './action-setting.ts'
import { events, processesOf, until } from './gate.ts'
import { type Job, type JobOptions, type Step, startStep, told } from './runner.ts'
import { service, suiteOf } from './suite-of.ts'

const LONG = { warmup: '200ms', baseline: '800ms', fault: '60s', recovery: '800ms' }

describe('a job that is stopped while a fault is on', () => {
  /** A service that also starts something which outlives it, its parents and their process group. */
  const services = { web: service({ replicas: 1, command: `setsid sleep 7531 & ${COMMAND}` }) }

  async function startAndInject(more: Partial<JobOptions> = {}) {
    const where = place(suiteOf([{ ...BREAK, name: 'long' }], { windows: LONG, system: { services } }))
    const started = startStep(where, options(more), 'main')
    const ended = started.finished.then((step) => {
      throw new Error(`it ended before the fault was on: ${step.log}`)
    })
    await Promise.race([until(() => events(where).some(({ event }) => event === 'fault.injected')), ended])
    ended.catch(() => undefined)
    return { where, ...started }
  }

  async function postAfter(where: Job, main: Step): Promise<Step> {
    const post = await startStep(where, options(), 'post', main.state).finished
    remember(main, post)
    return post
  }

  it('by SIGINT is aborted, says so, and leaves nothing for post', async () => {
    const { where, child, finished } = await startAndInject()
    child.kill('SIGINT')
    const main = await finished
    const post = await postAfter(where, main)
    expect(main).toMatchObject({ exitCode: 130, outputs: { verdict: 'aborted' } })
    expect(told(main, 'error')).toEqual([expect.stringMatching(/^Seaworthy: Aborted: /)])
    expect(github().comments[0]?.body).toMatch(/^### ⏹️ Aborted/)
    expect(github().checkRuns).toMatchObject([{ conclusion: 'failure' }])
    expect(post).toMatchObject({ exitCode: 0, commands: [], summary: '' })
    expect(post.log).toContain('Nothing was left behind.')
  })

  it.each([
    ['alone, by its warden', false, /^Nothing was left behind\.$/m],
    ['and its warden with it, by post, which says what it removed', true, /^removed pid \d+ \(sleep 7531\)$/m],
  ])('by SIGKILL %s, leaves nothing', async (_, wardenToo, words) => {
    const { where, child, finished } = await startAndInject()
    const wardens = processesOf(where).filter((pid) =>
      readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('\0internal\0warden'),
    )
    expect(wardens).toHaveLength(1)
    if (wardenToo) for (const pid of wardens) process.kill(pid, 'SIGKILL')
    child.kill('SIGKILL')
    const main = await finished
    if (!wardenToo) await until(() => processesOf(where).length === 0)
    const post = await postAfter(where, main)
    expect(main.outputs).toEqual({})
    expect(post).toMatchObject({ exitCode: 0, log: expect.stringMatching(words) })
    expect(told(post, 'warning')).toEqual(['Seaworthy: Aborted: the run was killed before it had a verdict.'])
    expect(post.summary).toContain('Aborted: the run was killed before it had a verdict')
    if (wardenToo) expect(post.summary).toMatch(/^- removed pid \d+/m)
    expect(readdirSync(join(where.temp, 'seaworthy', 'runs'))).toEqual([])
  })
})
