import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { exec } from '../../src/kit/exec.ts'
import type { Journal } from '../../src/model/journal.ts'
import { ALL, BREAK, github, HEAD, KILL, NOTHING, place, pull, run } from './action-setting.ts'
import { type Job, told } from './runner.ts'
import { suiteOf } from './suite-of.ts'

const BASE = 'ba5e000000000000000000000000000000000000'
const journalOf = (where: Job) => JSON.parse(readFileSync(join(where.folder, 'out', 'journal.json'), 'utf8')) as Journal
const atBase = (experiments: readonly object[], changes: Readonly<Record<string, unknown>> = {}) =>
  github().contents.set(`${BASE}:seaworthy.yaml`, suiteOf(experiments, changes))

describe('the policy of the base commit', () => {
  it('a required experiment that is removed blocks what passes, and is told everywhere', async () => {
    atBase([KILL, BREAK], { policy: { required: true } })
    const where = place(suiteOf([KILL], { policy: { required: true } }))
    const { main } = await run(where)
    expect(main).toMatchObject({ exitCode: 1, outputs: { verdict: 'fail', 'experiments-failed': '0' } })
    expect(journalOf(where)).toMatchObject({
      reasons: expect.arrayContaining([expect.objectContaining({ code: 'GATE_LOOSENED' })]),
      policy: { base: 'seaworthy.yaml at ba5e000', found: true },
    })
    const [comment] = github().comments
    expect(comment?.body).toContain('### ❌ Fail: this change loosens its own gate')
    expect(comment?.body).toContain('**This pull request loosens its own gate.**')
    expect(comment?.body).toContain('| experiment every answer is a 503 | in the suite | removed | **blocks** |')
    expect(github().checkRuns).toMatchObject([{ headSha: HEAD, conclusion: 'failure' }])
    for (const file of ['report.md', 'report.html', 'summary.txt'])
      expect(readFileSync(join(where.folder, 'out', file), 'utf8')).toContain('This pull request loosens its own gate')
  })

  it('a lower target that nothing requires is shown and does not block; looser limits are those of the base', async () => {
    atBase([KILL], { limits: { 'blast-radius': { targets: 1, percent: '100%' } } })
    const objectives = [{ name: 'availability', indicator: { traffic: 'success' }, target: '50%' }]
    const where = place(suiteOf([KILL], { objectives }))
    await run(where)
    expect(journalOf(where).reasons.filter(({ code }) => code === 'GATE_LOOSENED')).toEqual([])
    const body = github().comments[0]?.body
    expect(body).toContain('| objective availability | at least 80 % | at least 50 % | shown only |')
    expect(body).toContain('| limits blast-radius targets | 1 | 3 | the base counts until this is merged |')
  })

  it('a plan beyond the limits of the base is refused', async () => {
    atBase([KILL], { limits: { 'blast-radius': { targets: 1, percent: '100%' } } })
    const { main } = await run(place(suiteOf([BREAK])))
    expect(main.exitCode).toBe(2)
    expect(told(main, 'error')).toEqual([
      expect.stringContaining('The limits of seaworthy.yaml at ba5e000 count: limits blast-radius targets: 1 → 3'),
    ])
  })

  it('inputs of the workflow cannot loosen it', async () => {
    atBase([NOTHING], { policy: { 'on-inconclusive': 'fail', mode: 'enforce' } })
    const inputs = { mode: 'report', 'on-inconclusive': 'pass' }
    const { main } = await run(place(suiteOf([NOTHING])), { inputs })
    expect(main).toMatchObject({ exitCode: 3, outputs: { verdict: 'inconclusive' } })
    expect(github().comments[0]?.body).toContain(
      '| input mode | enforce | report | the base counts until this is merged |',
    )
    expect(github().checkRuns).toMatchObject([{ conclusion: 'failure' }])
    const planned = await run(place(suiteOf([NOTHING])), { inputs: { mode: 'plan' } })
    expect(planned.main.exitCode).toBe(2)
    expect(told(planned.main, 'error')).toEqual([expect.stringContaining('demands mode enforce')])
  })

  it('a plan shows it too', async () => {
    atBase([KILL, BREAK])
    const { main } = await run(place(suiteOf([KILL])), { inputs: { mode: 'plan' } })
    expect(main.exitCode).toBe(0)
    expect(main.log).toContain('This pull request loosens its own gate (the base is seaworthy.yaml at ba5e000):')
    expect(main.summary).toContain('experiment every answer is a 503: in the suite → removed (shown only)')
  })

  it('is read from git where the commit is there, and GitHub is not asked', async () => {
    const where = place(suiteOf([KILL, BREAK]))
    const git = async (...args: string[]) => {
      const identity = ['-c', 'user.name=ann', '-c', 'user.email=ann@example.invalid', '-c', 'commit.gpgsign=false']
      return (await exec('git', [...identity, ...args], { directory: where.folder })).stdout.trim()
    }
    rmSync(join(where.folder, '.git'), { recursive: true })
    await git('init', '-q')
    await git('add', 'seaworthy.yaml')
    await git('commit', '-qm', 'base')
    const sha = await git('rev-parse', 'HEAD')
    writeFileSync(where.suite, suiteOf([KILL]))
    const { pull_request } = pull()
    const payload = { pull_request: { ...pull_request, base: { sha, ref: 'main' } } }
    const { main } = await run(where, { payload, inputs: { mode: 'plan', 'github-token': '' } })
    expect(main).toMatchObject({ exitCode: 0, log: expect.stringContaining('experiment every answer is a 503') })
    expect(github().requests).toEqual([])
  })

  it('a first suite is held to its own, and that is said', async () => {
    const where = place(suiteOf([KILL]))
    await run(where)
    expect(github().comments[0]?.body).toMatch(/There is no seaworthy\.yaml at .*, so this suite's own policy counts/)
  })

  it.each<[string, () => void, Readonly<Record<string, string>>, string, number]>([
    ['without a token', () => undefined, { 'github-token': '' }, 'there is no github-token to read it with', 2],
    [
      'without the right to read',
      () => github().failNext('GET', /contents/, 403, ALL),
      {},
      'may not be read (HTTP 403)',
      2,
    ],
    [
      'in a repository that the token does not see',
      () => github().unknownCommits.add(BASE),
      {},
      'may not be read (HTTP 404)',
      2,
    ],
    ['of a GitHub that fails', () => github().failNext('GET', /contents/, 500, ALL), {}, 'could not be read', 3],
    ['that is no suite', () => github().contents.set('seaworthy.yaml', 'kind: Other'), {}, 'is no suite', 2],
  ])('%s is not known, so the run is refused', async (_, prepare, inputs, words, exitCode) => {
    prepare()
    const where = place(suiteOf([KILL]))
    const { main } = await run(where, { inputs })
    expect(main).toMatchObject({ exitCode, outputs: { verdict: 'error' } })
    expect(told(main, 'error')).toEqual([expect.stringContaining(words)])
    expect(told(main, 'error')[0]).toContain('policy of the base is not known')
    expect(existsSync(join(where.folder, 'out'))).toBe(false)
  })

  it('an event without a base commit is refused on a pull request', async () => {
    const { main } = await run(place(suiteOf([KILL])), { payload: {} })
    expect(main.exitCode).toBe(2)
    expect(told(main, 'error')).toEqual([expect.stringContaining('names no base commit')])
  })
})
