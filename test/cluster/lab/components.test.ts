import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { isAlive } from '../../../src/kit/process-identity.ts'
import {
  type Cluster,
  type ComponentName,
  ensureCluster,
  importImage,
  startComponent,
  stopComponent,
} from '../cluster.ts'
import { bringDown } from '../down.ts'
import { PROMETHEUS_IMAGE, SHOP_IMAGE } from '../images/catalogue.ts'
import { writeImages } from '../images/image.ts'
import { programLayer } from '../images/layers.ts'
import { staticProgram } from '../parts/programs.ts'
import { inScratch } from '../parts/scratch.ts'
import { apply, kubectl, ready, tryKubectl } from './kubectl.ts'
import { NAMESPACE, namespace, pod, staticPod } from './objects.ts'

const NUMBER = 8
let cluster: Cluster

beforeAll(async () => {
  cluster = await ensureCluster(NUMBER)
  await apply(cluster, [namespace])
  await apply(cluster, [staticPod('steady', 'node-2')])
  await ready(cluster, NAMESPACE, 'steady')
}, 600_000)

afterAll(async () => {
  await bringDown(NUMBER)
})

afterEach(() => {
  vi.unstubAllEnvs()
})

async function addressOf(name: string): Promise<string> {
  return kubectl(cluster, '-n', NAMESPACE, 'get', 'pod', name, '--output', 'jsonpath={.status.podIP}')
}

it('stops and starts the API server while pods go on', async () => {
  const before = cluster.processes.apiserver
  const address = await addressOf('steady')
  await stopComponent('apiserver', NUMBER)
  expect(before && isAlive(before)).toBe(false)
  expect((await tryKubectl(cluster, ['get', 'nodes'])).exitCode).not.toBe(0)
  expect((await fetch(`http://${address}:8080/`)).ok).toBe(true)
  const after = await startComponent('apiserver', NUMBER)
  expect(after).not.toEqual(before)
  expect((await ensureCluster(NUMBER)).processes.apiserver).toEqual(after)
  expect(await kubectl(cluster, 'get', 'nodes', '--output=name')).toBe('node/node-1\nnode/node-2\n')
})

it.each<ComponentName>(['kubelet-2', 'containerd-2'])(
  'restarts %s with the same command line and the same pods',
  async (name) => {
    const before = cluster.processes[name]
    const commandLine = (pid: number | undefined) => readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    const was = commandLine(before?.pid)
    await stopComponent(name, NUMBER)
    const after = await startComponent(name, NUMBER)
    expect(commandLine(after.pid)).toBe(was)
    expect(await startComponent(name, NUMBER)).toEqual(after)
    await ready(cluster, NAMESPACE, 'steady')
    expect((await fetch(`http://${await addressOf('steady')}:8080/`)).ok).toBe(true)
  },
)

it('gives new pods what was loaded last under a name', async () => {
  const layer = await programLayer('static', await staticProgram(), 'static')
  await inScratch(async (scratch) => {
    for (const port of [8081, 8082]) {
      const archive = join(scratch, `${port}.tar`)
      const image = { name: 'docker.io/local/lab:1', layers: [layer], entrypoint: ['/static', `--http=:${port}`] }
      await writeImages(archive, [image])
      await importImage(archive, NUMBER)
      const readinessProbe = { httpGet: { path: '/', port }, periodSeconds: 1 }
      const container = { image: 'docker.io/local/lab:1', imagePullPolicy: 'IfNotPresent', readinessProbe }
      await apply(cluster, [pod(`lab-${port}`, container, { node: 'node-1' })])
      await ready(cluster, NAMESPACE, `lab-${port}`)
    }
  })
})

it('makes the same bytes from the same images', async () => {
  const layer = await programLayer('static', await staticProgram(), 'static')
  const image = { name: 'docker.io/local/lab:1', layers: [layer], entrypoint: ['/static'] }
  await inScratch(async (scratch) => {
    const [one, two] = [join(scratch, 'one.tar'), join(scratch, 'two.tar')]
    await writeImages(one, [image])
    await writeImages(two, [image])
    expect(readFileSync(one).equals(readFileSync(two))).toBe(true)
  })
})

it('runs Prometheus and the shop', async () => {
  const prometheus = {
    image: PROMETHEUS_IMAGE,
    readinessProbe: { httpGet: { path: '/-/ready', port: 9090 }, periodSeconds: 1 },
  }
  const command = ['node', '-e', `fetch('http://127.0.0.1:8080/healthz').then((r) => process.exit(r.ok ? 0 : 1))`]
  const shop = {
    image: SHOP_IMAGE,
    args: ['/app/store.mjs'],
    env: [{ name: 'PORT', value: '8080' }],
    readinessProbe: { exec: { command }, periodSeconds: 1, timeoutSeconds: 10 },
  }
  await apply(cluster, [pod('prometheus', prometheus), pod('shop', shop)])
  await ready(cluster, NAMESPACE, 'prometheus', 'shop')
})

it('refuses to stop what belongs to somebody else', async () => {
  vi.stubEnv('SEAWORTHY_TEST_CLUSTER', 'external')
  await expect(stopComponent('apiserver', NUMBER)).rejects.toThrow('an external cluster does not let us stop apiserver')
  vi.stubEnv('KUBECONFIG', '')
  await expect(ensureCluster(NUMBER)).rejects.toThrow('there is no KUBECONFIG')
  vi.stubEnv('KUBECONFIG', cluster.kubeconfig)
  const external = await ensureCluster(NUMBER)
  expect(external.server).toBe(cluster.server)
  expect(external.nodes.map(({ ip }) => ip)).toEqual(cluster.nodes.map(({ ip }) => ip))
})
