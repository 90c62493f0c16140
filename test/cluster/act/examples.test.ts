import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { BREAK, github, HEAD, KILL, pull } from '../../e2e/action-setting.ts'
import { runAct } from './act.ts'
import { leftBehind } from './left.ts'
import { suite } from './repository.ts'
import { artifactsFolder, substitutes, userRepository } from './user.ts'

let homes: string[] = []
afterEach(() => {
  for (const home of homes) expect(leftBehind(home)).toEqual({ processes: [], files: [] })
  homes = []
})

/** An example as it is written, in a repository of a user. Gives the artifacts too, by name. */
async function runExample(name: string, suiteText: string, edit = (text: string) => text) {
  const user = userRepository({ workflows: [name], suite: suiteText, edit })
  const artifacts = artifactsFolder()
  const run = await runAct({
    repository: user,
    workflow: name,
    event: 'pull_request',
    payload: pull(),
    apiUrl: github().url,
    more: [...substitutes(name), '--env', `ARTIFACTS=${artifacts}`],
  })
  homes.push(run.home)
  return {
    run,
    artifacts: Object.fromEntries(readdirSync(artifacts).map((one) => [one, readdirSync(join(artifacts, one))])),
  }
}

/** act does not know how many jobs a matrix has; and on one machine they would measure each other. */
function forOneMachine(text: string): string {
  expect(text).toContain('strategy:\n')
  return text.replaceAll(`\${{ strategy.job-total }}`, '3').replace(/^( +)strategy:\n/m, '$&$1  max-parallel: 1\n')
}

it('pull-request.yml gates a pull request, keeps the reports and tells the verdict to a later step', async () => {
  const { run, artifacts } = await runExample('pull-request.yml', suite([KILL]))
  expect(run.exitCode, run.log).toBe(0)
  expect(run.jobResult('gate')).toBe('success')
  expect(run.log).toContain('pass - 1 of 1 experiment held')
  expect(artifacts.seaworthy).toEqual(expect.arrayContaining(['journal.json', 'junit.xml', 'report.html']))
  expect(github().checkRuns).toMatchObject([{ name: 'Seaworthy / hello', headSha: HEAD, conclusion: 'success' }])
})

it('shards.yml gates in jobs side by side, and has one verdict of all of them', async () => {
  const { run, artifacts } = await runExample('shards.yml', suite([KILL, BREAK]), forOneMachine)
  expect(run.exitCode, run.log).toBe(1)
  expect(run.jobResult('merge'), run.log).toBe('failure')
  expect(Object.keys(artifacts).sort()).toEqual(['seaworthy', ...[1, 2, 3].map((shard) => `seaworthy-shard-${shard}`)])
  expect(run.step('merge', 'gate').outputs).toMatchObject({ verdict: 'fail', 'experiments-failed': '1' })
  expect(run.step('merge', 'gate', 'Post')).toMatchObject({ result: 'success', summary: '' })
  expect(github().comments).toMatchObject([{ body: expect.stringMatching(/^### ❌ Fail/) }])
  const checks = github().checkRuns.map(({ name, conclusion }) => `${name}: ${conclusion}`)
  expect(checks.at(-1)).toBe('Seaworthy / hello: failure')
  expect(checks.slice(0, -1).sort(), run.log).toEqual([
    'Seaworthy / hello (1/3): success',
    'Seaworthy / hello (2/3): failure',
  ])
})
