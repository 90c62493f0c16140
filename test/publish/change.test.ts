import { describe, expect, it } from 'vitest'
import { changeOf } from '../../src/publish/change.ts'

const runner = {
  GITHUB_REPOSITORY: 'acme/shop',
  GITHUB_SHA: 'merge',
  GITHUB_REF_NAME: '482/merge',
  GITHUB_SERVER_URL: 'https://github.example',
  GITHUB_RUN_ID: '9',
  GITHUB_RUN_ATTEMPT: '2',
}
const pull = (from: string | null) => ({
  pull_request: {
    number: 482,
    head: { sha: 'head', repo: from === null ? null : { full_name: from } },
    base: { sha: 'base', ref: 'main' },
  },
})

describe('changeOf', () => {
  it('takes the head of the pull request, not the merge commit', () => {
    expect(changeOf(runner, pull('acme/shop'))).toEqual({
      owner: 'acme',
      name: 'shop',
      pullRequest: 482,
      head: 'head',
      base: 'base',
      branch: 'main',
      runUrl: 'https://github.example/acme/shop/actions/runs/9/attempts/2',
      fromFork: false,
    })
  })
  it.each([['mallory/shop'], [null]])('calls a head in %s a fork', (from) => {
    expect(changeOf(runner, pull(from))?.fromFork).toBe(true)
  })
  it('knows a merge group', () => {
    expect(
      changeOf(runner, { merge_group: { head_sha: 'group', base_sha: 'base', base_ref: 'refs/heads/main' } }),
    ).toMatchObject({ head: 'group', pullRequest: null, branch: 'main' })
  })
  it.each([[undefined], [null], ['text'], [{ pull_request: { number: -1 } }]])(
    'takes an event that does not fit (%j) as absent',
    (event) => {
      expect(changeOf(runner, event)).toMatchObject({ head: 'merge', pullRequest: null, fromFork: false })
    },
  )
  it('is undefined outside a runner', () => {
    expect(changeOf({}, {})).toBeUndefined()
  })
})
