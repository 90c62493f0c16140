import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Journal } from '../../src/model/journal.ts'
import { BREAK, github, HEAD, KILL, place, run } from './action-setting.ts'
import { gate, seaworthy, workplace } from './gate.ts'
import { told } from './runner.ts'
import { suiteOf } from './suite-of.ts'

const REFUSE = {
  name: 'web answers nobody',
  fault: { type: 'network-partition', target: { workload: 'web', mode: 'all' } },
}
const SUITE = suiteOf([KILL, BREAK, REFUSE, { ...KILL, name: 'another dies', windows: { fault: '2500ms' } }])
/** What was judged; of experiments whose load a busy machine could not deliver, which a run says itself, only the place. */
const judged = (
  { verdict, summary, reasons, experiments, plan, suite, leftovers, outside }: Journal,
  disturbed: Set<number>,
) => ({
  verdict,
  summary: disturbed.size === 0 ? summary : '',
  codes: reasons.map(({ code }) => code),
  digest: plan.digest,
  touched: plan.touched,
  suite: { name: suite.name, digest: suite.digest },
  leftovers,
  outside,
  experiments: experiments.map((one) => ({
    place: [one.index, one.name, one.line],
    targets: one.targets,
    ...(disturbed.has(one.index)
      ? {}
      : {
          verdict: one.verdict,
          codes: one.reasons.map(({ code }) => code),
          objectives: one.objectives.map(({ name, verdict: of }) => [name, of]),
          evidence: one.evidence.map(({ status }) => status),
        }),
  })),
})
const disturbedIn = (...journals: readonly Journal[]) =>
  new Set(
    journals
      .flatMap(({ experiments }) => experiments)
      .filter(({ reasons }) => reasons.some(({ code }) => code === 'LOAD_NOT_DELIVERED'))
      .map(({ index }) => index),
  )
const journalIn = (folder: string) => JSON.parse(readFileSync(join(folder, 'journal.json'), 'utf8')) as Journal

describe('shards on the command line', () => {
  it('judge together what one run judges alone', async () => {
    const alone = await gate(workplace(SUITE))
    expect({ exitCode: alone.exitCode, verdict: alone.journal?.verdict }).toEqual({ exitCode: 1, verdict: 'fail' })

    const where = workplace(SUITE)
    const codes: (number | null)[] = []
    for (const shard of [1, 2, 3]) {
      const out = ['--report-dir', join(where.reports, `${shard}`), '--seed', '7', '--shard', `${shard}/3`]
      codes.push((await seaworthy(where, 'run', where.suite, ...out)).exitCode)
    }
    expect(codes.filter((code) => code === 1)).toHaveLength(2)
    const merged = join(where.folder, 'merged')
    const { exitCode, stdout } = await seaworthy(where, 'merge', where.reports, '--report-dir', merged)
    expect(exitCode).toBe(1)
    expect(stdout).toContain('2 of 4 experiments did not hold')
    const whole = journalIn(merged)
    if (!alone.journal) throw new Error('a journal was expected')
    const disturbed = disturbedIn(whole, alone.journal)
    expect(judged(whole, disturbed)).toEqual(judged(alone.journal, disturbed))
    const parts = [1, 2, 3].flatMap((shard) => journalIn(join(where.reports, `${shard}`)).experiments)
    expect(whole.experiments.map(({ windows, evidence }) => ({ windows, evidence }))).toEqual(
      parts.toSorted((a, b) => a.index - b.index).map(({ windows, evidence }) => ({ windows, evidence })),
    )
    for (const file of ['report.html', 'report.md', 'junit.xml', 'report.sarif', 'summary.txt'])
      expect(readFileSync(join(merged, file), 'utf8').length).toBeGreaterThan(0)

    rmSync(join(where.reports, '2'), { recursive: true })
    const less = await seaworthy(where, 'merge', where.reports, '--report-dir', merged)
    expect(less.exitCode).toBe(journalIn(merged).verdict === 'fail' ? 1 : 3)
    expect(journalIn(merged).reasons).toEqual([{ code: 'SHARD_MISSING', detail: 'shard 2 of 3 has no journal' }])

    const other = workplace(suiteOf([KILL]))
    await seaworthy(other, 'run', other.suite, '--report-dir', join(where.reports, 'other'), '--shard', '1/2')
    const mixed = await seaworthy(where, 'merge', where.reports, '--report-dir', merged)
    expect(mixed.exitCode).toBe(2)
    expect(mixed.stderr).toContain('different suites: ')
    expect(mixed.stderr).toContain('shard 1 of 3 is there twice: ')
  })

  it('say of a part without experiments that it has none, start nothing, and are no pass', async () => {
    const where = workplace(suiteOf([KILL]))
    const { exitCode, stdout, journal } = await gate(where, '--shard', '2/2')
    expect(exitCode).toBe(0)
    expect(stdout).toContain('INCONCLUSIVE  no experiment falls to shard 2 of 2')
    expect(journal).toMatchObject({ verdict: 'inconclusive', experiments: [], timings: [] })
    const plan = await seaworthy(where, 'plan', where.suite, '--shard', '1/2', '--seed', '7', '--json')
    expect(JSON.parse(plan.stdout)).toMatchObject({ digest: journal?.plan.digest, shard: { index: 1, count: 2 } })
  })
})

describe('shards in a workflow', () => {
  it('have checks of their own and no comment; the job that merges writes both, of the commit that is gated', async () => {
    const where = place(suiteOf([KILL, BREAK]))
    const parts = join(where.folder, 'shards')
    for (const shard of [1, 2, 3]) {
      const { main } = await run(where, { inputs: { shard: `${shard}/3` } })
      expect(main.exitCode === 1).toBe(shard === 2)
      mkdirSync(join(parts, `${shard}`), { recursive: true })
      copyFileSync(join(where.reports, 'journal.json'), join(parts, `${shard}`, 'journal.json'))
    }
    expect(github().comments).toEqual([])
    expect(github().checkRuns.map(({ name }) => name)).toEqual(['Seaworthy / hello (1/3)', 'Seaworthy / hello (2/3)'])
    expect(github().checkRuns[1]?.conclusion).toBe('failure')

    const { main, post } = await run(where, { inputs: { mode: 'merge' } })
    expect(main).toMatchObject({ exitCode: 1, outputs: { verdict: 'fail', 'experiments-failed': '1' } })
    expect(post.exitCode).toBe(0)
    expect(main.summary).toContain('1 of 2 experiments did not hold')
    expect(github().comments).toMatchObject([{ body: expect.stringMatching(/^### ❌ Fail: 1 of 2/) }])
    expect(github().checkRuns[2]).toMatchObject({ name: 'Seaworthy / hello', headSha: HEAD, conclusion: 'failure' })

    writeFileSync(join(parts, '2', 'journal.json'), '{')
    const broken = await run(where, { inputs: { mode: 'merge' }, runId: 1043 })
    expect(broken.main).toMatchObject({ exitCode: 3, outputs: { verdict: 'error' } })
    expect(told(broken.main, 'error')).toEqual([expect.stringMatching(/^Seaworthy: Error: shard missing, /)])
    expect(github().checkRuns[3]).toMatchObject({ name: 'Seaworthy / hello', conclusion: 'failure' })
    expect(github().comments).toMatchObject([{ body: expect.stringContaining('shard 2 of 3 has no journal') }])

    copyFileSync(join(parts, '1', 'journal.json'), join(parts, '2', 'journal.json'))
    const doubled = await run(where, { inputs: { mode: 'merge' }, runId: 1044 })
    expect(doubled.main).toMatchObject({ exitCode: 2, outputs: { verdict: 'error' } })
    expect(github().checkRuns[4]).toMatchObject({ name: 'Seaworthy / hello', conclusion: 'failure' })
    expect(github().comments).toMatchObject([{ body: expect.stringContaining('shard 1 of 3 is there twice') }])

    rmSync(parts, { recursive: true })
    const nothing = await run(where, { inputs: { mode: 'merge' }, runId: 1045 })
    expect(nothing.main).toMatchObject({ exitCode: 2, outputs: { verdict: 'error' } })
    expect(github().checkRuns[5]).toMatchObject({ name: 'Seaworthy / hello', conclusion: 'failure' })
  })
})
