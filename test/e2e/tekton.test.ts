import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { paramVariable } from '../../src/inputs/task-params.ts'
import { events, processesOf, seaworthy, start, until, type Workplace, workplace } from './gate.ts'
import { service, suiteOf } from './suite-of.ts'

const web = { workload: 'web', mode: 'all' }
const KILL = { name: 'one dies', fault: { type: 'pod-kill', target: { workload: 'web', mode: 'one' } } }
const ABORT = { name: 'all say 503', fault: { type: 'http-abort', target: web, status: 503 } }
const LONG = { warmup: '200ms', baseline: '800ms', fault: '60s', recovery: '800ms' }
const SYSTEM = { services: { web: service() } }

/** The step of the gate's Task as its pod starts it: in the repository, with params and places in variables. */
function step(suite: string, params: Readonly<Record<string, string>> = {}) {
  const made = workplace(suite)
  const reports = join(made.folder, 'reports')
  mkdirSync(reports)
  const variables = Object.fromEntries(Object.entries(params).map(([name, value]) => [paramVariable(name), value]))
  const env = { ...made.env, SEAWORTHY_TASK_RUN: 'task-1', SEAWORTHY_REPORTS: reports, ...variables }
  const place: Workplace = { ...made, reports: join(reports, 'out'), env }
  return { place, ...start(place, ['tekton', 'gate', '--results-dir', join(made.folder, 'results')]) }
}

function resultsIn({ folder }: Workplace): Readonly<Record<string, string>> {
  const results = join(folder, 'results')
  if (!existsSync(results)) return {}
  return Object.fromEntries(readdirSync(results).map((name) => [name, readFileSync(join(results, name), 'utf8')]))
}

describe('the step of the gate in a Task', () => {
  it('says what became of the run, with paths within the workspace', async () => {
    const { place, finished } = step(suiteOf([KILL]))
    const { exitCode, stdout, stderr } = await finished
    expect(exitCode, stdout + stderr).toBe(0)
    expect(resultsIn(place)).toMatchObject({
      verdict: 'pass',
      'experiments-failed': '0',
      leftovers: '0',
      'report-path': 'out/report.html',
      'journal-path': 'out/journal.json',
    })
    const journal = JSON.parse(readFileSync(join(place.reports, 'journal.json'), 'utf8'))
    expect(resultsIn(place).summary).toBe(journal.summary)
    // The mark of its owner is in its id, so that a cleanup finds it.
    expect(journal.run.id).toMatch(/^r-[0-9a-f]{12}-[0-9a-f]{10}$/)
  })

  it('fails with the number of what did not hold', async () => {
    const { place, finished } = step(suiteOf([ABORT]), { seed: '7' })
    const { exitCode, stdout, stderr } = await finished
    expect(exitCode, stdout + stderr).toBe(1)
    expect(resultsIn(place)).toMatchObject({ verdict: 'fail', 'experiments-failed': '1' })
  })

  it.each([
    ['a wrong param', suiteOf([KILL]), { mode: 'maybe' }, 2],
    ['a suite with mistakes', 'kind: Suite\n', {}, 2],
    ['a suite that is not there', suiteOf([KILL]), { suite: 'other.yaml' }, 2],
  ])('says error before it judged anything: %s', async (_, suite, params, code) => {
    const { place, finished } = step(suite, params)
    expect((await finished).exitCode).toBe(code)
    expect(resultsIn(place)).toMatchObject({ verdict: 'error', 'report-path': '', 'experiments-failed': '0' })
    expect(resultsIn(place).summary).toMatch(/^Error: /)
  })

  it('gives no verdict for a plan, so that nothing goes on with one', async () => {
    const { place, finished } = step(suiteOf([KILL]), { mode: 'plan' })
    const { exitCode, stdout } = await finished
    expect(exitCode).toBe(0)
    expect(stdout).toContain('one dies')
    expect(resultsIn(place)).toMatchObject({ verdict: '', summary: expect.stringContaining('Plan: 1 experiment') })
  })

  it.each([
    ['SIGTERM', 'aborted', 143],
    ['SIGKILL', 'error', null],
  ] as const)('never says pass after %s', async (signal, verdict, code) => {
    const { place, child, finished } = step(suiteOf([ABORT], { windows: LONG, system: SYSTEM }))
    const ended = finished.then(({ stderr }) => {
      throw new Error(`it ended before the fault was on: ${stderr}`)
    })
    await Promise.race([until(() => events(place).some(({ event }) => event === 'fault.injected')), ended])
    ended.catch(() => undefined)
    expect(resultsIn(place).verdict).toBe('error')
    child.kill(signal)
    expect((await finished).exitCode).toBe(code)
    expect(resultsIn(place)).toMatchObject({ verdict })
    await until(() => processesOf(place).length === 0)
  })
})

describe('the other steps', () => {
  it.each([
    ['cleanup', 'with the param namespace'],
    ['promote', 'Use gate or cleanup'],
  ])('%s is refused where Tekton did not start it, with what to do', async (name, remedy) => {
    const { exitCode, stderr } = await seaworthy(workplace(''), 'tekton', name)
    expect(exitCode).toBe(2)
    expect(stderr).toContain(remedy)
  })
})
