import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { exec } from '../../../src/kit/exec.ts'
import type { KubeObject } from '../../../src/kube/kube-client.ts'
import { CONFIG_MAPS, DEPLOYMENTS, FAULTS, LEASES, NAMESPACES, PODS, SERVICES } from '../../../src/kube/resources.ts'
import type { Diagnosis, Finding } from '../../../src/model/diagnosis.ts'
import { holdLease } from '../../../src/platform/kubernetes/hold-lease.ts'
import { ask, deploy, type Engine, engineCluster, podTarget, testNamespace } from '../controller/engine.ts'
import { tenantKubeconfig, tenantOf } from '../tenancy/tenant.ts'

const SUITE = `
apiVersion: seaworthy.dev/v1
kind: Suite
metadata: {name: doctor}
system: {namespace: "\${PREVIEW_NAMESPACE}", workloads: [Deployment/web]}
traffic: {http: {url: "http://web/", rate: 50/s}}
objectives: [{name: answers, indicator: {traffic: success}, target: 99%}]
windows: {baseline: 30s, fault: 60s, recovery: 30s}
experiments:
  - name: slow
    steps:
      - fault: {type: network-delay, target: {workload: Deployment/web, mode: one}, latency: 100ms}
      - check: {http: {url: "http://web/"}}
`

let engine: Engine

beforeAll(async () => {
  engine = await engineCluster()
})

/** A preview of two pods in a namespace of the test's own, and a folder with a suite for it. */
async function preview(labels?: Readonly<Record<string, string>>) {
  const namespace = await testNamespace(engine.client, labels)
  onTestFinished(async () => void (await engine.client.remove(NAMESPACES, namespace)))
  const pods = await deploy(engine.client, namespace, 2)
  const folder = mkdtempSync(join(tmpdir(), 'doctor-'))
  writeFileSync(join(folder, 'seaworthy.yaml'), SUITE)
  return { namespace, pods, folder }
}

/** The built command line, as a user has it. */
function seaworthy(
  command: string,
  kubeconfig: string,
  place: { namespace: string; folder: string },
  ...more: string[]
) {
  const { PATH = '' } = process.env
  return exec(process.execPath, [join(process.cwd(), 'dist/cli.cjs'), command, '--kubeconfig', kubeconfig, ...more], {
    directory: place.folder,
    env: { PATH, HOME: place.folder, PREVIEW_NAMESPACE: place.namespace, SEAWORTHY_STATE_DIR: place.folder },
    timeoutMs: 120_000,
  })
}

async function examined(kubeconfig: string, place: { namespace: string; folder: string }) {
  const { exitCode, stdout } = await seaworthy('doctor', kubeconfig, place, '--json')
  const { fit, findings } = JSON.parse(stdout) as Diagnosis
  return { exitCode, fit, findings, problems: findings.filter(({ status }) => status === 'problem') }
}

const of = (findings: readonly Finding[], section: Finding['section']) =>
  findings.filter((finding) => finding.section === section)

/** Every object of a namespace with its version. */
async function state(namespace: string): Promise<readonly string[]> {
  const lists = await Promise.all(
    [PODS, SERVICES, DEPLOYMENTS, CONFIG_MAPS, LEASES, FAULTS].map((resource) =>
      engine.client.list<KubeObject>(resource, { namespace }),
    ),
  )
  return lists.flat().map(({ metadata }) => `${metadata.name} ${metadata.uid} ${metadata.resourceVersion}`)
}

describe('the doctor on a real cluster', () => {
  it('finds it fit for whoever runs it, knows what each node can do, and changes nothing', async () => {
    const place = await preview()
    const before = await state(place.namespace)
    const { exitCode, problems, findings } = await examined(engine.cluster.kubeconfig, place)
    expect({ exitCode, problems }).toEqual({ exitCode: 0, problems: [] })
    expect(of(findings, 'nodes').map(({ what }) => what)).toEqual(engine.cluster.nodes.map(({ name }) => name))
    for (const { status, detail } of of(findings, 'nodes')) {
      expect(status).toBe('ok')
      expect(detail).toMatch(/^Linux \S+ \w+, cgroup v[12], .*NFQUEUE/)
    }
    expect(of(findings, 'suite').map(({ what, status }) => `${what} ${status}`)).toEqual(['suite ok', 'plan ok'])
    expect(await state(place.namespace)).toEqual(before)
    const { stdout } = await seaworthy('doctor', engine.cluster.kubeconfig, place)
    expect(stdout).toMatch(/ok +API server +https:\/\/\S+, v1\.\d+\.\d+, answers in /)
    expect(stdout).toMatch(/Fit for a run[^\n]*\.\n$/)
  })

  it('finds it fit for a tenant with the role that comes with the engine, who may not look at nodes', async () => {
    const place = await preview()
    const tenant = await tenantOf(engine.cluster, engine.client, place.namespace)
    tenant.close()
    const kubeconfig = await tenantKubeconfig(engine.cluster, engine.client, place.namespace, place.folder)
    const { exitCode, problems, findings } = await examined(kubeconfig, place)
    expect({ exitCode, problems }).toEqual({ exitCode: 0, problems: [] })
    expect(of(findings, 'nodes')).toMatchObject([{ status: 'skipped' }])
    expect(of(findings, 'rights')).toMatchObject([{ status: 'ok' }])
    const plan = await seaworthy('plan', kubeconfig, place)
    expect({ exitCode: plan.exitCode, stderr: plan.stderr }).toEqual({ exitCode: 0, stderr: '' })
  })

  it('names what is missing with what to do, and so does the plan, below itself', async () => {
    const place = await preview({ 'pod-security.kubernetes.io/enforce': 'baseline' })
    const { exitCode, problems } = await examined(engine.cluster.kubeconfig, place)
    const label = `kubectl label namespace ${place.namespace} seaworthy.dev/allow=true`
    expect(exitCode).toBe(2)
    expect(problems).toMatchObject([{ section: 'namespace', remedy: expect.stringContaining(label) }])
    const plan = await seaworthy('plan', engine.cluster.kubeconfig, place)
    expect(plan.exitCode).toBe(2)
    expect(plan.stdout).toMatch(/^Plan [0-9a-f]{12} /)
    expect(plan.stdout).toContain('slow')
    expect(plan.stderr).toContain('What would stop this run:')
    expect(plan.stderr).toContain(label)
    const run = await seaworthy('run', engine.cluster.kubeconfig, place)
    expect({ exitCode: run.exitCode, said: run.stderr.includes(label) }).toEqual({ exitCode: 2, said: true })
  })

  it('names the run that is here now, and what others left', async () => {
    const place = await preview()
    const { client, cluster } = engine
    const [pod] = place.pods
    if (!pod) throw new Error('the preview has pods')
    const held = await holdLease(client, place.namespace, 'r-now', { durationMs: 60_000 })
    onTestFinished(() => held.release())
    const fault = await ask(client, place.namespace, {
      type: 'network-delay',
      parameters: { latency: '10ms' },
      targets: [podTarget(pod)],
      run: 'r-old',
    })
    const { exitCode, problems, findings } = await examined(cluster.kubeconfig, place)
    expect(exitCode).toBe(2)
    expect(problems).toMatchObject([{ what: 'Lease', detail: expect.stringMatching(/^run r-now has been breaking/) }])
    expect(of(findings, 'leftovers')).toContainEqual(
      expect.objectContaining({
        status: 'warning',
        detail: expect.stringContaining(fault.metadata.name),
        remedy: expect.stringContaining(`cleanup --run r-old --namespace ${place.namespace}`),
      }),
    )
  })
})
