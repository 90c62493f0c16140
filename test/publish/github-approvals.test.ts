import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/kit/clock.ts'
import { readApprovals } from '../../src/publish/github-approvals.ts'
import { createGitHubClient } from '../../src/publish/github-client.ts'
import { type FakeGitHub, startFakeGitHub } from '../fakes/github.ts'

const CHANGE = {
  owner: 'acme',
  name: 'shop',
  pullRequest: 482,
  head: 'a'.repeat(40),
  base: null,
  branch: 'main',
  runUrl: 'https://github.com/acme/shop/actions/runs/1/attempts/1',
  fromFork: false,
}
const AT = '2026-11-21T12:00:00Z'
const said = (id: number, more: object = {}) => ({
  id,
  node_id: `N_${id}`,
  body: `words ${id}`,
  user: { login: 'alice', type: 'User' },
  author_association: 'MEMBER',
  created_at: AT,
  updated_at: AT,
  pull: 482,
  ...more,
})
const review = (id: number, more: object = {}) => ({
  ...said(id),
  state: 'APPROVED',
  commit_id: CHANGE.head,
  submitted_at: AT,
  ...more,
})

let github: FakeGitHub
const read = () => {
  const signal = AbortSignal.timeout(20_000)
  const patience = { clock: systemClock, deadlineMs: systemClock.monotonic() + 20_000, signal }
  return readApprovals(createGitHubClient('token', github.url, signal), CHANGE, patience)
}
afterEach(async () => {
  await github.close()
  expect(github.violations).toEqual([])
})

describe.each([
  ['github.com', ''],
  ['an Enterprise Server', '/api/v3'],
])('what was said on a pull request, on %s', (_, prefix) => {
  beforeEach(async () => {
    github = await startFakeGitHub({ prefix })
  })

  it('is read to its end, and knows who opened it', async () => {
    for (let id = 1; id <= 230; id += 1) github.comments.push(said(id))
    for (let id = 301; id <= 410; id += 1) github.reviews.push(review(id))
    const desk = await read()
    expect([desk.author, desk.words.length]).toEqual(['ann', 340])
    expect(desk.words.find(({ id }) => id === 'N_230')).toEqual({
      id: 'N_230',
      via: 'comment',
      by: 'alice',
      isBot: false,
      association: 'MEMBER',
      text: 'words 230',
      atMs: Date.parse(AT),
      url: null,
      looksEdited: false,
      state: null,
      commit: null,
    })
    expect(desk.words.find(({ id }) => id === 'N_410')).toMatchObject({
      via: 'review',
      state: 'APPROVED',
      commit: CHANGE.head,
    })
  })

  it('tells edits, programs, rights and teams apart', async () => {
    github.comments.push(
      said(1),
      said(2, { updated_at: '2026-11-21T12:05:00Z' }),
      said(3, { user: { login: 'x[bot]', type: 'Bot' } }),
    )
    github.reviews.push(review(4, { lastEditedAt: '2026-11-21T12:05:00Z' }))
    github.writers.push('alice')
    github.teams['acme/owners'] = ['bob']
    const desk = await read()
    const [first, edited, bot, quiet] = ['N_1', 'N_2', 'N_3', 'N_4'].map((id) =>
      desk.words.find((word) => word.id === id),
    )
    expect([first?.looksEdited, edited?.looksEdited, bot?.isBot]).toEqual([false, true, true])
    if (!first || !quiet) throw new Error('they were said')
    expect([await desk.wasEdited(first), await desk.wasEdited(quiet)]).toEqual([false, true])
    expect(await desk.wasEdited({ ...first, id: 'N_gone' })).toBe(true)
    expect([await desk.mayWrite('alice'), await desk.mayWrite('eve')]).toEqual([true, false])
    expect([await desk.isMember('acme/owners', 'bob'), await desk.isMember('acme/owners', 'eve')]).toEqual([
      true,
      false,
    ])
  })

  it('is not known in part: a page that is refused refuses all', async () => {
    github.reviews.push(review(4))
    github.failNext('GET', /reviews$/, 403)
    await expect(read()).rejects.toMatchObject({ status: 403 })
  })
})
