import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { exec } from '../../../src/kit/exec.ts'
import type { Journal } from '../../../src/model/journal.ts'
import { SHOP_IMAGE, writeProductImage, writeShopImage } from '../images/catalogue.ts'
import { REPOSITORY } from '../places.ts'
import { run, SYSTEM_PATH } from '../tools.ts'
import type { Docker } from './docker.ts'
import { containers, kindConfig } from './lab.ts'
import { NODE_IMAGE } from './node-image.ts'

const LIMIT_MS = 300_000

/** The shop as the examples have it, and one fault of each actor. */
const SUITE = `apiVersion: seaworthy.dev/v1
kind: Suite
metadata: {name: shop-on-kind}
system:
  cluster: kind
  namespace: shop
  workloads: [Deployment/web, Deployment/api, Deployment/store]
  deploy: {images: [${SHOP_IMAGE}, product.tar], manifests: [${REPOSITORY}/examples/kubernetes/sturdy]}
  ready: \${READY:-120s}
traffic:
  http: {url: http://web/checkout, rate: 30/s, timeout: 2s, expect: {status: 200, body: ok}}
objectives:
  - {name: availability, indicator: {traffic: success}, target: 90%}
windows: {warmup: 2s, baseline: 5s, fault: 8s, recovery: 5s}
limits: {blast-radius: {targets: 2, percent: 50%}}
experiments:
  - name: a web pod dies
    fault: {type: pod-kill, target: {workload: Deployment/web, mode: one}, grace-period: 4s}
  - name: the store answers 80 ms later
    fault: {type: network-delay, target: {workload: Deployment/api}, to: {workload: Deployment/store}, latency: 80ms}
    blast-radius: {percent: 100%}
`

interface Ended {
  readonly exitCode: number | undefined
  readonly stdout: string
  readonly stderr: string
  readonly journal: Journal | undefined
}

let docker: Docker
let folder: string
let networks: readonly string[]

/** What a run could leave in Docker; kind's own network is made with the first cluster, and stays for all of them. */
async function inDocker(): Promise<readonly string[]> {
  const list = async (...words: readonly string[]) =>
    (await run('docker', words, { env: docker.env })).split('\n').filter((name) => name !== '' && name !== 'kind')
  const [nets, volumes] = [await list('network', 'ls', '--format', '{{.Name}}'), await list('volume', 'ls', '--quiet')]
  return [...(await containers(docker)), ...nets, ...volumes]
}

/** The program as a user starts it, where Docker's network is seen; everything that it writes is in the test's own folder. */
async function seaworthy(words: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const [command = '', ...prefix] = docker.prefix
  const program = [...prefix, process.execPath, join(REPOSITORY, 'dist/cli.cjs'), ...words]
  const places = { HOME: folder, TMPDIR: join(folder, 'tmp'), SEAWORTHY_STATE_DIR: join(folder, 'state') }
  const env = { PATH: SYSTEM_PATH, ...places, ...docker.env, ...environment }
  const { exitCode, stdout, stderr } = await exec(command, program, { env, timeoutMs: LIMIT_MS, directory: folder })
  return { exitCode, stdout, stderr, journal: journalIn(join(folder, 'out')) }
}

function journalIn(report: string): Journal | undefined {
  const file = join(report, 'journal.json')
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Journal) : undefined
}

function choices(): readonly string[] {
  return ['--kind-binary', docker.kind, '--kind-image', NODE_IMAGE, '--kind-config', 'kind.yaml']
}

function told({ journal, stdout, stderr }: Ended): string {
  const experiments = journal?.experiments.map(({ name, reasons, evidence }) => ({ name, reasons, evidence }))
  return `${JSON.stringify(experiments, null, 1)}\n${stdout}\n${stderr}`
}

function reasonsOf({ journal }: Ended): string {
  return (journal?.reasons ?? []).map(({ detail }) => detail).join('\n')
}

async function expectNothingLeft(): Promise<void> {
  expect(await inDocker()).toEqual(networks)
  // Node's own cache of compiled code is no run's.
  expect(readdirSync(join(folder, 'tmp')).filter((name) => name !== 'node-compile-cache')).toEqual([])
  expect(existsSync(join(folder, '.kube'))).toBe(false)
  const runs = join(folder, 'state/runs')
  expect(existsSync(runs) ? readdirSync(runs) : []).toEqual([])
}

/** A suite with `cluster: kind`, run as a user does: exit codes, and what is left. Needs `dist`. */
export function commandLine(given: () => Docker): void {
  beforeAll(async () => {
    docker = given()
    folder = mkdtempSync(join(tmpdir(), 'kind-cli-'))
    mkdirSync(join(folder, 'tmp'))
    writeFileSync(join(folder, 'seaworthy.yaml'), SUITE)
    writeFileSync(join(folder, 'kind.yaml'), kindConfig(docker))
    await writeProductImage(join(folder, 'product.tar'))
    await writeShopImage(join(folder, 'shop.tar'))
    await run('docker', ['load', '--quiet', '--input', join(folder, 'shop.tar')], { env: docker.env })
    networks = await inDocker()
  })
  beforeEach(() => rmSync(join(folder, 'out'), { recursive: true, force: true }))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  refusals()
  runs()
}

function refusals(): void {
  describe('refuses before anything is made, with exit code 2', () => {
    it.each([
      [
        ['--kind-config', 'absent.yaml'],
        '--kind-config: absent.yaml: the configuration of kind cannot be read: ENOENT',
      ],
      [['--kind-config', 'seaworthy.yaml'], '--kind-config: seaworthy.yaml:2:7: kind is "Suite", and Cluster was'],
      [['--kind-binary', '/bin/true'], '/bin/true is not kind: `kind version` gave no version'],
      [['--kind-image', 'not an image'], 'kind-image: found "not an image", expected an image reference'],
      [['--cluster', 'connect', '--kind-image', 'a:1'], '--kind-image: the run makes no cluster of kind'],
    ])('%j', async (words, message) => {
      const { exitCode, stderr } = await seaworthy(['run', ...words])
      expect(stderr).toContain(message)
      expect(exitCode).toBe(2)
      await expectNothingLeft()
    })
  })
}

function runs(): void {
  it('gates the shop in a cluster that is made for it, and leaves nothing', { timeout: LIMIT_MS }, async () => {
    const ended = await seaworthy(['run', ...choices()])
    expect(ended.exitCode, told(ended)).toBe(0)
    expect(ended.journal).toMatchObject({ verdict: 'pass', leftovers: [] })
    const proven = ended.journal?.experiments.map(({ name, verdict, evidence }) => [
      name,
      verdict,
      evidence.map(({ status }) => status),
    ])
    expect(proven).toEqual([
      ['a web pod dies', 'pass', ['proven']],
      ['the store answers 80 ms later', 'pass', ['proven']],
    ])
    await expectNothingLeft()
  })

  it('cannot judge where no cluster comes up: exit code 3, its logs, and nothing left', async () => {
    const ended = await seaworthy(['run', ...choices()], { READY: '1ms' })
    expect(ended.exitCode, told(ended)).toBe(3)
    expect(reasonsOf(ended)).toContain('the cluster was not ready within 1ms')
    const [node = ''] = readdirSync(join(folder, 'out/kind')).filter((name) => name.endsWith('-control-plane'))
    expect(readdirSync(join(folder, 'out/kind', node))).toContain('kubelet.log')
    await expectNothingLeft()
  })

  it('cannot judge where kind makes none: exit code 3, and nothing left', async () => {
    const ended = await seaworthy(['run', ...choices(), '--kind-image', 'local/absent:1'])
    expect(ended.exitCode, told(ended)).toBe(3)
    expect(reasonsOf(ended)).toContain('the node image local/absent:1 is not here and cannot be pulled')
    expect(reasonsOf(ended)).toContain('docker pull local/absent:1')
    await expectNothingLeft()
  })
}
