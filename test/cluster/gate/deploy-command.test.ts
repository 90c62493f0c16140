import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import type { Journal } from '../../../src/model/journal.ts'
import { type Engine, engineCluster } from '../controller/engine.ts'
import { smallPreview } from '../tekton/preview.ts'
import { gate } from './gate.ts'

let engine: Engine
let folder: string
beforeAll(async () => {
  engine = await engineCluster()
  folder = mkdtempSync(join(tmpdir(), 'deploy-command-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Deploy {
  readonly manifests?: readonly string[]
  readonly command: string
  readonly brings?: Readonly<Record<string, number>>
}

/** A suite of its own whose preview `deploy` brings up. Without `fault` every answer is a 503, which cannot pass. */
function suiteWith(name: string, deploy: Deploy, fault?: object): string {
  const source = smallPreview({ name, experiment: 'every answer is a 503', fault: '5s' })
  const suite = parse(source['seaworthy.yaml'] ?? '')
  Object.assign(suite.system, { deploy, ready: '60s' })
  if (fault) Object.assign(suite.experiments[0], { name, fault })
  const place = join(folder, name)
  mkdirSync(place)
  writeFileSync(join(place, 'preview.yaml'), source['k8s/preview.yaml'] ?? '')
  writeFileSync(join(place, 'seaworthy.yaml'), stringify(suite))
  return join(place, 'seaworthy.yaml')
}

const kubectl = (words: string) => `${engine.cluster.kubectlPath} --namespace "$NAMESPACE" ${words}`
const apply = () => kubectl('apply --filename preview.yaml')

/** Nothing was broken, and nothing of the run is left. */
function expectUntouched(journal: Journal | undefined): void {
  expect(journal).toMatchObject({ verdict: 'error', leftovers: [], experiments: [{ ran: false, evidence: [] }] })
}

it('gates a preview that a command completes, with the kubeconfig that it is given', { timeout: 400_000 }, async () => {
  const command = kubectl('annotate deployment web api tests=done')
  const suite = suiteWith('completed', { manifests: ['preview.yaml'], command })
  const { exitCode, journal, stdout, stderr } = await gate(engine, suite)
  expect(exitCode, stdout + stderr).toBe(1)
  expect(journal).toMatchObject({ verdict: 'fail', leftovers: [], experiments: [{ ran: true, verdict: 'fail' }] })
  expect(journal?.experiments[0]?.evidence).toMatchObject([{ status: 'proven' }])
})

describe('a preview that only a command brings', { timeout: 400_000 }, () => {
  it('passes where the suite says how many pods', async () => {
    const fault = {
      type: 'http-delay',
      target: { workload: 'Deployment/web', mode: 'one' },
      path: '/',
      latency: '50ms',
    }
    const suite = suiteWith('brought', { command: apply(), brings: { 'Deployment/web': 2 } }, fault)
    const { exitCode, journal, stdout, stderr } = await gate(engine, suite)
    expect(exitCode, stdout + stderr).toBe(0)
    expect(journal).toMatchObject({ verdict: 'pass', leftovers: [], experiments: [{ ran: true, verdict: 'pass' }] })
    expect(journal?.experiments[0]?.evidence).toMatchObject([{ status: 'proven' }])
    expect(journal?.plan.touched).toHaveLength(1)
    expect([...(journal?.plan.touched ?? []), ...(journal?.plan.untouched ?? [])].sort()).toEqual(['web-1', 'web-2'])
  })

  it('is not broken where the command brings another number', async () => {
    const suite = suiteWith('another-number', { command: apply(), brings: { 'Deployment/web': 3 } })
    const { exitCode, journal, stdout, stderr } = await gate(engine, suite)
    expect(exitCode, stdout + stderr).toBe(3)
    expectUntouched(journal)
    const said = /Deployment\/web is to have 2 pods after the deploy command, and line \d+ of \S+ says 3/
    expect(journal?.reasons).toMatchObject([{ code: 'PLATFORM_FAILED', detail: expect.stringMatching(said) }])
  })

  it('is not broken where the command scales what the suite says nothing of', async () => {
    const command = kubectl('scale deployment web --replicas=1')
    const { exitCode, journal, stdout, stderr } = await gate(
      engine,
      suiteWith('scaled', { manifests: ['preview.yaml'], command }),
    )
    expect(exitCode, stdout + stderr).toBe(3)
    expectUntouched(journal)
    const said = /Deployment\/web is to have 1 pod after the deploy command, and the plan, .* were made with 2/
    expect(journal?.reasons).toMatchObject([{ code: 'PLATFORM_FAILED', detail: expect.stringMatching(said) }])
  })

  it('is refused before anything is done where the suite says nothing', async () => {
    const { exitCode, journal, stderr } = await gate(engine, suiteWith('unsaid', { command: apply() }))
    expect(exitCode, stderr).toBe(2)
    expect(journal).toBeUndefined()
    expect(stderr).toContain('nothing says how many pods of it the deploy command brings')
    expect(stderr).toContain('system.deploy.brings: {Deployment/web: 2}')
  })
})
