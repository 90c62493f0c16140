import { readFileSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import type { Diagnosis } from '../../src/model/diagnosis.ts'
import { seaworthy, type Workplace, workplace } from './gate.ts'
import { suiteOf } from './suite-of.ts'

const KILL = { name: 'one of two dies', fault: { type: 'pod-kill', target: { workload: 'web', mode: 'one' } } }

/** A machine of somebody who has no cluster. */
function place(suite: string): Workplace {
  const made = workplace(suite)
  const { KUBECONFIG: _, GITHUB_ACTIONS: __, KUBERNETES_SERVICE_HOST: ___, ...env } = made.env
  return { ...made, env: { ...env, HOME: made.folder } }
}

/** A port of the loopback where nobody listens any more. */
async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

describe('the doctor', () => {
  it('finds a machine fit for a suite of processes, in lines without signs where there is no terminal', async () => {
    const { exitCode, stdout, stderr } = await seaworthy(place(suiteOf([KILL])), 'doctor')
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatch(/^ {2}ok +Node\.js /m)
    expect(stdout).toMatch(/^ {2}ok +plan +all of 1 experiments can be planned/m)
    expect(stdout).toMatch(/Fit for a run\.\n$/)
    expect(stdout).not.toContain('\u001b')
  })

  it('says the same as data, by its schema', async () => {
    const { exitCode, stdout } = await seaworthy(place(suiteOf([KILL])), 'doctor', '--json')
    expect(exitCode).toBe(0)
    const schema = readFileSync('schema/doctor.schema.json', 'utf8')
    const validate = new Ajv2020({ strict: false }).compile(JSON.parse(schema))
    expect(validate(JSON.parse(stdout)), JSON.stringify(validate.errors)).toBe(true)
    expect((JSON.parse(stdout) as Diagnosis).fit).toBe(true)
    expect((await seaworthy(place(suiteOf([KILL])), 'schema', '--of', 'doctor')).stdout).toBe(schema)
  })

  it('ends with 2 for a suite with a mistake, and for one that was named and is not there', async () => {
    const wrong = await seaworthy(place(suiteOf([KILL]).replaceAll('pod-kill', 'pod-kil')), 'doctor')
    expect(wrong.exitCode).toBe(2)
    expect(wrong.stdout).toMatch(/FAIL suite/)
    const missing = await seaworthy(place(suiteOf([KILL])), 'doctor', '--suite', 'other.yaml')
    expect(missing.exitCode).toBe(2)
    expect(missing.stdout).toContain('Not fit for a run: 1 problem.')
  })

  it('ends with 2 where the named cluster does not answer, and shows no secret of its kubeconfig', async () => {
    const where = place(suiteOf([KILL]))
    const kubeconfig = join(where.folder, 'config')
    const config = {
      'current-context': 'c',
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
      clusters: [{ name: 'c', cluster: { server: `https://127.0.0.1:${await closedPort()}` } }],
      users: [{ name: 'u', user: { token: 'hunter2' } }],
    }
    writeFileSync(kubeconfig, JSON.stringify(config))
    const { exitCode, stdout, stderr } = await seaworthy(where, 'doctor', '--kubeconfig', kubeconfig)
    expect(exitCode).toBe(2)
    expect(stdout).toMatch(/ok +kubeconfig +context c of /)
    expect(stdout).toMatch(/FAIL API server[\s\S]*ECONNREFUSED/)
    expect(stdout + stderr).not.toContain('hunter2')
  })
})
