import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startFakeGitHub } from '../fakes/github.ts'
import {
  ALL,
  BREAK,
  BROKEN,
  COMMAND,
  github,
  HEAD,
  KILL,
  lineOf,
  NOTHING,
  place,
  pull,
  run,
  useGitHub,
} from './action-setting.ts'
import { startProxy } from './proxy.ts'
import { action, told } from './runner.ts'
import { service, suiteOf } from './suite-of.ts'

describe('a run that ends', () => {
  it('pass, then fail: one comment, edited; checks; outputs; annotations; an older run overwrites nothing', async () => {
    const telltale = { web: service({ command: `env > "$GITHUB_WORKSPACE/env.txt"; ${COMMAND}` }) }
    const where = place(suiteOf([KILL], { system: { services: telltale } }), 'gates/checkout.yaml')
    const good = await run(where, { inputs: { suite: 'gates/checkout.yaml' } })
    expect({ code: good.main.exitCode, log: good.main.exitCode === 0 ? '' : good.main.log }).toEqual({
      code: 0,
      log: '',
    })
    expect(good.post).toMatchObject({ exitCode: 0, log: expect.stringContaining('Nothing was left behind.') })
    expect(Object.keys(good.main.outputs).sort()).toEqual(Object.keys(action.outputs).sort())
    expect(good.main.outputs).toMatchObject({ verdict: 'pass', 'experiments-failed': '0', leftovers: '0' })
    for (const path of ['report-path', 'journal-path']) expect(existsSync(good.main.outputs[path] ?? '')).toBe(true)
    expect(told(good.main, 'error')).toEqual([])
    expect(readFileSync(join(where.folder, 'env.txt'), 'utf8')).not.toMatch(/^(INPUT_|STATE_|GITHUB_OUTPUT=)/m)
    expect(told(good.main, 'group')).toEqual(['1/1 one of two dies'])
    expect(told(good.main, 'endgroup')).toHaveLength(1)
    expect(good.main.summary).toContain('### ✅ Pass: 1 of 1 experiment held')
    expect(github().comments).toMatchObject([{ pull: 482, body: expect.stringMatching(/^### ✅ Pass/) }])
    expect(github().comments[0]?.body).toContain('(https://github.com/acme/shop/actions/runs/1042/attempts/1)')
    expect(github().checkRuns).toMatchObject([
      { name: 'Seaworthy / hello', headSha: HEAD, status: 'completed', conclusion: 'success', annotations: [] },
    ])

    writeFileSync(where.suite, suiteOf([BREAK]))
    const absolute = join(where.folder, 'gates', '..', 'gates', 'checkout.yaml')
    const bad = await run(where, { inputs: { suite: absolute }, runId: 1050 })
    expect(bad.main).toMatchObject({
      exitCode: 1,
      outputs: { verdict: 'fail', 'experiments-failed': '1' },
      summary: expect.stringContaining('```mermaid'),
    })
    expect(told(bad.main, 'error')).toEqual([
      expect.stringMatching(
        /^Seaworthy: Fail: 1 of 1 experiment did not hold\. every answer is a 503: availability\. /,
      ),
    ])
    expect(github().comments).toMatchObject([{ body: expect.stringMatching(/^### ❌ Fail/) }])
    expect(github().checkRuns[1]).toMatchObject({ name: 'Seaworthy / hello', conclusion: 'failure' })
    expect(github().checkRuns[1]?.annotations).toMatchObject([
      {
        path: 'gates/checkout.yaml',
        start_line: lineOf(where, 'name: availability'),
        end_line: lineOf(where, 'name: availability'),
        annotation_level: 'failure',
        title: 'every answer is a 503: availability',
      },
    ])

    const comment = github().comments[0]?.body
    writeFileSync(where.suite, BROKEN)
    const older = await run(where, { inputs: { suite: 'gates/checkout.yaml' }, runId: 1049 })
    expect(older.main.exitCode).toBe(2)
    expect(github().comments.map(({ body }) => body)).toEqual([comment])
  })

  it('inconclusive blocks; on an Enterprise Server behind a proxy', async () => {
    await useGitHub(await startFakeGitHub({ prefix: '/api/v3' }))
    const proxy = await startProxy(new URL(github().url).port)
    const { main } = await run(place(suiteOf([NOTHING])), {
      apiUrl: 'http://ghes.example/api/v3',
      env: { GITHUB_SERVER_URL: 'https://ghes.example', HTTP_PROXY: `http://127.0.0.1:${proxy.port}` },
    })
    await proxy.close()
    expect(main).toMatchObject({ exitCode: 3, outputs: { verdict: 'inconclusive' } })
    expect(told(main, 'warning')).toEqual([])
    expect(told(main, 'error')).toEqual([expect.stringMatching(/^Seaworthy: Inconclusive: /)])
    expect(proxy.asked).toContainEqual({ target: 'ghes.example:80', authorization: undefined })
    expect(github().comments[0]?.body).toContain('(https://ghes.example/acme/shop/actions/runs/1042/attempts/1)')
    expect(main.summary).toContain('(https://ghes.example/acme/shop/actions/runs/1042/attempts/1)')
    expect(github().checkRuns[0]).toMatchObject({
      conclusion: 'failure',
      annotations: [{ annotation_level: 'warning' }],
    })
  })

  it('inconclusive passes where that is asked for; in a merge queue', async () => {
    const { main } = await run(place(suiteOf([NOTHING])), {
      event: 'merge_group',
      payload: { merge_group: { head_sha: HEAD, base_sha: 'b'.repeat(40), base_ref: 'refs/heads/main' } },
      inputs: { 'on-inconclusive': 'pass' },
    })
    expect(main).toMatchObject({ exitCode: 0, outputs: { verdict: 'inconclusive' } })
    expect(told(main, 'warning')).toEqual([expect.stringMatching(/^Seaworthy: Inconclusive: /)])
    expect(github().comments).toEqual([])
    expect(github().checkRuns).toMatchObject([{ headSha: HEAD, conclusion: 'success' }])
  })

  it('mode report blocks nothing, and without a token the summary says so', async () => {
    const { main } = await run(place(suiteOf([BREAK])), {
      event: 'push',
      payload: {},
      inputs: { mode: 'report', 'github-token': '' },
    })
    expect(main).toMatchObject({ exitCode: 0, outputs: { verdict: 'fail', 'experiments-failed': '1' } })
    expect(main.summary).toContain('Report only: 1 of 1 experiment would have failed')
    expect(main.summary).toContain('There is no github-token')
    expect(told(main, 'warning')).toEqual([
      expect.stringContaining('There is no github-token'),
      expect.stringMatching(/^Seaworthy: Report only: /),
    ])
    expect(told(main, 'error')).toHaveLength(1)
    expect(github().requests).toEqual([])
  })
})

describe('inputs', () => {
  it('name the check, the folder, the seed and when to comment', async () => {
    const where = place(suiteOf([KILL, BREAK]))
    const inputs = {
      'check-name': 'Gate',
      'report-dir': 'reports',
      comment: 'on-failure',
      only: 'one of two dies',
      seed: '7',
    }
    const { main } = await run(where, { inputs })
    expect(main).toMatchObject({ exitCode: 0, outputs: { verdict: 'pass' } })
    const journal = JSON.parse(readFileSync(join(where.folder, 'reports', 'journal.json'), 'utf8'))
    expect(main.outputs['journal-path']).toBe(join(where.folder, 'reports', 'journal.json'))
    expect(journal).toMatchObject({ run: { seed: 7 }, experiments: [{ name: 'one of two dies' }] })
    expect(github().checkRuns).toMatchObject([{ name: 'Gate / hello' }])
    expect(github().comments).toEqual([])
  })

  it('comment: never is obeyed by what cannot start, too', async () => {
    const { main } = await run(place(BROKEN), { inputs: { comment: 'never' } })
    expect(main.exitCode).toBe(2)
    expect([github().checkRuns.length, github().comments.length]).toEqual([1, 0])
  })
})

describe('a GitHub that refuses', () => {
  it('all that writes, as it does for a fork: the summary says why, annotations need no permission, the verdict is the same', async () => {
    for (const method of ['POST', 'PATCH', 'DELETE']) github().failNext(method, /./, 403, ALL)
    const where = place(suiteOf([BREAK]))
    const { main } = await run(where, { payload: pull('mallory/shop') })
    expect(main).toMatchObject({ exitCode: 1, outputs: { verdict: 'fail' } })
    expect(main.summary).toContain('❌ Fail')
    expect(main.summary.match(/comes from a fork, whose token can only read/g)).toHaveLength(2)
    expect(told(main, 'error')).toEqual([
      expect.stringMatching(/^Seaworthy: Fail: /),
      expect.stringMatching(
        new RegExp(`^seaworthy\\.yaml:${lineOf(where, 'name: availability')} every answer is a 503`),
      ),
    ])
  })

  it('one thing for a missing permission, another for its rate limit: a pass stays a pass', async () => {
    github().failNext('POST', /comments/, 403, { times: 1 })
    github().failNext('POST', /check-runs/, 429, { headers: { 'retry-after': '600' } })
    const { main } = await run(place(suiteOf([KILL])))
    expect(main).toMatchObject({ exitCode: 0, outputs: { verdict: 'pass' } })
    expect(told(main, 'warning')).toEqual([
      expect.stringContaining('Give the job the permission `pull-requests: write`'),
      expect.stringContaining('GitHub limits the rate of requests (HTTP 429) and asks to wait 600 s'),
    ])
    expect(main.summary).toContain('pull-requests: write')
  })

  it('with a server error for as long as we try: the exit code is the same', async () => {
    github().failNext('POST', /check-runs/, 500, ALL)
    const { main } = await run(place(suiteOf([KILL])), { event: 'push', payload: {}, inputs: { mode: 'plan' } })
    expect(main.exitCode).toBe(0)
    expect(told(main, 'warning')).toEqual([expect.stringContaining('GitHub answered with HTTP 500')])
    expect(
      github().requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/check-runs')),
    ).toHaveLength(4)
  })
})
