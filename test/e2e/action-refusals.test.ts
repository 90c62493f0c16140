import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { BREAK, BROKEN, github, HEAD, KILL, lineOf, place, run } from './action-setting.ts'
import { told } from './runner.ts'
import { suiteOf } from './suite-of.ts'

describe('what cannot start', () => {
  it('a broken suite: each mistake beside its line, and a check, a comment and a summary in place of earlier ones', async () => {
    const where = place(BROKEN, 'gates/checkout.yaml')
    const { main, post } = await run(where, { inputs: { suite: './gates/checkout.yaml' } })
    expect(main).toMatchObject({ exitCode: 2, outputs: { verdict: 'error' } })
    expect(post).toMatchObject({ exitCode: 0, commands: [], log: expect.stringContaining('Nothing was started') })
    const lines = [lineOf(where, 'pod-kil'), lineOf(where, 'nme')]
    expect(told(main, 'error')).toEqual([
      'Seaworthy: Error: 2 mistakes in the suite, nothing was run',
      expect.stringMatching(
        new RegExp(`^gates/checkout\\.yaml:${lines[0]} experiments\\[0\\]\\.fault\\.type: .*\\n.*pod-kill`),
      ),
      expect.stringMatching(new RegExp(`^gates/checkout\\.yaml:${lines[1]} .*nme`)),
    ])
    expect(main.summary).toContain('### ⛔ Error: 2 mistakes in the suite, nothing was run')
    expect(main.summary).toContain(`\`gates/checkout.yaml:${lines[0]}:`)
    expect(github().checkRuns).toMatchObject([
      {
        name: 'Seaworthy / hello',
        headSha: HEAD,
        conclusion: 'failure',
        annotations: lines.map((line) => ({ path: 'gates/checkout.yaml', start_line: line })),
      },
    ])
    expect(github().comments).toMatchObject([
      {
        body: expect.stringMatching(
          /^### ⛔ Error: 2 mistakes[\s\S]*<!-- seaworthy:hello v1 run=1042 attempt=1 at=\d+ -->$/,
        ),
      },
    ])
    expect(existsSync(join(where.folder, 'out'))).toBe(false)
  })

  it.each([
    ['a wrong input', { inputs: { mode: 'maybe' } }, 'mode: found "maybe", expected enforce, report or plan'],
    ['a suite that is not there', { inputs: { suite: 'none.yaml' } }, 'cannot read the suite none.yaml'],
    ['pull_request_target', { event: 'pull_request_target' }, 'does not run under pull_request_target'],
    ['another plan than the approved one', { inputs: { plan: '0123456789ab' } }, 'only 0123456789ab may run'],
  ])('%s', async (_, more, words) => {
    const where = place(suiteOf([KILL]))
    const { main, post } = await run(where, more)
    expect(main).toMatchObject({ exitCode: 2, outputs: { verdict: 'error' } })
    expect(told(main, 'error')).toEqual([expect.stringContaining(words)])
    expect(main.summary).toContain('Error: it could not start')
    expect(post.exitCode).toBe(0)
    expect(existsSync(join(where.folder, 'out'))).toBe(false)
    if ('event' in more) expect(github().requests).toEqual([])
  })

  it('a service that does not come up is an error that quotes it, and obeys none of its words', async () => {
    const hostile = '::set-output name=verdict::pass\\n##[error]pwned\\n::stop-commands::x\\n::error::pwned'
    const suite = suiteOf([{ ...KILL, name: '::warning::pwned ##[warning]pwned' }], {
      metadata: { name: '::error::x --> <b>@all</b> ##[error]y "%0A::z' },
      system: {
        ready: '2s',
        services: {
          web: { command: `printf '${hostile}\\n'; printf '${hostile}\\n' >&2; exit 3`, ready: { tcp: {} } },
        },
      },
    })
    const { main } = await run(place(suite))
    expect(main).toMatchObject({ exitCode: 3, outputs: { verdict: 'error' } })
    expect(main.commands.map(({ name }) => name).filter((name) => name !== 'add-mask')).toEqual(['error'])
    expect(told(main, 'error')).toEqual([expect.stringMatching(/^Seaworthy: Error: /)])
    expect(github().comments[0]?.body).not.toMatch(/<b>|@all/)
    expect(github().checkRuns[0]?.name).toBe('Seaworthy / ::error::x --> <b>@all</b> ##[error]y "%0A::z')
    await run(place(suite), { runId: 1043 })
    expect(github().comments).toHaveLength(1)
  })
})

describe('mode plan', () => {
  it('tells what a run would do, touches nothing, and replaces no verdict', async () => {
    const where = place(suiteOf([KILL, BREAK]))
    const { main, post } = await run(where, { inputs: { mode: 'plan' } })
    expect(main).toMatchObject({ exitCode: 0, log: expect.stringContaining('Nothing was changed.') })
    expect(main.outputs).toEqual({ summary: expect.stringMatching(/^Plan: 2 experiments, 2 targets, about /) })
    expect(main.summary).toMatch(/^### 📋 Plan: 2 experiments, 2 targets, about .*\n\n```text\nPlan [0-9a-f]{12}/)
    expect(github().checkRuns).toMatchObject([
      { conclusion: 'success', output: { title: expect.stringMatching(/^Plan: 2 experiments/) } },
    ])
    expect(github().comments).toEqual([])
    expect(post.log).toContain('Nothing was started')
    expect(existsSync(join(where.folder, 'out'))).toBe(false)
  })
})
