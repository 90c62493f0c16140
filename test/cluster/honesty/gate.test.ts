import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { KubeObject } from '../../../src/kube/kube-client.ts'
import { FAULTS, LEASES, NAMESPACES, PODS } from '../../../src/kube/resources.ts'
import { conditionIs, deploy, type Engine, type StoredFault } from '../controller/engine.ts'
import { until } from '../tools.ts'
import { type Gate, journalOf, openStage, type Preview, preview, type SuiteParts, start, startGate } from './stage.ts'

let engine: Engine
const namespaces: string[] = []
const gates: Gate[] = []

beforeAll(async () => {
  engine = await openStage()
})
afterAll(async () => {
  for (const { process, folder } of gates) {
    process.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  for (const namespace of namespaces) await engine.client.remove(NAMESPACES, namespace)
  engine?.client.close()
})

async function open(replicas: number, script?: string): Promise<Preview> {
  const made = await preview(engine.client, replicas, script)
  namespaces.push(made.namespace)
  return made
}

function gate(parts: SuiteParts): Gate {
  const started = startGate(engine, parts)
  gates.push(started)
  return started
}

const target = { workload: 'Deployment/web', mode: 'one' }
const delay = { name: 'delay', fault: { type: 'network-delay', target, latency: '1ms' } }
/** Codes, of the run and of its experiments. */
function reasons(run: Gate): readonly string[] {
  const { reasons: ofRun, experiments } = journalOf(run)
  return [...ofRun, ...experiments.flatMap((experiment) => experiment.reasons)].map(({ code }) => code)
}

describe.concurrent('the gate', () => {
  test('does not pass when there was nothing to hurt', async () => {
    const { namespace } = await open(1)
    await deploy(engine.client, namespace, 0, 'idle')
    const fault = { type: 'pod-kill', target: { workload: 'Deployment/idle', mode: 'all' } }
    const run = gate({
      namespace,
      workloads: ['Deployment/web', 'Deployment/idle'],
      experiments: [{ name: 'nothing', fault }],
    })
    const { code, said } = await run.ended
    expect({ code, said }).toMatchObject({ code: 3 })
    expect(reasons(run)).toContain('NOT_INJECTED')
  })

  test('does not break what was not well before', async () => {
    const { namespace, pods } = await open(1, SICK)
    const kill = { name: 'kill', fault: { type: 'pod-kill', target } }
    const run = gate({ namespace, experiments: [kill] })
    const { code, said } = await run.ended
    expect({ code, said }).toMatchObject({ code: 3 })
    expect(new Set(reasons(run))).toEqual(new Set(['BASELINE_UNHEALTHY']))
    const left = await engine.client.list<KubeObject>(PODS, { namespace, labels: 'app=web' })
    expect(left.map(({ metadata }) => metadata.uid)).toEqual(pods.map(({ metadata }) => metadata.uid))
  })

  test('sees the outage when all pods are killed, however soon they are back', async () => {
    const { namespace } = await open(2, WELL)
    const fault = { type: 'pod-kill', target: { workload: 'Deployment/web', mode: 'all' }, 'grace-period': '0s' }
    const objectives = [{ name: 'availability', indicator: { traffic: 'success' }, target: '99%' }]
    const run = gate({ namespace, objectives, experiments: [{ name: 'all', fault }] })
    const { code, said } = await run.ended
    expect({ code, said }).toMatchObject({ code: 1 })
    expect(reasons(run)).toContain('OBJECTIVE_MISSED')
  })

  test('does not run where there is no namespace', async () => {
    const { code, said } = await gate({ namespace: 'no-such-namespace', experiments: [delay] }).ended
    expect(code).toBe(2)
    expect(said).toMatch(/no-such-namespace is not there/)
  })

  test('keeps a small journal of large answers', async () => {
    const { namespace } = await open(1, LARGE)
    const run = gate({ namespace, experiments: [delay] })
    await run.ended
    expect(journalOf(run).experiments).toHaveLength(1)
    expect(statSync(join(run.folder, 'out/journal.json')).size).toBeLessThan(200_000)
    expect(statSync(join(run.folder, 'out/report.html')).size).toBeLessThan(2_000_000)
  })

  test('is refused while another one holds the namespace, by its name', async () => {
    const { namespace } = await open(1)
    const first = gate({
      namespace,
      experiments: [delay],
      windows: { warmup: '1s', baseline: '30s', fault: '3s', recovery: '3s' },
    })
    const holder = await until('the Lease to be held', async () => {
      const lease = await engine.client.get<KubeObject & { spec?: { holderIdentity?: string } }>(
        LEASES,
        'seaworthy',
        namespace,
      )
      return lease?.spec?.holderIdentity || undefined
    })
    const second = gate({ namespace, experiments: [delay] })
    const { code, said } = await second.ended
    expect({ code, said }).toMatchObject({ code: 3 })
    expect(JSON.stringify(journalOf(second))).toContain(holder)
    expect(
      await engine.client.list<KubeObject>(FAULTS, {
        namespace,
        labels: `seaworthy.dev/run=${journalOf(second).run.id}`,
      }),
    ).toEqual([])
    first.process.kill('SIGTERM')
    expect((await first.ended).code).not.toBe(0)
  })

  test('does not know a fault that there is none of, names the nearest, and begins nothing', async () => {
    const { namespace } = await open(1)
    const run = gate({ namespace, experiments: [{ name: 'typo', fault: { type: 'pod-kil', target } }] })
    const { code, said } = await run.ended
    expect({ code, said }).toEqual({ code: 2, said: expect.stringMatching(/pod-kil.*pod-kill/s) })
    expect(await engine.client.list(FAULTS, { namespace })).toEqual([])
    expect(await engine.client.list(LEASES, { namespace })).toEqual([])
  })

  test('ends its fault before it goes when it is told to stop', async () => {
    const { namespace } = await open(1)
    const run = gate({
      namespace,
      experiments: [{ name: 'long', fault: { type: 'network-delay', target, latency: '5ms' } }],
      windows: { warmup: '1s', baseline: '2s', fault: '10m', recovery: '3s' },
    })
    await until('a fault to be on', async () => {
      const faults = await engine.client.list<StoredFault>(FAULTS, { namespace })
      return faults.find(conditionIs('Injected'))
    })
    run.process.kill('SIGTERM')
    const { code, said } = await run.ended
    expect({ code, said }).toMatchObject({ code: 143 })
    const faults = await engine.client.list<StoredFault>(FAULTS, { namespace })
    expect(faults.filter((fault) => !conditionIs('Recovered')(fault))).toEqual([])
    expect(journalOf(run)).toMatchObject({ verdict: 'aborted', leftovers: [] })
  })

  test('leaves nothing on when it is killed, and cleanup says what it removed, once', async () => {
    const { namespace } = await open(1)
    const fault = { type: 'network-delay', target, latency: '5ms' }
    const run = gate({
      namespace,
      experiments: [{ name: 'long', fault }],
      windows: { warmup: '1s', baseline: '2s', fault: '10m', recovery: '3s' },
    })
    const on = await until('a fault to be on', async () => {
      const faults = await engine.client.list<StoredFault>(FAULTS, { namespace })
      return faults.find(conditionIs('Injected'))
    })
    run.process.kill('SIGKILL')
    await run.ended
    const over = await until('the fault to be ended by the Lease', async () => {
      const found = await engine.client.get<StoredFault>(FAULTS, on.metadata.name, namespace)
      return found && conditionIs('Recovered')(found) ? found : undefined
    })
    expect(over.spec.end?.by).toBe('lease')
    const id = on.spec.run ?? ''
    const first = await start(engine, run.folder, ['cleanup', '--run', id, '--namespace', namespace]).ended
    expect(first).toMatchObject({ code: 0, said: expect.stringContaining(on.metadata.name) })
    const second = await start(engine, run.folder, ['cleanup', '--run', id, '--namespace', namespace]).ended
    expect(second).toMatchObject({ code: 0, said: expect.stringMatching(/nothing/i) })
    expect(await engine.client.list(FAULTS, { namespace })).toEqual([])
  })
})

const SERVE = (answer: string) =>
  `require('http').createServer((q, r) => { if (q.url === '/healthz') return r.end(); ${answer} }).listen(8080)`
const WELL = SERVE("r.end('ok')")
const SICK = SERVE("r.statusCode = 503; r.end('sick')")
const LARGE = `const body = Buffer.alloc(1e6, 'x'); ${SERVE('r.end(body)')}`
