import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { ALL, BREAK, BROKEN, github, HEAD, KILL, NOTHING, pull } from '../../e2e/action-setting.ts'
import { TOKEN } from '../../e2e/runner.ts'
import { runAct, startAct, type Trigger } from './act.ts'
import { leftBehind, processesBelow } from './left.ts'
import type { ActRun } from './read-run.ts'
import { actionRepository, HELLO_COMMAND, services, suite } from './repository.ts'

const LONG = { warmup: '200ms', baseline: '800ms', fault: '60s', recovery: '800ms' }
const NOTHING_LEFT = { processes: [], files: [] }

let repository: string
let runs: { readonly home: string; readonly log: string }[] = []
beforeAll(() => {
  repository = actionRepository({
    'pass.yaml': suite([KILL]),
    'fail.yaml': suite([BREAK]),
    'inconclusive.yaml': suite([NOTHING]),
    'broken.yaml': BROKEN,
    // A service that also starts something which outlives it, its parents and their process group.
    'long.yaml': suite([{ ...BREAK, name: 'long' }], {
      windows: LONG,
      system: { services: services({ replicas: 1, command: `setsid sleep 7531 & ${HELLO_COMMAND}` }) },
    }),
  })
})
afterEach(() => {
  for (const { home, log } of runs) {
    expect(leftBehind(home)).toEqual(NOTHING_LEFT)
    // What the runner masks is the token itself; the action has to name its other forms.
    for (const form of [TOKEN, encodeURIComponent(TOKEN), Buffer.from(TOKEN).toString('base64')])
      expect(log).not.toContain(form)
  }
  runs = []
})

const trigger = (file: string, more: Partial<Trigger> = {}): Trigger => ({
  repository,
  workflow: 'gate.yml',
  event: 'pull_request',
  payload: pull(),
  apiUrl: github().url,
  variables: { SUITE: file },
  ...more,
})

async function gate(file: string, more: Partial<Trigger> = {}) {
  const run = await runAct(trigger(file, more))
  runs.push(run)
  return { run, main: run.step('gate', 'gate'), post: run.step('gate', 'gate', 'Post') }
}

/** What later steps and jobs were told, as the runner hands it on. */
function told(run: ActRun) {
  const { gate: text = '{}', ...more } = run.step('gate', 'told').outputs
  return {
    ...(JSON.parse(text) as { outcome: string; conclusion: string; outputs: Record<string, string> }),
    ...more,
    next: run.step('gate', 'next').outputs.ran,
    deployed: run.step('deploy', 'deploy').outputs.deployed,
    last: run.step('last', 'last').outputs.gate,
  }
}

/** As far as a job comes when its gate blocks. */
const BLOCKED = { outcome: 'failure', status: 'failure', next: undefined, deployed: undefined }

describe('a workflow under act', () => {
  it('pass: later steps and jobs run, with the outputs; comment, check and summary', async () => {
    const { run, main, post } = await gate('pass.yaml')
    expect(run.exitCode, run.log).toBe(0)
    expect(run.step('gate', 'node').outputs.version).toBe(process.version)
    expect(told(run)).toMatchObject({
      outcome: 'success',
      outputs: { verdict: 'pass', 'experiments-failed': '0', leftovers: '0', summary: '1 of 1 experiment held' },
      status: 'success',
      reports: 'there',
      next: 'yes',
      deployed: 'yes',
      last: 'success pass',
    })
    expect(main.annotations).toEqual([])
    expect(main.summary).toMatch(/^### ✅ Pass: 1 of 1 experiment held/)
    expect(post).toMatchObject({ result: 'success', summary: '', annotations: [] })
    expect(post.log).toBe('Nothing was left behind.\n')
    expect(github().comments).toMatchObject([{ pull: 482, body: expect.stringMatching(/^### ✅ Pass/) }])
    expect(github().checkRuns).toMatchObject([{ name: 'Seaworthy / hello', headSha: HEAD, conclusion: 'success' }])
  })

  it('fail: the job fails, what needs it is skipped, and it is told beside the line', async () => {
    const { run, main, post } = await gate('fail.yaml')
    expect(run.exitCode, run.log).toBe(1)
    expect(told(run)).toMatchObject({
      ...BLOCKED,
      outputs: { verdict: 'fail', 'experiments-failed': '1' },
      reports: 'there',
      last: 'failure fail',
    })
    expect(main.annotations).toEqual([expect.stringMatching(/^error Seaworthy: Fail: /)])
    expect(main.summary).toMatch(/^### ❌ Fail/)
    expect(post).toMatchObject({ result: 'success', log: 'Nothing was left behind.\n' })
    expect(github().comments).toMatchObject([{ body: expect.stringMatching(/^### ❌ Fail/) }])
    expect(github().checkRuns).toMatchObject([{ conclusion: 'failure', annotations: [{ path: 'fail.yaml' }] }])
  })

  it('inconclusive blocks as well', async () => {
    const { run, main } = await gate('inconclusive.yaml')
    expect(run.exitCode, run.log).toBe(1)
    expect(told(run)).toMatchObject({ ...BLOCKED, outputs: { verdict: 'inconclusive' }, last: 'failure inconclusive' })
    expect(main.annotations).toEqual([expect.stringMatching(/^error Seaworthy: Inconclusive: /)])
    expect(github().checkRuns).toMatchObject([{ conclusion: 'failure' }])
  })

  it('error: a broken suite is told line by line, and there is nothing to clean up', async () => {
    const { run, main, post } = await gate('broken.yaml')
    expect(run.exitCode, run.log).toBe(1)
    expect(told(run)).toMatchObject({
      ...BLOCKED,
      outputs: { verdict: 'error' },
      reports: 'none',
      last: 'failure error',
    })
    expect(main.annotations).toEqual([
      'error Seaworthy: Error: 2 mistakes in the suite, nothing was run',
      expect.stringMatching(/^error broken\.yaml:\d+ experiments\[0\]/),
      expect.stringMatching(/^error broken\.yaml:\d+ /),
    ])
    expect(main.summary).toMatch(/^### ⛔ Error: 2 mistakes/)
    expect(post).toMatchObject({ result: 'success', log: expect.stringContaining('Nothing was started') })
    expect(github().checkRuns).toMatchObject([{ conclusion: 'failure', annotations: [{}, {}] }])
  })

  it('missing permissions: a pass stays a pass, and each is named', async () => {
    for (const path of [/comments/, /check-runs/]) github().failNext('POST', path, 403, ALL)
    const { run, main } = await gate('pass.yaml')
    expect(run.exitCode, run.log).toBe(0)
    expect(main.annotations).toEqual([
      expect.stringMatching(/^warning .*`pull-requests: write`/),
      expect.stringMatching(/^warning .*`checks: write`/),
    ])
    expect(main.summary).toContain('`checks: write`')
    expect([github().comments, github().checkRuns]).toEqual([[], []])
  })

  it('a pull request from a fork: its token writes nothing, the job itself blocks', async () => {
    for (const method of ['POST', 'PATCH', 'DELETE']) github().failNext(method, /./, 403, ALL)
    const { run, main } = await gate('fail.yaml', { workflow: 'fork.yml', payload: pull('mallory/shop') })
    expect(run.exitCode, run.log).toBe(1)
    expect(run.jobResult('gate')).toBe('failure')
    expect(main.summary).toContain('comes from a fork, whose token can only read')
    expect(main.annotations).toContainEqual(expect.stringMatching(/^error fail\.yaml:\d+ every answer is a 503/))
  })

  it('a merge queue: the check is on the commit that would be merged', async () => {
    const group = { head_sha: HEAD, base_sha: 'b'.repeat(40), base_ref: 'refs/heads/main' }
    const { run } = await gate('pass.yaml', { event: 'merge_group', payload: { merge_group: group } })
    expect(run.exitCode, run.log).toBe(0)
    expect(github().checkRuns).toMatchObject([{ headSha: HEAD, conclusion: 'success' }])
    expect(github().comments).toEqual([])
  })

  it('cancelled while a fault is on: main is killed at once, and post ends what it left and says so', async () => {
    const started = await startAct(trigger('long.yaml'))
    await started.line(({ msg }) => msg.includes('fault on'))
    expect(processesBelow(started.home).filter(({ words }) => words === 'sleep 7531')).toHaveLength(1)
    started.child.kill('SIGINT')
    const run = await started.finished
    runs.push({ home: started.home, log: run.log })
    expect(run.exitCode, run.log).toBe(1)
    expect(run.step('gate', 'gate').outputs).toEqual({})
    const post = run.step('gate', 'gate', 'Post')
    expect(post.annotations).toEqual(['warning Seaworthy: Aborted: the run was killed before it had a verdict.'])
    expect(post.summary).toMatch(/^### ⏹️ Aborted: the run was killed before it had a verdict/)
    expect(run.jobResult('gate')).toBe('failure')
    expect(github().comments).toMatchObject([{ body: expect.stringMatching(/^### ⏹️ Aborted/) }])
    expect(github().checkRuns).toMatchObject([{ name: 'Seaworthy / hello', conclusion: 'failure' }])
  })
})
