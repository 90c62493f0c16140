import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { approvalText } from '../../src/approval/signature.ts'
import { github, HEAD, KILL, place, run } from './action-setting.ts'
import { gate, seaworthy, workplace } from './gate.ts'
import { service, suiteOf } from './suite-of.ts'

const LIMITS = { 'blast-radius': { targets: 3, percent: '100%' } }
const needing = (approval: object, more: object = {}) =>
  suiteOf([KILL], { limits: { ...LIMITS, approval: { by: ['alice'], ...approval } }, ...more })

const say = (body: string, more: object = {}) => {
  const at = new Date().toISOString()
  const id = github().comments.length + 1
  github().comments.push({
    id,
    node_id: `IC_${id}`,
    body,
    user: { login: 'alice', type: 'User' },
    author_association: 'MEMBER',
    created_at: at,
    updated_at: at,
    html_url: `https://github.com/acme/shop/pull/482#issuecomment-${id}`,
    pull: 482,
    ...more,
  })
}

describe('a plan that needs an approval, in a pull request', () => {
  it('is refused before anything is touched, says what to write, and runs when it was written', async () => {
    const { command } = service() as { command: string }
    const telltale = { web: service({ command: `touch "$GITHUB_WORKSPACE/started"; ${command}` }) }
    const where = place(needing({}, { system: { services: telltale } }))
    const waiting = await run(where)
    expect(waiting.main).toMatchObject({ exitCode: 3, outputs: { verdict: 'error' } })
    expect([existsSync(join(where.folder, 'started')), existsSync(join(where.reports, 'journal.json'))]).toEqual([
      false,
      false,
    ])
    const [asked] = github().comments
    expect(asked?.body).toMatch(/^### ⏸️ Waiting for an approval: nothing was touched/)
    const line = /^\/seaworthy approve ([0-9a-f]{64})$/m.exec(asked?.body ?? '')
    expect(line).not.toBeNull()
    expect(github().checkRuns.at(-1)).toMatchObject({ conclusion: 'failure' })

    // The bot's own comment holds the line too, and so does a quotation; neither is an approval.
    say(`> ${line?.[0]}`)
    say(line?.[0] ?? '', { user: { login: 'eve', type: 'User' } })
    const still = await run(where, { runId: 1043 })
    expect(still.main.exitCode).toBe(3)
    expect(still.main.log + JSON.stringify(still.main.commands)).toContain(
      'comment of eve: not one of those who may approve',
    )

    say(line?.[0] ?? '')
    const approved = await run(where, { runId: 1044 })
    expect({ code: approved.main.exitCode, log: approved.main.exitCode === 0 ? '' : approved.main.log }).toEqual({
      code: 0,
      log: '',
    })
    const journal = JSON.parse(readFileSync(join(where.reports, 'journal.json'), 'utf8'))
    expect(journal).toMatchObject({ approval: { by: 'alice', via: 'comment' }, plan: { sha256: line?.[1] } })

    const both = [
      '--journal',
      join(where.reports, 'journal.json'),
      '--statement',
      join(where.reports, 'attestation.intoto.json'),
    ]
    const verified = await seaworthy(where, 'verify', ...both, '--commit', HEAD, '--max-age', '1h')
    expect({ code: verified.exitCode, out: verified.stdout }).toMatchObject({
      code: 0,
      out: expect.stringContaining('not signed'),
    })
    const statement = JSON.parse(readFileSync(both[3] ?? '', 'utf8'))
    expect(statement).toMatchObject({
      subject: [{ digest: { gitCommit: HEAD } }],
      predicate: { result: 'PASSED', seaworthyRun: { approval: { by: 'alice' }, plan: line?.[1] } },
    })

    writeFileSync(where.suite, readFileSync(where.suite, 'utf8').replace('100/s', '99/s'))
    const changed = await run(where, { runId: 1045 })
    expect(changed.main.exitCode).toBe(3)
    expect(JSON.stringify(changed.main.commands)).toContain('comment of alice: it names another plan')
  })

  it('is refused where nobody can read what was said', async () => {
    github().failNext('GET', /reviews$/, 403)
    const { main } = await run(place(needing({})))
    expect(main.exitCode).toBe(3)
    expect(JSON.stringify(main.commands)).toContain('pull-requests: read')
  })
})

describe('a plan that needs an approval, on a command line', () => {
  it('runs with a file that one of the signers has signed', async () => {
    const where = workplace(needing({ by: ['alice@example.com'], signers: 'signers' }))
    const waiting = await gate(where)
    expect(waiting.exitCode).toBe(3)
    expect(waiting.stderr).toContain('ssh-keygen -Y sign -n seaworthy')
    const plan = await seaworthy(where, 'plan', where.suite, '--seed', '7', '--json')
    const { sha256 } = JSON.parse(plan.stdout) as { sha256: string }
    expect(waiting.stderr).toContain(sha256)

    const key = join(where.folder, 'key')
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key])
    writeFileSync(join(where.folder, 'signers'), `alice@example.com ${readFileSync(`${key}.pub`, 'utf8')}`)
    const file = join(where.folder, 'approval.txt')
    writeFileSync(file, approvalText(sha256, new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+Z$/, 'Z')))
    execFileSync('ssh-keygen', ['-Y', 'sign', '-n', 'seaworthy', '-f', key, file], { stdio: 'ignore' })
    const signed = await gate(where, '--approval', file)
    expect({ code: signed.exitCode, said: signed.exitCode === 0 ? '' : signed.stderr }).toEqual({ code: 0, said: '' })
    expect(signed.journal?.approval).toMatchObject({
      by: 'alice@example.com',
      via: 'signature',
      key: expect.stringMatching(/^SHA256:/),
    })
    const html = readFileSync(join(where.reports, 'report.html'), 'utf8')
    expect(html).toContain('alice@example.com')

    const both = [
      '--journal',
      join(where.reports, 'journal.json'),
      '--statement',
      join(where.reports, 'attestation.intoto.json'),
    ]
    expect((await seaworthy(where, 'verify', ...both)).exitCode).toBe(0)
    expect((await seaworthy(where, 'verify', ...both, '--commit', HEAD)).exitCode).toBe(3)
    expect((await seaworthy(where, 'verify', ...both, '--commit', 'main')).exitCode).toBe(2)
    writeFileSync(join(where.folder, 'policy.yaml'), 'experiments: [the sun goes out]\napproval: required\n')
    expect((await seaworthy(where, 'verify', ...both, '--policy', join(where.folder, 'policy.yaml'))).exitCode).toBe(1)
    const path = both[1] ?? ''
    writeFileSync(path, `${readFileSync(path, 'utf8')} `)
    const changed = await seaworthy(where, 'verify', ...both, '--json')
    expect(changed.exitCode).toBe(3)
    expect(JSON.parse(changed.stdout)).toMatchObject({ verified: false, signature: 'not checked' })
  })
})
