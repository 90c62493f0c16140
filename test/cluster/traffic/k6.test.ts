import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { KubeObject } from '../../../src/kube/kube-client.ts'
import { CONFIG_MAPS, FAULTS, JOBS, PODS } from '../../../src/kube/resources.ts'
import { loadK6Image } from '../cluster.ts'
import { type Engine, engineCluster, type StoredFault } from '../controller/engine.ts'
import { type Gated, gate } from '../gate/gate.ts'
import { until } from '../tools.ts'

const OURS = 'app.kubernetes.io/name=seaworthy-traffic'
const LIMIT_MS = 400_000

let engine: Engine
let folder = ''
beforeAll(async () => {
  engine = await engineCluster()
  await loadK6Image()
  folder = mkdtempSync(join(tmpdir(), 'k6-suite-'))
  cpSync('examples/kubernetes/sturdy', join(folder, 'sturdy'), { recursive: true })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The sturdy shop with users of some other kind, and objectives of some other source. */
function suite(name: string, traffic: string, objectives: string, more = ''): string {
  const path = join(folder, `${name}.yaml`)
  writeFileSync(
    path,
    `apiVersion: seaworthy.dev/v1
kind: Suite
metadata: {name: ${name}}
system:
  namespace: \${PREVIEW_NAMESPACE}
  workloads: [Deployment/web, Deployment/api, Deployment/store]
  deploy: {manifests: [sturdy/]}
traffic: ${traffic}
objectives: [${objectives}]
${more}
windows: {warmup: 2s, baseline: 10s, fault: 10s, recovery: 10s}
experiments:
  - name: a web pod dies
    fault: {type: pod-kill, target: {workload: Deployment/web, mode: one}, grace-period: 4s}
    recovery: {within: 6s}
`,
  )
  return path
}

const AVAILABLE = '{name: availability, indicator: {traffic: success}, target: 95%}'
const COUNTED = `{name: few errors, target: 90%, indicator: {prometheus: {
  bad: 'http_requests_total{namespace="$namespace",app="web",code=~"5.."}',
  total: 'http_requests_total{namespace="$namespace",app="web"}'}}}`
const ASK = "setInterval(() => fetch('http://web/checkout').catch(() => {}), 25)"
const JOB = (script: string) =>
  `{job: {image: 'docker.io/local/shop:1', command: [node, -e, ${JSON.stringify(script)}], env: {WHO: tester-words}}}`

/** A script of k6 in several files. */
function script(name: string, body: string): string {
  writeFileSync(join(folder, 'paths.js'), "export const path = JSON.parse(open('./paths.json')).checkout\n")
  writeFileSync(join(folder, 'paths.json'), '{"checkout": "/checkout"}')
  writeFileSync(
    join(folder, name),
    `import http from 'k6/http'
import exec from 'k6/execution'
import { path } from './paths.js'
export const options = { scenarios: { users: { executor: 'constant-arrival-rate', rate: 30, timeUnit: '1s',
  duration: '10m', preAllocatedVUs: 40 } }, noConnectionReuse: true, thresholds: { http_req_duration: ['p(99)<0.001'] } }
export default function () {
  ${body}
  http.get(\`\${__ENV.TARGET_WEB_URL}\${path}\`, { timeout: '1500ms' })
}
`,
  )
  return `{k6: {script: ${name}}}`
}

function told({ journal, stdout, stderr }: Gated): string {
  return JSON.stringify(journal, ['verdict', 'reasons', 'code', 'detail', 'experiments', 'name']) + stdout + stderr
}

async function leftIn(namespace: string): Promise<readonly string[]> {
  const scope = { namespace, labels: OURS }
  const found = await Promise.all([JOBS, CONFIG_MAPS, PODS].map((kind) => engine.client.list<KubeObject>(kind, scope)))
  return found
    .flat()
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ metadata }) => metadata.name)
}

/** Resolves with the Job of the run that goes on, once its fault is injected. */
async function jobUnderFault(): Promise<KubeObject> {
  return until(
    'a Job under a fault',
    async () => {
      const [job] = await engine.client.list<KubeObject>(JOBS, { labels: OURS })
      const faults = job ? await engine.client.list<StoredFault>(FAULTS, { namespace: job.metadata.namespace }) : []
      return faults.some(({ status }) => status?.targets?.some(({ injectedAt }) => injectedAt)) ? job : undefined
    },
    { timeoutMs: 120_000, everyMs: 100 },
  )
}

describe('users played by k6 in a Job', { timeout: LIMIT_MS }, () => {
  it('see a pod of the sturdy shop die, and hardly notice', async () => {
    const gated = await gate(engine, 'examples/kubernetes/k6.yaml')
    expect(gated.exitCode, told(gated)).toBe(0)
    expect(gated.journal).toMatchObject({ verdict: 'pass', leftovers: [], traffic: { kind: 'k6' } })
    // Forty a second for thirty seconds and more.
    expect(gated.journal?.traffic.requests).toBeGreaterThan(1_000)
    expect(gated.journal?.traffic.description).toMatch(/^k6 .*checkout\.js from a Job$/)
    expect(await leftIn(gated.namespace)).toEqual([])
  })

  it('is an error when k6 gives up in the middle, in its own words', async () => {
    const giveUp = "if (exec.instance.currentTestRunDuration > 12000) exec.test.abort('no more of this')"
    const gated = await gate(engine, suite('gives-up', script('gives-up.js', giveUp), AVAILABLE))
    expect(gated.exitCode, told(gated)).not.toBe(0)
    expect(gated.journal?.verdict, told(gated)).toBe('error')
    expect(told(gated)).toMatch(/container k6 ended with exit code 108.*no more of this/)
    expect(await leftIn(gated.namespace)).toEqual([])
  })

  it('does not begin with a script that cannot be run', async () => {
    const gated = await gate(engine, suite('broken', script('broken.js', '}{'), AVAILABLE))
    expect(gated.journal?.verdict, told(gated)).toBe('error')
    expect(told(gated)).toMatch(/k6 sent no request: .*container k6 ended with exit code 107/)
    expect(await leftIn(gated.namespace)).toEqual([])
  })

  it('is an error when somebody deletes the Job', async () => {
    const going = gate(engine, suite('deleted', script('goes-on.js', ''), AVAILABLE))
    const { metadata } = await jobUnderFault()
    await engine.client.remove(JOBS, metadata.name, metadata.namespace, { propagation: 'Background' })
    const gated = await going
    expect(gated.journal?.verdict, told(gated)).toBe('error')
    expect(told(gated)).toMatch(/somebody deleted the Job/)
    expect(gated.journal?.leftovers).toEqual([])
  })
})

describe('users played by a Job of the suite', { timeout: LIMIT_MS }, () => {
  it('are judged by Prometheus', async () => {
    const gated = await gate(engine, suite('job', JOB(ASK), COUNTED, 'prometheus: {install: true, scrape: 1s}'))
    expect(gated.exitCode, told(gated)).toBe(0)
    expect(gated.journal).toMatchObject({ verdict: 'pass', leftovers: [], traffic: { kind: 'job' } })
    expect(await leftIn(gated.namespace)).toEqual([])
  })

  it('are an error when the Job fails, whatever Prometheus counted', async () => {
    const fails = `${ASK}; setTimeout(() => { console.error('gone fishing', process.env.WHO); process.exit(3) }, 14000)`
    const gated = await gate(engine, suite('fails', JOB(fails), COUNTED, 'prometheus: {install: true, scrape: 1s}'))
    expect(gated.journal?.verdict, told(gated)).toBe('error')
    expect(told(gated)).toMatch(/container job ended with exit code 3: gone fishing \*\*\*/)
  })
})
