import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Journal } from '../../src/model/journal.ts'
import type { FakePull } from '../fakes/github.ts'
import { renderGfm } from '../report/hostile/markup.ts'
import { failJournal, hostileJournal, lowTrafficJournal, passJournal } from '../report/sound-journals.ts'
import { ALL, github, HEAD, KILL, place, run } from './action-setting.ts'
import { type JobOptions, type Step, told } from './runner.ts'
import { suiteOf } from './suite-of.ts'

const BASE = 'ba5e000000000000000000000000000000000000'
const RUN = { id: 7001, attempt: 2 }
const PULL: FakePull = {
  number: 482,
  state: 'open',
  head: { sha: HEAD, ref: 'patch', label: 'mallory:patch', repo: { full_name: 'mallory/shop' } },
  base: { sha: BASE, ref: 'main', repo: { full_name: 'acme/shop' } },
}
const measured = (more: object = {}) => ({
  id: RUN.id,
  run_attempt: RUN.attempt,
  event: 'pull_request',
  status: 'completed',
  conclusion: 'success',
  head_sha: HEAD,
  head_branch: 'patch',
  path: '.github/workflows/seaworthy.yml',
  repository: { full_name: 'acme/shop' },
  head_repository: { full_name: 'mallory/shop', owner: { login: 'mallory' } },
  ...more,
})

interface Stage {
  /** What GitHub knows of the run; undefined: nothing. */
  readonly run?: object | undefined
  readonly pulls?: readonly FakePull[]
  readonly inputs?: Readonly<Record<string, string>>
  readonly options?: Partial<JobOptions>
  /** Puts something else where the journal is looked for. */
  readonly put?: (path: string) => void
}

/** Stage 2: nothing is checked out, and the artifact lies beside the workspace. */
async function publish(
  journal: unknown,
  { run: of = {}, pulls = [PULL], inputs = {}, options, put }: Stage = {},
): Promise<Step> {
  const where = place(suiteOf([KILL]))
  const folder = join(where.temp, 'stage1')
  mkdirSync(folder)
  const path = join(folder, 'journal.json')
  if (put) put(path)
  else if (journal !== undefined) writeFileSync(path, typeof journal === 'string' ? journal : JSON.stringify(journal))
  if (of !== undefined && !('none' in of)) github().runs.set(`${RUN.id}/${RUN.attempt}`, measured(of))
  github().pulls.push(...pulls)
  const { main, post } = await run(where, {
    event: 'workflow_run',
    payload: {
      action: 'completed',
      workflow_run: { id: RUN.id, run_attempt: RUN.attempt, head_sha: 'f'.repeat(40), pull_requests: [] },
    },
    inputs: { mode: 'publish', journal: path, ...inputs },
    ...options,
  })
  expect(post).toMatchObject({ exitCode: 0, log: expect.stringContaining('Nothing was started') })
  return main
}
const named = (name: string, changes: Readonly<Record<string, unknown>> = {}) =>
  github().contents.set(`${BASE}:seaworthy.yaml`, suiteOf([KILL], { metadata: { name }, ...changes }))
const forged = (change: (journal: Journal) => object): unknown => ({ ...passJournal(), ...change(passJournal()) })

describe('what a run of a fork measured', () => {
  it('is told on its pull request and its commit, as GitHub names them and never as the file does', async () => {
    const main = await publish(
      forged((journal) => ({
        change: {
          repository: 'acme/shop',
          pullRequest: 1,
          head: 'e'.repeat(40),
          base: null,
          branch: 'x',
          runUrl: 'https://evil.example/actions/runs/9',
        },
        suite: { ...journal.suite, file: '../../../etc/passwd' },
      })),
    )
    expect(main).toMatchObject({ exitCode: 0, outputs: { verdict: 'pass', 'experiments-failed': '0', leftovers: '0' } })
    const [comment] = github().comments
    expect(comment).toMatchObject({ pull: 482, body: expect.stringMatching(/^### ✅ Pass: /) })
    expect(comment?.body).toContain('https://github.com/acme/shop/actions/runs/7001/attempts/2')
    expect(comment?.body).toMatch(/ run=7001 attempt=2 at=\d+ -->$/)
    expect(comment?.body).toContain('which GitHub says ended as success')
    expect(comment?.body).not.toMatch(/evil|passwd|eeeeeee/)
    expect(github().checkRuns).toMatchObject([{ name: 'Seaworthy / checkout', headSha: HEAD, conclusion: 'success' }])
    expect(main.summary).toContain('### ✅ Pass')
  })

  it('is told as a failure where it says so, with its findings', async () => {
    const main = await publish(failJournal(), { run: { conclusion: 'failure' } })
    expect(main).toMatchObject({ exitCode: 0, outputs: { verdict: 'fail' } })
    expect(github().comments[0]?.body).toMatch(/^### ❌ Fail: /)
    expect(github().checkRuns).toMatchObject([{ conclusion: 'failure' }])
    expect(github().checkRuns[0]?.annotations.length).toBeGreaterThan(0)
  })

  it.each([
    'failure',
    'cancelled',
    'timed_out',
    'skipped',
    'neutral',
    'action_required',
    'startup_failure',
    'strange<b>',
    null,
  ])('is a failure where it says pass and its run ended as %j', async (conclusion) => {
    await publish(passJournal(), { run: { conclusion } })
    expect(github().checkRuns).toMatchObject([{ conclusion: 'failure', headSha: HEAD }])
    expect(github().checkRuns[0]?.output.title).toBe('Error: the run did not succeed, whatever its journal says')
    expect(JSON.stringify(github().checkRuns)).not.toContain('strange')
  })

  it('is not a mere report because it says so', async () => {
    const report = { ...failJournal(), run: { ...failJournal().run, mode: 'report', onInconclusive: 'pass' } }
    await publish(report)
    expect(github().checkRuns).toMatchObject([{ conclusion: 'failure' }])
    expect(github().comments[0]?.body).toMatch(/^### ❌ Fail: /)
  })

  it.each<[string, Readonly<Record<string, string>>, object, string]>([
    ['the default', {}, {}, 'failure'],
    ['the input of whoever publishes', { 'on-inconclusive': 'pass' }, {}, 'success'],
    ["the base's policy", { 'on-inconclusive': 'pass' }, { policy: { 'on-inconclusive': 'fail' } }, 'failure'],
  ])('that is inconclusive counts as %s has it', async (_, inputs, policy, conclusion) => {
    named('checkout', policy as Readonly<Record<string, unknown>>)
    const unsure = lowTrafficJournal()
    await publish({ ...unsure, run: { ...unsure.run, onInconclusive: 'pass' } }, { inputs })
    expect(github().checkRuns).toMatchObject([{ conclusion }])
  })

  it('with hostile texts mentions nobody and links nowhere', async () => {
    await publish(hostileJournal(), { run: { conclusion: 'failure' } })
    const texts = [github().comments[0]?.body ?? '', github().checkRuns[0]?.output.summary ?? '']
    for (const text of texts) {
      // As GitHub renders it: what stands in code stays there.
      expect(renderGfm(text)).not.toMatch(/<(?:script|img|iframe)/i)
      expect(text.match(/\]\((?!https:\/\/github\.com\/acme\/shop\/)[^)]*\)/g)).toBeNull()
    }
  })
})

const having = (prepare: () => unknown) => {
  prepare()
  return passJournal()
}

describe('what is not believed blocks, and says why', () => {
  const cases: readonly (readonly [string, () => unknown, string])[] = [
    ['no journal', () => undefined, 'there is no journal'],
    ['an empty one', () => '', 'the journal is broken'],
    ['one that is cut', () => JSON.stringify(passJournal()).slice(0, 900), 'the journal is broken'],
    ['one of another version', () => forged(() => ({ version: 3 })), 'the journal is broken'],
    ['one that is deep', () => '['.repeat(100_000), 'the journal is broken'],
    [
      'one with a million entries',
      () => forged(() => ({ outside: Array.from({ length: 1_000_000 }, () => 'x') })),
      'the journal is broken',
    ],
    [
      'a time that is no date',
      () => forged(({ run }) => ({ run: { ...run, startedAtMs: 9e15, endedAtMs: 9e15 } })),
      'the journal is broken',
    ],
    ['a pass of a failed experiment', () => ({ ...failJournal(), verdict: 'pass' }), 'contradicts itself'],
    ['a pass of nothing', () => forged(() => ({ experiments: [] })), 'contradicts itself'],
    [
      'a pass without evidence',
      () => forged(({ experiments }) => ({ experiments: experiments.map((one) => ({ ...one, evidence: [] })) })),
      'contradicts itself',
    ],
    ['a plan', () => forged(({ run }) => ({ run: { ...run, mode: 'plan' } })), 'contradicts itself'],
    ['a part', () => forged(({ run }) => ({ run: { ...run, shard: '1/2' } })), 'contradicts itself'],
    ['another suite than the base has', () => having(() => named('payments')), 'contradicts itself'],
    ['a base that is no suite', () => having(() => github().contents.set(`${BASE}:seaworthy.yaml`, '[]')), 'Error'],
    [
      'a base that may not be read',
      () => having(() => github().failNext('GET', /contents/, 403, ALL)),
      'the policy of the base is not known',
    ],
  ]
  it.each(cases)('%s', async (_, make, words) => {
    const main = await publish(make())
    expect(main).toMatchObject({ outputs: { verdict: expect.not.stringMatching(/^pass$/) } })
    const written = github().checkRuns
    expect(written.every(({ conclusion }) => conclusion === 'failure')).toBe(true)
    expect(`${written[0]?.output.title} ${main.outputs.summary}`).toContain(words)
  })

  it('a link in place of a journal is not followed', async () => {
    await publish(undefined, { put: (path) => symlinkSync('/etc/passwd', path) })
    expect(github().checkRuns).toMatchObject([
      { conclusion: 'failure', output: { summary: expect.stringContaining('it is a link') } },
    ])
  })

  it('a required experiment that is missing from it, or was judged by less', async () => {
    named('checkout', { policy: { required: true } })
    await publish(passJournal())
    expect(github().checkRuns).toMatchObject([{ conclusion: 'failure' }])
    expect(github().comments[0]?.body).toContain(
      '| experiment one of two dies | in the suite | not in the journal | **blocks** |',
    )
  })

  it('a changed workflow is shown, and blocks where the base requires anything', async () => {
    const pulls = [{ ...PULL, files: ['README.md', '.github/workflows/seaworthy.yml'] }]
    await publish(passJournal(), { pulls })
    expect(github().comments[0]?.body).toContain('workflow .github/workflows/seaworthy.yml')
    expect(github().checkRuns).toMatchObject([{ conclusion: 'success' }])
  })
})

describe('which pull request', () => {
  const noComment = (main: Step, words: string) => {
    expect(main.exitCode).toBe(0)
    expect(github().comments).toEqual([])
    expect(github().checkRuns).toMatchObject([{ headSha: HEAD, conclusion: 'success' }])
    expect(told(main, 'warning')).toEqual([expect.stringContaining(words)])
  }
  const other = (more: Partial<FakePull>): FakePull => ({ ...PULL, number: 7, ...more })

  it.each<[string, readonly FakePull[], string]>([
    ['none', [], 'no open pull request comes from the branch'],
    ['one that has moved on', [other({ head: { ...PULL.head, sha: 'a'.repeat(40) } })], 'has a newer commit by now'],
    [
      'two with the same head',
      [PULL, other({ base: { ...PULL.base, ref: 'release' } })],
      '2 open pull requests have this commit',
    ],
    [
      'one of another fork with the same branch and commit',
      [other({ head: { ...PULL.head, repo: { full_name: 'eve/shop' } } })],
      'no open pull request',
    ],
    ['one of a repository that is gone', [other({ head: { ...PULL.head, repo: null } })], 'no open pull request'],
    ['a closed one', [other({ state: 'closed' })], 'no open pull request'],
    [
      'one into another repository',
      [other({ base: { ...PULL.base, repo: { full_name: 'eve/base' } } })],
      'no open pull request',
    ],
  ])('%s: the check alone, and why', async (_, pulls, words) => {
    noComment(await publish(passJournal(), { pulls }), words)
  })

  it('one among others that are not from this commit', async () => {
    const pulls = [other({ head: { ...PULL.head, sha: 'a'.repeat(40) } }), PULL, other({ number: 8, state: 'closed' })]
    await publish(passJournal(), { pulls })
    expect(github().comments).toMatchObject([{ pull: 482 }])
  })

  it('of a merge group there is none', async () => {
    noComment(await publish(passJournal(), { run: { event: 'merge_group' } }), 'for no pull request')
  })
})

describe('what is not known', () => {
  it.each<[string, Stage, string, number]>([
    ['the run', { run: { none: true } }, 'GitHub did not tell the run that measured (HTTP 404)', 2],
    [
      'a run of another repository',
      { run: { repository: { full_name: 'eve/shop' } } },
      'something else than the run',
      3,
    ],
    ['another attempt', { run: { run_attempt: 3 } }, 'something else than the run', 3],
    ['a token', { inputs: { 'github-token': '' } }, 'publishing needs a github-token', 2],
    ['the event', { options: { event: 'pull_request' } }, 'starts with `on: workflow_run`', 2],
    ['the journal', { inputs: { journal: '' } }, 'journal: found ""', 2],
    ['a suite inside the repository', { inputs: { suite: '../other.yaml' } }, 'suite: found', 2],
  ])('%s: nothing is written', async (_, stage, words, exitCode) => {
    const main = await publish(passJournal(), stage)
    expect(main).toMatchObject({ exitCode, outputs: { verdict: 'error' } })
    expect(told(main, 'error')).toEqual([expect.stringContaining(words)])
    expect([...github().comments, ...github().checkRuns]).toEqual([])
  })

  it('whether it was written: then the job fails, and a required check stays open', async () => {
    github().failNext('POST', /check-runs/, 403, ALL)
    const main = await publish(passJournal())
    expect(main.exitCode).toBe(3)
    expect(told(main, 'warning')).toEqual([expect.stringContaining('checks: write')])
  })
})

describe('a gate under workflow_run', () => {
  it('is refused with a suite that is not of the default branch', async () => {
    const where = place(suiteOf([KILL]))
    const { main } = await run(where, { event: 'workflow_run', payload: { workflow_run: { id: 1, run_attempt: 1 } } })
    expect(main).toMatchObject({ exitCode: 2, outputs: { verdict: 'error' } })
    expect(told(main, 'error')).toEqual([
      expect.stringContaining('does not run under workflow_run with a suite that is not of the default branch'),
    ])
    expect(github().requests).toEqual([])
    expect(readFileSync(where.suite, 'utf8')).toContain('one of two dies')
  })
})
