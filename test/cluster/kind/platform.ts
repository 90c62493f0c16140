import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { cleanUp } from '../../../src/cleanup/clean-up.ts'
import type { KubeClient } from '../../../src/kube/kube-client.ts'
import { createKindCluster, exportKindLogs } from '../../../src/platform/kubernetes/kind/create-kind-cluster.ts'
import { deleteKindCluster } from '../../../src/platform/kubernetes/kind/delete-kind-cluster.ts'
import { deleteRecordedCluster } from '../../../src/platform/kubernetes/kind/delete-recorded-cluster.ts'
import { createKindPlatform, type KindPlatform } from '../../../src/platform/kubernetes/kind/kind-platform.ts'
import { loadImages } from '../../../src/platform/kubernetes/kind/load-images.ts'
import { PRODUCT_IMAGE, STATIC_IMAGE, writeProductImage, writeStaticImage } from '../images/catalogue.ts'
import { run } from '../tools.ts'
import type { Docker } from './docker.ts'
import { containers, kindConfig, kindTool, type LabRun, labRun, suiteFile } from './lab.ts'
import { NODE_IMAGE } from './node-image.ts'

const { signal } = new AbortController()
const WORKLOADS = ['Deployment/product', 'Deployment/web']
const NAME = 'sw-t-platform'
const NODE = `${NAME}-control-plane`

function deployment(name: string, image: string, replicas: number, command: readonly string[]): string {
  return JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [
            {
              name,
              image,
              imagePullPolicy: 'Never',
              ...(command.length > 0 ? { command } : {}),
              readinessProbe: { httpGet: { path: '/', port: 8080 }, periodSeconds: 1 },
            },
          ],
        },
      },
    },
  })
}

const PRODUCT_SERVES = `
const { execFileSync } = require('node:child_process')
const version = execFileSync('node', ['/app/dist/cli.cjs', '--version'])
require('node:http').createServer((_, answer) => answer.end(version)).listen(8080)`

let docker: Docker
let lab: LabRun
let platform: KindPlatform

/** One cluster of the platform's own, kept up for everything that needs one. `more` tests what may break it. */
export function platformOnKind(given: () => Docker, more: (stage: () => Promise<KindStage>) => void): void {
  beforeAll(async () => {
    docker = given()
    const deploy = { images: [STATIC_IMAGE, 'product.tar'], manifests: ['shop'], command: undefined }
    lab = labRun('t-platform', { workloads: WORKLOADS, deploy })
    const archive = join(lab.folder, 'static.tar')
    await writeStaticImage(archive)
    await run('docker', ['load', '--quiet', '--input', archive], { env: docker.env })
    await writeProductImage(join(lab.folder, 'product.tar'))
    await run('mkdir', [join(lab.folder, 'shop')])
    suiteFile(lab, 'shop/web.yaml', deployment('web', STATIC_IMAGE, 2, []))
    suiteFile(lab, 'shop/product.yaml', deployment('product', PRODUCT_IMAGE, 1, ['node', '-e', PRODUCT_SERVES]))
    const { binary, prefix, environment } = kindTool(docker)
    const config = kindConfig(docker)
    const image = NODE_IMAGE
    platform = createKindPlatform(lab.context, {
      ...{ named: binary, prefix, environment, cacheFolder: '', image, config },
      keep: true,
    })
  })

  afterAll(async () => {
    await platform?.down()
    if (docker)
      await deleteKindCluster(kindTool(docker), { name: NAME, kubeconfig: join(lab.folder, 'kubeconfig'), settleMs: 0 })
    lab?.remove()
  })

  it('knows what there will be before there is a cluster, and finds nothing to object to', async () => {
    expect(await platform.check(lab.context.suite)).toEqual([])
    const { workloads } = await platform.inventory(lab.context.suite)
    expect(workloads.map(({ name, replicas }) => [name, replicas.length])).toEqual([
      ['Deployment/product', 1],
      ['Deployment/web', 2],
    ])
    expect(() => platform.slots()).toThrow('not up')
  })

  it('makes a cluster, loads the images and brings the preview up, and tells of it', async () => {
    await platform.up(signal)
    const phases = lab.events.flatMap((event) => (event.event === 'phase.started' ? [event.phase] : []))
    expect(phases).toContain('kind: Preparing nodes')
    expect(phases).toContain('kind: Starting control-plane')
    expect(lab.events.filter(({ event }) => event === 'phase.ended')).toHaveLength(phases.length)
    expect(lab.entries()).toContainEqual(
      expect.objectContaining({ entry: 'kind-cluster', name: NAME, binary: docker.kind }),
    )
    const { replicas } = await platform.snapshot()
    expect(replicas.map(({ ready }) => ready)).toEqual([true, true, true])
    expect(platform.detail()).toMatch(/^kind, .*v1\.34\.4/)
    expect(await containers(docker)).toEqual([NODE])
  })

  it('keeps the logs of a cluster', async () => {
    const folder = join(lab.folder, 'logs')
    await exportKindLogs(kindTool(docker), NAME, folder)
    expect(readdirSync(join(folder, NODE))).toEqual(
      expect.arrayContaining(['kubelet.log', 'journal.log', 'serial.log']),
    )
  })

  it('says of each image that cannot be loaded why, and what to do', async () => {
    const images = ['absent:1', STATIC_IMAGE, 'absent.tar', '--help']
    const failed = loadImages(kindTool(docker), { name: NAME, images, suiteFile: lab.context.suite.file, signal })
    await expect(failed).rejects.toMatchObject({
      code: 'PLATFORM',
      message: `the image absent:1 is not on this machine; the image archive ${lab.folder}/absent.tar is not there; the image --help is not on this machine`,
      remedy: expect.stringContaining('docker pull absent:1'),
    })
    await expect(
      loadImages(kindTool(docker), { name: 'sw-nobody', images: [STATIC_IMAGE], suiteFile: '', signal }),
    ).rejects.toThrow('there is no kind cluster named sw-nobody')
  })

  it('refuses a name that is taken, and leaves the cluster that has it alone', async () => {
    const other = labRun('t-platform')
    const { emit, ledger, workFolder: folder, reportFolder: logFolder } = other.context
    const tool = kindTool(docker)
    const request = { name: NAME, image: NODE_IMAGE, waitMs: 1_000, folder, logFolder, signal, emit, ledger, tool }
    await expect(createKindCluster(request)).rejects.toMatchObject({
      message: `there is already a kind cluster named ${NAME}`,
      remedy: expect.stringContaining(`kind delete cluster --name ${NAME}`),
    })
    expect(other.entries().map(({ entry }) => entry)).toEqual(['run'])
    expect(await containers(docker)).toEqual([NODE])
    other.remove()
  })

  it('has had nothing to warn of', () => {
    expect(lab.events.filter(({ event }) => event === 'warning')).toEqual([])
  })

  more(async () => ({ docker, node: NODE, client: (await platform.create(signal)).client }))

  it('is kept where that was asked for, and told as a leftover', async () => {
    const [left, ...others] = await platform.down()
    expect(others).toEqual([])
    expect(left).toMatchObject({
      what: `kind cluster ${NAME}`,
      why: expect.stringContaining('--kind-keep'),
      remedy: expect.stringContaining('seaworthy cleanup --run t-platform'),
    })
    expect(await platform.down()).toEqual([left])
    expect(await containers(docker)).toEqual([NODE])
  })

  it('is deleted by cleaning up, with everything in it', async () => {
    const tool = kindTool(docker)
    const search = { named: undefined, environment: tool.environment, cacheFolder: '', prefix: tool.prefix }
    const [cleaned] = await cleanUp(join(lab.folder, 'state'), 't-platform', {
      // The run is over, though this process goes on.
      isAlive: () => false,
      endProcesses: async () => ({ ended: [], left: [] }),
      now: Date.now,
      deleteCluster: (run, recorded) => deleteRecordedCluster(run, recorded, search),
    })
    expect(cleaned).toMatchObject({ leftovers: [], removed: expect.arrayContaining([`kind cluster ${NAME}`]) })
    expect(await containers(docker)).toEqual([])
  })
}

/** A cluster of real kind whose one node is a container with a systemd of its own. */
export interface KindStage {
  readonly docker: Docker
  readonly node: string
  readonly client: KubeClient
}
