import { cpSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { BREAK, github, HEAD, KILL, pull } from '../../e2e/action-setting.ts'
import type { FakePull } from '../../fakes/github.ts'
import { passJournal } from '../../report/sound-journals.ts'
import { runAct, type Trigger } from './act.ts'
import { leftBehind } from './left.ts'
import type { ActRun } from './read-run.ts'
import { suite } from './repository.ts'
import { artifactsFolder, type Setup, substitutes, userRepository } from './user.ts'

/**
 * Both stages of docs/forks.md, each from its workflow file as it is shipped. Uploading and downloading are GitHub's own
 * actions, which cannot be had without a network: the stand-ins keep an artifact in the folder that stage 2 gets as the
 * artifact of the run that its event names.
 */
const GATE = 'gate-forks.yml'
const PUBLISH = 'publish.yml'
const RUN = { id: 7001, attempt: 2 }
const { base } = pull().pull_request
const FROM_FORK: FakePull = {
  number: 482,
  state: 'open',
  head: { sha: HEAD, ref: 'patch', label: 'mallory:patch', repo: { full_name: 'mallory/shop' } },
  base: { ...base, repo: { full_name: 'acme/shop' } },
}

let homes: string[] = []
afterEach(() => {
  for (const home of homes) expect(leftBehind(home)).toEqual({ processes: [], files: [] })
  homes = []
})

async function under(trigger: Pick<Trigger, 'repository' | 'workflow' | 'event' | 'payload'>, artifacts: string) {
  const more = [...substitutes(trigger.workflow), '--env', `ARTIFACTS=${artifacts}`]
  const run = await runAct({ ...trigger, apiUrl: github().url, more })
  homes.push(run.home)
  return run
}

/** Stage 1 in the repository of the pull request, whose token can only read. Gives the folder with its artifacts. */
async function gate(setup: Omit<Setup, 'workflows'>): Promise<{ run: ActRun; artifacts: string }> {
  const artifacts = artifactsFolder()
  const repository = userRepository({ ...setup, workflows: [GATE] })
  const payload = pull('mallory/shop')
  const run = await under({ repository, workflow: GATE, event: 'pull_request', payload }, artifacts)
  // It does not even try.
  expect(github().requests.filter(({ method }) => method !== 'GET')).toEqual([])
  return { run, artifacts }
}

/** Stage 2 in the repository of the default branch, after GitHub saw how stage 1 ended. */
async function publish(stage1: ActRun, artifacts: string, files: readonly string[] = []): Promise<ActRun> {
  const ofRuns = artifactsFolder()
  cpSync(artifacts, join(ofRuns, String(RUN.id)), { recursive: true })
  const run = {
    id: RUN.id,
    run_attempt: RUN.attempt,
    event: 'pull_request',
    status: 'completed',
    conclusion: stage1.jobResult('gate'),
    head_sha: HEAD,
    head_branch: 'patch',
    path: `.github/workflows/${GATE}`,
    repository: { full_name: 'acme/shop' },
    head_repository: { full_name: 'mallory/shop', owner: { login: 'mallory' } },
  }
  github().runs.set(`${RUN.id}/${RUN.attempt}`, run)
  github().pulls.push({ ...FROM_FORK, files })
  const payload = { action: 'completed', workflow_run: { ...run, pull_requests: [] } }
  const repository = userRepository({ workflows: [GATE, PUBLISH], suite: suite([KILL]) })
  return under({ repository, workflow: PUBLISH, event: 'workflow_run', payload }, ofRuns)
}

const baseHas = (text: string) => github().contents.set(`${base.sha}:seaworthy.yaml`, text)
const artifactsIn = (folder: string) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()

describe('a pull request from a fork, gated and then told under act', () => {
  it('holds: a comment and a check that succeeds, on what GitHub says was measured', async () => {
    baseHas(suite([KILL]))
    const { run, artifacts } = await gate({ suite: suite([KILL]) })
    expect(run.exitCode, run.log).toBe(0)
    expect(artifactsIn(artifacts)).toEqual(['seaworthy-journal', 'seaworthy-journal/journal.json'])
    const told = await publish(run, artifacts)
    expect(told.exitCode, told.log).toBe(0)
    const [comment, ...others] = github().comments
    expect(others).toEqual([])
    expect(comment).toMatchObject({ pull: 482, body: expect.stringMatching(/^### ✅ Pass: 1 of 1 experiment held/) })
    expect(comment?.body).toContain('https://github.com/acme/shop/actions/runs/7001/attempts/2')
    expect(comment?.body).toContain('which GitHub says ended as success')
    expect(github().checkRuns).toMatchObject([{ name: 'Seaworthy / hello', headSha: HEAD, conclusion: 'success' }])
  })

  it('fails: the journal is uploaded all the same, and the check fails while the second workflow succeeds', async () => {
    baseHas(suite([BREAK]))
    const { run, artifacts } = await gate({ suite: suite([BREAK]) })
    expect(run.exitCode, run.log).toBe(1)
    const told = await publish(run, artifacts)
    expect(told.exitCode, told.log).toBe(0)
    expect(github().comments).toMatchObject([{ pull: 482, body: expect.stringMatching(/^### ❌ Fail: /) }])
    expect(github().checkRuns).toMatchObject([
      { name: 'Seaworthy / hello', headSha: HEAD, conclusion: 'failure', annotations: [{ path: 'seaworthy.yaml' }] },
    ])
  })

  it('ends without a journal: the check fails and says so', async () => {
    baseHas(suite([KILL]))
    const { run, artifacts } = await gate({ suite: suite([KILL]), edit: (text) => text.replace('npm ci', 'exit 1') })
    expect(run.exitCode, run.log).toBe(1)
    expect(artifactsIn(artifacts)).toEqual([])
    const told = await publish(run, artifacts)
    expect(told.exitCode, told.log).toBe(0)
    expect(github().checkRuns).toMatchObject([
      { conclusion: 'failure', output: { title: 'Error: there is no journal, so nothing was judged' } },
    ])
  })
})

describe('a pull request that forges its journal', () => {
  /** It says pass, is whole, agrees with itself, and claims to be of another pull request and commit. */
  const forged = {
    ...passJournal(),
    suite: { ...passJournal().suite, name: 'hello' },
    change: { ...passJournal().change, pullRequest: 1, head: 'e'.repeat(40), runUrl: 'https://evil.example/' },
  }
  /** On `pull_request` the workflow file is the pull request's own. */
  const forging = (text: string): string => {
    const step = '      - { if: always(), run: cp forged.json out/journal.json }\n'
    return text.replace(/^ {6}- uses: actions\/upload-artifact/m, `${step}$&`)
  }
  const files = { 'forged.json': JSON.stringify(forged) }

  it('is not believed where its run failed', async () => {
    baseHas(suite([BREAK]))
    const { run, artifacts } = await gate({ suite: suite([BREAK]), files, edit: forging })
    expect(run.exitCode, run.log).toBe(1)
    const told = await publish(run, artifacts)
    expect(told.exitCode, told.log).toBe(0)
    expect(github().checkRuns).toMatchObject([
      {
        headSha: HEAD,
        conclusion: 'failure',
        output: { title: 'Error: the run did not succeed, whatever its journal says' },
      },
    ])
    expect(github().comments).toMatchObject([{ pull: 482, body: expect.not.stringMatching(/Pass|evil|eeeeeee/) }])
  })

  it('is blocked where it made its run succeed, and the base requires what was to be run', async () => {
    baseHas(suite([BREAK], { policy: { required: true } }))
    const edit = (text: string) => forging(text.replace(/^( +)with:\n +suite:/m, '$1continue-on-error: true\n$&'))
    const { run, artifacts } = await gate({ suite: suite([BREAK]), files, edit })
    expect(run.exitCode, run.log).toBe(0)
    const told = await publish(run, artifacts, [`.github/workflows/${GATE}`])
    expect(told.exitCode, told.log).toBe(0)
    expect(github().checkRuns).toMatchObject([{ headSha: HEAD, conclusion: 'failure' }])
    expect(github().comments).toMatchObject([
      { pull: 482, body: expect.stringContaining(`workflow .github/workflows/${GATE}`) },
    ])
    expect(github().comments[0]?.body).toContain('| not in the journal | **blocks** |')
  })
})
