import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { KubeObject } from '../../../src/kube/kube-client.ts'
import { CONFIG_MAPS, JOBS, PODS, SERVICES } from '../../../src/kube/resources.ts'
import { createClusterTraffic } from '../../../src/traffic/cluster/create-cluster-traffic.ts'
import { readScript } from '../../../src/traffic/cluster/k6-files.ts'
import { createK6Batcher } from '../../../src/traffic/cluster/k6-wire.ts'
import { ended, fastClock, NAMESPACE, running, stage, untilSo } from './stage.ts'

const NAME = 'run-1-k6'
const signal = new AbortController().signal

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-k6-job-'))
  mkdirSync(join(folder, 'load/lib'), { recursive: true })
  writeFileSync(
    join(folder, 'load/main.js'),
    "import { a } from './lib/a.js'\nimport http from 'k6/http'\nconst d = open('../data.json')\nopen('./missing.csv')\n",
  )
  writeFileSync(join(folder, 'load/lib/a.js'), "export * from '../main.js'\nimport('./b.js')\n")
  writeFileSync(join(folder, 'load/lib/b.js'), '')
  writeFileSync(join(folder, 'data.json'), '{"open": "open(\'./load/secret\')"}')
  writeFileSync(join(folder, 'load/secret'), 's3cret')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function traffic(cluster: ReturnType<typeof stage>, image?: string) {
  return createClusterTraffic(
    { kind: 'k6', script: join(folder, 'load/main.js'), env: { TOKEN: 'hunter2-secret' }, image },
    {
      ...cluster.setting,
      image: 'own:1',
      k6Image: 'k6:1',
      suiteFolder: folder,
      resolve: (url) => url,
      seed: 1,
      workFolder: folder,
      environment: {},
    },
  )
}

/** Lines as the container beside k6 writes them, one request each. */
function lines(count: number, from = Date.now(), at = () => Date.now()): readonly string[] {
  const batcher = createK6Batcher()
  return Array.from({ length: count }, (_, place) => {
    batcher.listener.onRequest({ dueMs: from + place, latencyMs: 5, failure: place % 2 ? 'status 503' : undefined })
    batcher.listener.onTime(from + place)
    return `${batcher.lines(at(), false).join('\n')}\n`
  })
}

async function started(log: readonly string[][], cluster = stage()) {
  const k6 = traffic(cluster)
  cluster.streams.push(...log)
  const starting = k6.start(signal)
  await untilSo('the Job is there', () => cluster.kube.peek(JOBS, NAME, NAMESPACE) !== undefined)
  cluster.pod(NAME, running('k6', 'relay'))
  await starting
  return { cluster, k6 }
}

describe('k6 in a Job', () => {
  it('gets the script with its files, its variables and the addresses of the Services, and no right', async () => {
    const cluster = stage()
    const service = (name: string, port: number) =>
      cluster.kube.place(SERVICES, {
        metadata: { name, namespace: NAMESPACE },
        spec: { ports: [{ port }] },
      } as KubeObject)
    service('web', 80)
    service('order-api', 8080)
    const { k6 } = await started([[...lines(1)]], cluster)
    const job = JSON.stringify(cluster.kube.peek(JOBS, NAME, NAMESPACE))
    for (const part of [
      '"backoffLimit":0',
      '"restartPolicy":"Never"',
      '"activeDeadlineSeconds"',
      '"automountServiceAccountToken":false',
      '"runAsNonRoot":true',
      '{"name":"TARGET_WEB_URL","value":"http://web"}',
      '{"name":"TARGET_ORDER_API_URL","value":"http://order-api:8080"}',
      '{"name":"TOKEN","value":"hunter2-secret"}',
      '"json=/results/k6.json"',
      '"/scripts/load/main.js"',
      '"seaworthy.dev/run":"run-1"',
      '"image":"k6:1"',
    ])
      expect(job).toContain(part)
    const map = cluster.kube.peek<KubeObject & { binaryData: Record<string, string> }>(CONFIG_MAPS, NAME, NAMESPACE)
    expect(Object.keys(map?.binaryData ?? {})).toHaveLength(4)
    await k6.stop()
    expect([cluster.kube.all(JOBS), cluster.kube.all(PODS), cluster.kube.all(CONFIG_MAPS)]).toEqual([[], [], []])
  })

  it('counts each request once, whatever the log says twice after a break', async () => {
    // Due after the start, which is not before this.
    const from = Date.now() + 5_000
    const log = lines(6, from)
    const { k6 } = await started([[log.slice(0, 3).join('')], [log.slice(1, 5).join('')], [log.slice(0, 6).join('')]])
    await untilSo('all were read', () => k6.stats().requests === 6)
    const { length, problems, ok } = k6.records(from, from + 6)
    expect([length, [...ok]]).toEqual([6, [1, 0, 1, 0, 1, 0]])
    expect(problems).toEqual([])
    await k6.stop()
  })

  it('says what a log has lost', async () => {
    // Due after the start, which is not before this.
    const from = Date.now() + 5_000
    const log = lines(6, from)
    const { k6 } = await started([[log.slice(0, 2).join('')], [log.slice(4).join('')]])
    await untilSo('the rest was read', () => k6.stats().requests === 4)
    expect(k6.records(from, from + 6).problems).toContainEqual({
      code: 'PARTIAL_DATA',
      detail: "2 lines of the log of k6's pod were lost",
    })
    await k6.stop()
  })

  it('says that the clocks are apart', async () => {
    const { k6 } = await started([[lines(2, Date.now(), () => Date.now() - 60_000).join('')]])
    expect(k6.records(0, 1).problems.map(({ code }) => code)).toContain('CLOCK_SKEW')
    await k6.stop()
  })

  it('is an error when k6 fails, and none when its thresholds were crossed', async () => {
    const fails = await started([[lines(2).join('')]])
    fails.cluster.logs.set('k6', 'level=error msg="hunter2-secret is wrong"\n')
    fails.cluster.pod(NAME, ended({ k6: 108, relay: 0 }))
    await untilSo('it is told', () => fails.cluster.events.length > 0)
    const detail = 'k6 ended early: container k6 ended with exit code 108: level=error msg="*** is wrong"'
    expect(fails.k6.absent?.(Date.now(), Date.now() + 1)).toContainEqual({ code: 'TRAFFIC_FAILED', detail })
    await fails.k6.stop()

    const over = `${createK6Batcher().lines(Date.now(), true).join('\n').replace('"k6":0', '"k6":2')}\n`
    const crossed = await started([[lines(2).join(''), over]])
    crossed.cluster.pod(NAME, ended({ k6: 99, relay: 0 }))
    const later = Date.now() + 60_000
    await untilSo('it ended', () => (crossed.k6.absent?.(later, later + 1) ?? []).length > 0)
    expect(crossed.k6.absent?.(later, later + 1)).toEqual([
      { code: 'LOAD_NOT_DELIVERED', detail: expect.stringMatching(/must run longer than the suite/) },
    ])
    await crossed.k6.stop()
  })

  it('is an error when the end of its log cannot be read', async () => {
    const { k6, cluster } = await started([[lines(2).join('')]], stage(fastClock(20)))
    cluster.pod(NAME, ended({ k6: 0, relay: 0 }))
    await untilSo('it is told', () => cluster.events.length > 0)
    expect(cluster.events).toEqual([
      { event: 'warning', detail: 'k6 ended early: the end of what it told could not be read' },
    ])
    await k6.stop()
  })

  it('does not start where its image cannot be had, and says so', async () => {
    const cluster = stage(fastClock(100))
    const k6 = traffic(cluster, 'registry.example.com/none:1')
    const starting = k6.start(signal)
    starting.catch(() => undefined)
    await untilSo('the Job is there', () => cluster.kube.peek(JOBS, NAME, NAMESPACE) !== undefined)
    const waiting = { reason: 'ErrImagePull', message: 'not found' }
    cluster.pod(NAME, { phase: 'Pending', containerStatuses: [{ name: 'k6', state: { waiting } }] })
    await expect(starting).rejects.toMatchObject({
      code: 'TRAFFIC',
      message: 'k6 sent no request: container k6 waits: ErrImagePull: not found',
    })
    expect(cluster.kube.all(JOBS)).toEqual([])
  })
})

describe('the files of a script', () => {
  it('are those that it names and that are there', () => {
    const files = readScript(join(folder, 'load/main.js'), folder)
    expect(files.map(({ path }) => path)).toEqual(['load/main.js', 'load/lib/a.js', 'data.json', 'load/lib/b.js'])
  })
  it('are not taken from elsewhere, by a path or by a link', () => {
    const outside = mkdtempSync(join(tmpdir(), 'seaworthy-outside-'))
    writeFileSync(join(outside, 'key'), 'private')
    for (const name of [join('..', '..', outside.split('/').at(-1) ?? '', 'key'), './link']) {
      if (name === './link') symlinkSync(join(outside, 'key'), join(folder, 'load/link'))
      writeFileSync(join(folder, 'load/thief.js'), `open('${name}')`)
      expect(() => readScript(join(folder, 'load/thief.js'), folder)).toThrow(/outside the folder of the suite/)
    }
    rmSync(outside, { recursive: true })
  })
  it('are refused where they are too big, or the script is not there', () => {
    writeFileSync(join(folder, 'big.js'), Buffer.alloc(800 * 1024))
    expect(() => readScript(join(folder, 'big.js'), folder)).toThrow(/700 KiB/)
    expect(() => readScript(join(folder, 'none.js'), folder)).toThrow(/cannot be read/)
  })
})
