import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseRunRequest } from '../../src/inputs/run-request.ts'
import { makePlan, type PlannedRun, refuseObstacles } from '../../src/run/make-plan.ts'
import { previewApi } from '../e2e/preview-api.ts'

const suite = (deploy: string) => `apiVersion: seaworthy.dev/v1
kind: Suite
metadata: {name: shop}
system: {namespace: preview, workloads: [Deployment/web], deploy: ${deploy}}
traffic: {http: {url: http://web/, rate: 500/s}}
objectives: [{name: availability, indicator: {traffic: success}, target: 99%}]
windows: {baseline: 10s, fault: 20s, recovery: 10s}
limits: {blast-radius: {percent: 50%}}
experiments: [{name: a, fault: {type: pod-kill, target: {workload: Deployment/web, mode: fixed, value: 2}}}]
`

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'brings-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** What is planned on an empty namespace, and everything that was asked of its server but reading and asking for rights. */
async function planned(deploy: string): Promise<{ readonly run: PlannedRun; readonly written: readonly string[] }> {
  const api = await previewApi()
  const [file, kubeconfig] = [join(folder, 'seaworthy.yaml'), join(folder, 'kubeconfig')]
  writeFileSync(file, suite(deploy))
  const contexts = [{ name: 'c', context: { cluster: 'c', user: 'u' } }]
  const clusters = [{ name: 'c', cluster: { server: api.url } }]
  const users = [{ name: 'u', user: { token: 'sesame' } }]
  writeFileSync(
    kubeconfig,
    JSON.stringify({ apiVersion: 'v1', kind: 'Config', 'current-context': 'c', clusters, users, contexts }),
  )
  const request = parseRunRequest({ suite: file, kubeconfig, install: 'ensure' }, () => 1)
  const run = await makePlan(request, {}, { named: undefined, environment: {}, cacheFolder: folder })
  run.cluster?.client.close()
  const written = api.seen.filter(({ method, path }) => method !== 'GET' && !path.endsWith('accessreviews'))
  return { run, written: written.map(({ method, path }) => `${method} ${path}`) }
}

describe('a workload that only the deploy command brings', () => {
  it('is planned with as many pods as the suite says', async () => {
    const { run, written } = await planned('{command: make deploy, brings: {Deployment/web: 4}}')
    expect(run.plan.experiments[0]).toMatchObject({ blastRadius: { targets: 2, of: 4 } })
    expect(run.plan.brought).toEqual([{ workload: 'Deployment/web', replicas: 4 }])
    expect(run.obstacles).toEqual([])
    expect(written).toEqual([])
  })

  it('keeps within the limits by that number', async () => {
    await expect(planned('{command: make deploy, brings: {Deployment/web: 3}}')).resolves.toBeDefined()
    await expect(planned('{command: make deploy, brings: {Deployment/web: 2}}')).rejects.toThrow(
      'would touch 2 of 2 replicas of Deployment/web; the blast radius allows 1',
    )
  })

  it('is refused with the remedy where the suite says no number, with nothing touched', async () => {
    const { run, written } = await planned('{command: make deploy}')
    expect(() => refuseObstacles(run)).toThrow(
      'there is no Deployment/web in namespace preview, and nothing says how many pods of it the deploy command brings',
    )
    expect(() => refuseObstacles(run)).toThrow(
      'Say it: `system.deploy.brings: {Deployment/web: 2}`, or deploy it in an earlier step of the pipeline.',
    )
    expect(written).toEqual([])
  })
})
