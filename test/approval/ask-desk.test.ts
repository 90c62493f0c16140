import { describe, expect, it } from 'vitest'
import { askDesk } from '../../src/approval/ask-desk.ts'
import { approveLine } from '../../src/approval/command.ts'
import type { ApprovalDesk, ApprovalWord } from '../../src/model/approval.ts'
import type { ApprovalSpec } from '../../src/model/suite.ts'

const PLAN = '3dec43bd51da'.padEnd(64, '7')
const HEAD = 'a'.repeat(40)
const NOW = Date.UTC(2026, 10, 21, 12)
const HOUR = 3_600_000
const SPEC: ApprovalSpec = {
  by: ['alice', '@acme/owners'],
  needed: [],
  byAuthor: false,
  withinMs: 24 * HOUR,
  signers: undefined,
}

const comment = (more: Partial<ApprovalWord> = {}): ApprovalWord => ({
  id: 'IC_1',
  via: 'comment',
  by: 'alice',
  isBot: false,
  association: 'MEMBER',
  text: approveLine(PLAN),
  atMs: NOW - HOUR,
  url: 'https://github.com/acme/shop/pull/482#issuecomment-1',
  looksEdited: false,
  state: null,
  commit: null,
  ...more,
})
const review = (more: Partial<ApprovalWord> = {}) =>
  comment({ via: 'review', state: 'APPROVED', commit: HEAD, ...more })
const desk = (words: readonly ApprovalWord[], more: Partial<ApprovalDesk> = {}): ApprovalDesk => ({
  pullRequest: 482,
  author: 'ann',
  words,
  wasEdited: async () => false,
  mayWrite: async () => false,
  isMember: async (team, login) => team === 'acme/owners' && login === 'bob',
  ...more,
})
const ask = (place: ApprovalDesk, spec: Partial<ApprovalSpec> = {}) =>
  askDesk(place, { planSha256: PLAN, spec: { ...SPEC, ...spec }, head: HEAD, nowMs: NOW })

describe('an approval', () => {
  it.each<[string, ApprovalWord]>([
    ['a comment', comment()],
    ['a review', review()],
    ['a review without a verdict', review({ state: 'COMMENTED' })],
    ['a review of this commit, in short', review({ text: '/seaworthy approve 3dec43bd51da' })],
    ['a review of another commit, with all digits', review({ commit: 'b'.repeat(40) })],
    ['a login in other letters', comment({ by: 'Alice' })],
    ['a member of the team', comment({ by: 'bob' })],
  ])('is %s', async (_, word) => {
    const { approval, refused } = await ask(desk([word]))
    expect(approval).toEqual({ by: word.by, via: word.via, atMs: word.atMs, url: word.url, key: null })
    expect(refused).toEqual([])
  })

  it('is the newest of several', async () => {
    const words = [
      comment({ atMs: NOW - 2 * HOUR }),
      review({ by: 'bob', atMs: NOW - HOUR }),
      comment({ atMs: NOW - 3 * HOUR }),
    ]
    expect((await ask(desk(words))).approval).toMatchObject({ by: 'bob', via: 'review' })
  })

  it('may come from the author where that is allowed', async () => {
    const place = desk([comment({ by: 'ann' })])
    expect((await ask(place, { by: ['ann'] })).approval).toBeUndefined()
    expect((await ask(place, { by: ['ann'], byAuthor: true })).approval).toMatchObject({ by: 'ann' })
  })

  it('may come from a member whom GitHub does not show as one', async () => {
    const outside = comment({ association: 'CONTRIBUTOR' })
    expect((await ask(desk([outside]))).refused).toEqual([
      'comment of alice: no longer one of those who work on this repository',
    ])
    expect((await ask(desk([outside], { mayWrite: async (login) => login === 'alice' }))).approval).toBeDefined()
  })

  it.each<[string, ApprovalWord, RegExp]>([
    ['of somebody else', comment({ by: 'eve' }), /not one of those who may approve/],
    ['of the author', comment({ by: 'ann' }), /author/],
    ['of a program', comment({ isBot: true }), /program/],
    ['that was edited', comment({ looksEdited: true }), /edited/],
    ['of another plan', comment({ text: approveLine('0'.repeat(64)) }), /another plan/],
    ['of an older plan in short', review({ text: '/seaworthy approve 000000000000' }), /another plan/],
    ['in short, in a comment', comment({ text: '/seaworthy approve 3dec43bd51da' }), /all 64 digits/],
    [
      'in short, in a review of another commit',
      review({ text: '/seaworthy approve 3dec43bd51da', commit: 'b'.repeat(40) }),
      /all 64/,
    ],
    ['that was dismissed', review({ state: 'DISMISSED' }), /dismissed/],
    ['that is not sent yet', review({ state: 'PENDING' }), /pending/],
    ['that asks for changes', review({ state: 'CHANGES_REQUESTED' }), /changes/],
    ['that is too old', comment({ atMs: NOW - 25 * HOUR }), /too old/],
    ['from the future', comment({ atMs: NOW + HOUR }), /future/],
  ])('is none %s', async (_, word, why) => {
    const { approval, refused } = await ask(desk([word]))
    expect(approval).toBeUndefined()
    expect(refused).toEqual([expect.stringMatching(why)])
  })

  it('says nothing of comments that do not try', async () => {
    const quoted = comment({ text: `> ${approveLine(PLAN)}\n\nWhat is this?`, by: 'eve' })
    expect(await ask(desk([quoted, comment({ text: 'LGTM' })]))).toEqual({ approval: undefined, refused: [] })
  })

  it('is taken back by asking for changes later', async () => {
    const back = review({ state: 'CHANGES_REQUESTED', text: 'wait', atMs: NOW - HOUR / 2 })
    expect((await ask(desk([comment(), back]))).refused).toEqual([
      'comment of alice: the same person asked for changes afterwards',
    ])
    expect((await ask(desk([back, comment({ atMs: NOW - HOUR / 4 })]))).approval).toBeDefined()
  })

  it('is none where it was edited behind its times, or where nobody can tell', async () => {
    expect((await ask(desk([review()], { wasEdited: async () => true }))).refused).toEqual([
      expect.stringContaining('edited'),
    ])
    const failing = { wasEdited: () => Promise.reject(new Error('HTTP 502')) }
    expect(await ask(desk([review()], failing))).toEqual({
      approval: undefined,
      refused: ['review of alice: HTTP 502'],
    })
    const noTeam = { isMember: () => Promise.reject(new Error('HTTP 403')) }
    expect((await ask(desk([comment({ by: 'bob' })], noTeam))).approval).toBeUndefined()
  })
})
