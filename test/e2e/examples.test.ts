import { existsSync, mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { gate, seaworthy, workplace } from './gate.ts'

const REPORTS = [
  'attestation.intoto.json',
  'events.ndjson',
  'journal.json',
  'junit.xml',
  'logs',
  'report.html',
  'report.md',
  'report.sarif',
  'summary.txt',
]

/** Software that nobody here wrote: the verdict must follow its configuration. */
describe('nginx in front of two sites', () => {
  it.each([
    ['with-retry', 'pass', 0],
    ['without-retry', 'fail', 1],
  ])('%s is a %s', async (name, verdict, code) => {
    expect(existsSync('/usr/sbin/nginx'), 'nginx is needed: apt-get install nginx-light').toBe(true)
    const place = { ...workplace(''), suite: resolve(`examples/nginx/${name}.yaml`) }
    const { exitCode, journal, stdout } = await gate(place)
    const why = journal?.verdict === verdict ? '' : stdout
    expect({ exitCode, verdict: journal?.verdict, why }).toEqual({ exitCode: code, verdict, why: '' })
    expect(journal?.experiments.map((experiment) => experiment.verdict)).toEqual([verdict, verdict, verdict])
  })
})

describe('the demo', () => {
  it('passes the sturdy shop, fails the fragile one, and names every planted weakness', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'demo-'))
    const { exitCode, stdout, stderr } = await seaworthy(workplace(''), 'demo', '--report-dir', folder)
    expect({ exitCode, told: exitCode === 0 ? '' : stdout + stderr }).toEqual({ exitCode: 0, told: '' })
    expect(stdout.match(/found the planted weakness/g)).toHaveLength(4)
    for (const name of ['sturdy', 'fragile']) expect(readdirSync(join(folder, name)).sort()).toEqual(REPORTS)
  })
})
