import { describe, expect, it } from 'vitest'
import { parseMergeRequest } from '../../src/inputs/merge-request.ts'

describe('parseMergeRequest', () => {
  it('fills in every default, and takes paths by line', () => {
    expect(parseMergeRequest({ mode: 'merge' })).toEqual({
      suite: 'seaworthy.yaml',
      reportDir: 'out',
      comment: 'always',
      check: 'always',
      checkName: 'Seaworthy',
      journals: ['shards'],
    })
    expect(parseMergeRequest({ journals: ' a \n\nb/journal.json' }).journals).toEqual(['a', 'b/journal.json'])
  })

  it.each(['only', 'seed', 'plan', 'shard'])('refuses %s, which belongs to the shards', (name) => {
    expect(() => parseMergeRequest({ [name]: '1' })).toThrow(`${name}: nothing is run in mode merge`)
  })

  it('refuses what a run would refuse', () => {
    expect(() => parseMergeRequest({ comment: 'sometimes' })).toThrow('comment: found "sometimes"')
  })
})
