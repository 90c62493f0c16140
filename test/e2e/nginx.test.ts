import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { gate, workplace } from './gate.ts'

/** Software that nobody here wrote: the verdict must follow its configuration. */
describe('nginx in front of two sites', () => {
  it.each([
    ['with-retry', 'pass', 0],
    ['without-retry', 'fail', 1],
  ])('%s is a %s', async (name, verdict, code) => {
    expect(existsSync('/usr/sbin/nginx'), 'nginx is needed: apt-get install nginx-light').toBe(true)
    const place = { ...workplace(''), suite: resolve(`examples/nginx/${name}.yaml`), folder: mkdtempSync(join(tmpdir(), 'nginx-')) }
    const { exitCode, journal, stderr } = await gate(place)
    expect({ exitCode, verdict: journal?.verdict, why: journal?.verdict === verdict ? '' : stderr }).toEqual({ exitCode: code, verdict, why: '' })
    expect(journal?.experiments.map((experiment) => experiment.verdict)).toEqual([verdict, verdict, verdict])
  })
})
