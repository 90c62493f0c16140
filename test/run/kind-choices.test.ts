import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseRunRequest } from '../../src/inputs/run-request.ts'
import { makePlan } from '../../src/run/make-plan.ts'

const HEAD = 'apiVersion: seaworthy.dev/v1\nkind: Suite\nmetadata: {name: shop}\n'
const TAIL = `traffic: {none: true}
prometheus: {url: http://127.0.0.1:9}
objectives: [{name: queue, indicator: {prometheus: {value: queue}}, below: 1}]
windows: {baseline: 1s, fault: 1s, recovery: 1s}
`
const ON_CLUSTER = `${HEAD}system: {namespace: shop, workloads: [Deployment/web]}
${TAIL}experiments: [{name: a, fault: {type: pod-kill, target: {workload: Deployment/web, mode: one}}}]
`
const ON_MACHINE = `${HEAD}system: {services: {web: {command: node web.js}}, workloads: [web]}
${TAIL}experiments: [{name: a, fault: {type: pod-kill, target: {workload: web, mode: one}}}]
`

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kind-choices-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Nothing is there to connect to: whatever is refused here is refused before anything is asked. */
async function refusal(suite: string, flags: Readonly<Record<string, string>>): Promise<unknown> {
  const file = join(folder, 'seaworthy.yaml')
  writeFileSync(file, suite)
  const request = parseRunRequest({ suite: file, ...flags }, () => 1)
  const search = { named: undefined, environment: { PATH: '' }, cacheFolder: folder }
  return makePlan(request, {}, search).then(
    () => undefined,
    (error: unknown) => error,
  )
}

describe('what is chosen for a cluster of kind', () => {
  it.each([
    ['kind-binary', '/usr/local/bin/kind'],
    ['kind-image', 'kindest/node:v1.34.0'],
    ['kind-config', 'kind.yaml'],
    ['kind-keep', 'always'],
  ])('is refused where no such cluster is made: --%s', async (flag, value) => {
    for (const suite of [ON_CLUSTER, ON_MACHINE])
      expect(await refusal(suite, { [flag]: value })).toMatchObject({
        code: 'INPUT',
        message: expect.stringContaining(`--${flag}: the run makes no cluster of kind`),
        remedy: expect.stringContaining('--cluster kind'),
      })
  })

  it('is taken where an input asks for kind in place of what the suite says', async () => {
    const config = join(folder, 'absent.yaml')
    expect(await refusal(ON_CLUSTER, { cluster: 'kind', 'kind-config': config })).toMatchObject({
      code: 'INPUT',
      message: expect.stringContaining(`--kind-config: ${config}: the configuration of kind cannot be read`),
    })
    const lacking = await refusal(ON_CLUSTER, { cluster: 'kind' })
    expect(lacking).toMatchObject({ code: 'SUITE', message: expect.stringContaining('a new cluster is empty') })
  })

  it('is not asked of a suite without a cluster', async () => {
    expect(await refusal(ON_MACHINE, { cluster: 'kind' })).toMatchObject({
      code: 'INPUT',
      message: expect.stringContaining('describes processes on this machine'),
    })
  })
})
