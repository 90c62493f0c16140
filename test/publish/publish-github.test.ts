import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/kit/clock.ts'
import type { Change } from '../../src/publish/change.ts'
import type { CheckRunText } from '../../src/publish/check-run.ts'
import { createGitHubClient } from '../../src/publish/github-client.ts'
import { type Publication, type PublishTarget, publishToGitHub } from '../../src/publish/publish-github.ts'
import { writeStickyComment } from '../../src/publish/sticky-comment.ts'
import { type FakeGitHub, startFakeGitHub } from '../fakes/github.ts'

const change: Change = {
  owner: 'acme',
  name: 'shop',
  pullRequest: 482,
  head: '7d3e1b0000000000000000000000000000000000',
  base: null,
  branch: 'main',
  runUrl: 'https://github.com/acme/shop/actions/runs/1042/attempts/1',
  fromFork: false,
}
const body = (text: string, run = 1042, attempt = 1, suite = 'checkout') =>
  `${text}\n<!-- seaworthy:${suite} v1 run=${run} attempt=${attempt} at=1 -->`
const annotation = (line: number) => ({
  path: 'seaworthy.yaml',
  line,
  level: 'failure' as const,
  title: `experiment ${line}`,
  message: 'did not hold',
})
const check = (count: number): CheckRunText => ({
  title: 'Fail: 2 of 6 experiments did not hold',
  conclusion: 'failure',
  summary: 'summary',
  text: '',
  annotations: Array.from({ length: count }, (_, line) => annotation(line + 1)),
})
const publication: Publication = {
  comment: body('Fail'),
  check: check(1),
  checkName: 'Seaworthy / checkout',
  summary: 'long summary',
  shortSummary: 'short',
}

let github: FakeGitHub
let folder: string
beforeEach(async () => {
  github = await startFakeGitHub()
  folder = mkdtempSync(join(tmpdir(), 'publish-'))
})
afterEach(async () => {
  expect(github.violations).toEqual([])
  await github.close()
  rmSync(folder, { recursive: true })
})
const instant = { ...systemClock, sleep: async () => undefined }
const connect = (signal: AbortSignal) => createGitHubClient('canary-token', github.url, signal)
const client = () => connect(new AbortController().signal)
const target = (more: Partial<PublishTarget> = {}): PublishTarget => ({
  connect,
  change,
  summaryPath: undefined,
  limitMs: 20_000,
  clock: instant,
  ...more,
})

const write = (text: string) =>
  writeStickyComment(client(), change, text, {
    patience: { clock: instant, deadlineMs: Number.POSITIVE_INFINITY, signal: new AbortController().signal },
  })

describe('sticky comment', () => {
  it('is made once and then edited', async () => {
    expect(await write(body('first', 1))).toBe('created')
    expect(await write(body('second', 2))).toBe('updated')
    expect(github.comments.map((comment) => comment.body)).toEqual([body('second', 2)])
  })

  it('is only brought up to date where none is to be made', async () => {
    const edit = (run: number) => ({ ...publication, comment: body('Pass', run), onlyEditComment: true })
    await publishToGitHub(edit(1), target())
    expect(github.comments).toEqual([])
    await publishToGitHub({ ...publication, comment: body('Fail', 2) }, target())
    await publishToGitHub(edit(3), target())
    expect(github.comments.map((comment) => comment.body)).toEqual([body('Pass', 3)])
  })

  it('is found on a later page', async () => {
    for (let id = 1000; id < 1250; id += 1)
      github.comments.push({ id, body: 'talk', user: { login: 'ann', type: 'User' }, pull: 482 })
    github.comments.push({
      id: 2000,
      body: body('old', 1),
      user: { login: 'github-actions[bot]', type: 'Bot' },
      pull: 482,
    })
    expect(await write(body('new', 2))).toBe('updated')
    expect(github.comments.at(-1)?.body).toBe(body('new', 2))
  })

  it('does not take a comment of somebody who copied the marker', async () => {
    github.comments.push({
      id: 2000,
      body: body('mine, honestly', 1),
      user: { login: 'mallory', type: 'User' },
      pull: 482,
    })
    expect(await write(body('real'))).toBe('created')
    expect(github.comments[0]?.body).toContain('mine, honestly')
  })

  it('does not take a comment of another suite, nor one that only quotes the marker', async () => {
    const bot = { login: 'github-actions[bot]', type: 'Bot' }
    github.comments.push(
      { id: 2000, body: body('x', 1, 1, 'payments'), user: bot, pull: 482 },
      { id: 2001, body: `${body('x')}\nand more`, user: bot, pull: 482 },
    )
    expect(await write(body('real'))).toBe('created')
  })

  it('of a newer run is not overwritten by an older one, nor a later attempt by an earlier', async () => {
    await write(body('newer', 7, 2))
    expect(await write(body('older', 6, 1))).toBe('a newer run has written already')
    expect(await write(body('older', 7, 1))).toBe('a newer run has written already')
    expect(github.comments[0]?.body).toBe(body('newer', 7, 2))
  })

  it('is made again when it was deleted between looking and writing', async () => {
    await write(body('first', 1))
    github.failNext('PATCH', /comments/, 404, { meanwhile: () => github.comments.splice(0) })
    expect(await write(body('second', 2))).toBe('created')
  })

  it('keeps the last of several that a race made, and removes the others', async () => {
    const bot = { login: 'github-actions[bot]', type: 'Bot' }
    github.comments.push(
      { id: 1, body: body('a', 1), user: bot, pull: 482 },
      { id: 2, body: body('b', 1), user: bot, pull: 482 },
      { id: 3, body: body('of another suite', 1, 1, 'payments'), user: bot, pull: 482 },
      { id: 4, body: body('of another app', 1), user: { login: 'acme[bot]', type: 'Bot' }, pull: 482 },
    )
    expect(await write(body('c', 2))).toBe('updated')
    expect(github.comments.map(({ id }) => id)).toEqual([2, 3, 4])
    expect(github.comments[0]?.body).toBe(body('c', 2))
  })

  it('of another app is left as it is, and one of our own is made', async () => {
    github.comments.push({ id: 1, body: body('a', 1), user: { login: 'acme[bot]', type: 'Bot' }, pull: 482 })
    expect(await write(body('b', 2))).toBe('created')
    expect(await write(body('c', 3))).toBe('updated')
    expect(github.comments.map((comment) => comment.body)).toEqual([body('a', 1), body('c', 3)])
  })

  it('of a personal token is matched by its own login', async () => {
    await github.close()
    github = await startFakeGitHub({ login: 'release-user', mayAskWhoItIs: true })
    github.comments.push({ id: 5, body: body('x', 1), user: { login: 'github-actions[bot]', type: 'Bot' }, pull: 482 })
    expect(await write(body('mine', 2))).toBe('created')
    expect(await write(body('mine', 3))).toBe('updated')
  })
})

describe('check run', () => {
  it('carries its conclusion and its annotations at once when they fit', async () => {
    await publishToGitHub(publication, target())
    expect(github.checkRuns).toMatchObject([
      { name: 'Seaworthy / checkout', status: 'completed', conclusion: 'failure', headSha: change.head },
    ])
  })

  it('sends annotations by fifties and concludes with the last request', async () => {
    await publishToGitHub({ ...publication, check: check(120) }, target())
    expect(github.checkRuns[0]?.annotations).toHaveLength(120)
    expect(github.checkRuns[0]).toMatchObject({ status: 'completed', conclusion: 'failure' })
  })

  it('never shows a conclusion when it was cut off half-way', async () => {
    github.failNext('PATCH', /check-runs/, 422)
    const { warnings } = await publishToGitHub({ ...publication, check: check(120) }, target())
    expect(github.checkRuns[0]).toMatchObject({ status: 'in_progress', conclusion: undefined })
    expect(warnings).toHaveLength(1)
  })
})

describe('troubles that pass', () => {
  it.each([
    [500, {}],
    [502, {}],
    [429, { 'retry-after': '1' }],
    [403, { 'retry-after': '1' }],
    [403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' }],
  ])('HTTP %i %j is tried again', async (status, headers) => {
    github.failNext('POST', /comments/, status, { headers })
    github.failNext('POST', /check-runs/, status, { headers, times: 2 })
    expect(await publishToGitHub(publication, target())).toEqual({ warnings: [], checkWritten: true })
    expect([github.comments.length, github.checkRuns.length]).toEqual([1, 1])
  })

  it('make no second comment when the answer was lost after it was written', async () => {
    github.failNext('POST', /comments/, 0, { loseAnswer: true })
    expect((await publishToGitHub(publication, target())).warnings).toEqual([])
    expect(github.comments).toHaveLength(1)
  })

  it('make no second comment when who we are could not be asked', async () => {
    await github.close()
    github = await startFakeGitHub({ login: 'release-user', mayAskWhoItIs: true })
    await write(body('first', 1))
    github.failNext('GET', /user/, 503)
    expect((await publishToGitHub({ ...publication, comment: body('second', 2) }, target())).warnings).toEqual([])
    expect(github.comments.map((comment) => comment.body)).toEqual([body('second', 2)])
  })

  it('make no second comment when an edit meets a rate limit', async () => {
    await write(body('first', 1))
    github.failNext('PATCH', /comments/, 403, { headers: { 'retry-after': '1' } })
    expect((await publishToGitHub({ ...publication, comment: body('second', 2) }, target())).warnings).toEqual([])
    expect(github.comments).toHaveLength(1)
  })

  it('are given up at once where GitHub asks for more time than there is', async () => {
    github.failNext('POST', /check-runs/, 429, { headers: { 'retry-after': '60' } })
    const { warnings, checkWritten } = await publishToGitHub(publication, target())
    expect(checkWritten).toBe(false)
    expect(warnings).toEqual([expect.stringContaining('limits the rate of requests (HTTP 429) and asks to wait 60 s')])
    expect(github.requests.filter(({ path }) => /check-runs/.test(path))).toHaveLength(1)
  })

  it.each([
    ['a secondary limit that names no time asks for a minute', 403, {}, 'and asks to wait 60 s'],
    ['a used-up hour asks to wait until it is over', 403, { 'x-ratelimit-remaining': '0' }, 'and asks to wait'],
  ])('%s', async (_, status, headers, words) => {
    const reset = { 'x-ratelimit-reset': String(Math.ceil(Date.now() / 1_000) + 1_800) }
    const failure = { headers: { ...headers, ...reset }, message: 'You have exceeded a secondary rate limit' }
    github.failNext('POST', /check-runs/, status, failure)
    const { warnings } = await publishToGitHub(publication, target())
    expect(warnings).toEqual([expect.stringContaining(words)])
    expect(github.requests.filter(({ path }) => /check-runs/.test(path))).toHaveLength(1)
  })

  it('that do not pass are given up after four attempts', async () => {
    github.failNext('POST', /check-runs/, 500, { times: Number.POSITIVE_INFINITY, message: '<b>@team</b>\n::error::x' })
    const { warnings } = await publishToGitHub(publication, target())
    expect(warnings).toEqual([expect.stringContaining('GitHub answered with HTTP 500: b')])
    expect(warnings[0]).not.toMatch(/[<>@\n]/)
    expect(github.requests.filter(({ method, path }) => method === 'POST' && /check-runs/.test(path))).toHaveLength(4)
  })

  it('of a server that does not answer end with the time limit', async () => {
    const silent = createServer(() => undefined)
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
    const { warnings } = await publishToGitHub(
      publication,
      target({ connect: (signal) => createGitHubClient('canary-token', url, signal), limitMs: 300 }),
    )
    expect(warnings).toEqual([
      expect.stringContaining('comment was not written: GitHub did not answer within 0.3 s'),
      expect.stringContaining('check run was not written: GitHub did not answer within 0.3 s'),
    ])
    silent.closeAllConnections()
    await new Promise((resolve) => silent.close(resolve))
  })

  it('of a server that is not there say so', async () => {
    const { warnings } = await publishToGitHub(
      publication,
      target({ connect: (signal) => createGitHubClient('canary-token', 'http://127.0.0.1:9', signal) }),
    )
    expect(warnings[0]).toContain('GitHub did not answer')
  })
})

describe('what cannot be published', () => {
  const summaryPath = () => join(folder, 'summary.md')

  it('is told with the permission that is missing, and never throws', async () => {
    github.failNext('POST', /comments/, 403)
    github.failNext('POST', /check-runs/, 403)
    const { warnings } = await publishToGitHub(publication, target({ summaryPath: summaryPath() }))
    expect(warnings.join('\n')).toContain('pull-requests: write')
    expect(warnings.join('\n')).toContain('checks: write')
    expect(readFileSync(summaryPath(), 'utf8')).toContain('long summary')
    expect(readFileSync(summaryPath(), 'utf8')).toContain('pull-requests: write')
  })

  it('on a fork says that its token can only read', async () => {
    github.failNext('POST', /comments/, 403)
    github.failNext('POST', /check-runs/, 403)
    const { warnings } = await publishToGitHub(
      publication,
      target({ change: { ...change, fromFork: true }, summaryPath: summaryPath() }),
    )
    expect(warnings.every((warning) => warning.includes('comes from a fork'))).toBe(true)
  })

  it('without a token leaves the summary', async () => {
    const { warnings } = await publishToGitHub(publication, target({ connect: undefined, summaryPath: summaryPath() }))
    expect(warnings[0]).toContain('no github-token')
    expect(readFileSync(summaryPath(), 'utf8')).toContain('long summary')
    expect(github.requests).toEqual([])
  })

  it('never shows the token', async () => {
    github.failNext('POST', /comments/, 500, { times: 9 })
    const { warnings } = await publishToGitHub(publication, target({ summaryPath: summaryPath() }))
    expect(`${warnings.join()}${readFileSync(summaryPath(), 'utf8')}`).not.toContain('canary-token')
    expect(github.requests.every(({ authorization }) => authorization === 'token canary-token')).toBe(true)
  })

  it('falls back to the short summary above a mebibyte, counting what is there already', async () => {
    writeFileSync(summaryPath(), 'x'.repeat(1024 * 1024 - 100))
    await publishToGitHub({ ...publication, summary: 'y'.repeat(200) }, target({ summaryPath: summaryPath() }))
    expect(readFileSync(summaryPath(), 'utf8').endsWith('short\n')).toBe(true)
  })
})
