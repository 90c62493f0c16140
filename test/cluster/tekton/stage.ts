import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import type { KubeObject, Resource } from '../../../src/kube/kube-client.ts'
import { CONFIG_MAPS } from '../../../src/kube/resources.ts'
import { type Engine, engineCluster } from '../controller/engine.ts'
import { bringDown } from '../down.ts'
import { apply } from '../lab/kubectl.ts'
import { installTekton } from './install.ts'
import { previewNamespace, type Source } from './preview.ts'

/** A cluster of its own: Tekton watches every pod of the one that it is in. */
const NUMBER = 5
/** Where pipelines run, at the level that a careful platform team sets. */
export const PIPELINES = 'pipelines'
export const CANARY = 'canary-7f3a9c51e2'
const ROOT = 'tekton/task'

export const PIPELINE_RUNS = tekton('pipelineruns', 'PipelineRun')
export const TASK_RUNS = tekton('taskruns', 'TaskRun')
const PREVIEW_IN_SAMPLES = 'checkout-preview'

/** A cluster with the engine, with Tekton under its real controller, and with the Tasks and samples as they are shipped. */
export async function openStage(): Promise<Engine> {
  const engine = await engineCluster(NUMBER)
  await installTekton(engine.cluster, NUMBER)
  const restricted = { 'pod-security.kubernetes.io/enforce': 'restricted' }
  await apply(engine.cluster, [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: PIPELINES, labels: restricted } },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: PREVIEW_IN_SAMPLES } },
  ])
  await apply(engine.cluster, [
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'seaworthy', namespace: PIPELINES },
      stringData: { 'prometheus-token': CANARY },
    },
    ...shipped('seaworthy/0.1/samples/rbac.yaml'),
    ...['seaworthy', 'seaworthy-cleanup'].map((name) => inPipelines(shipped(`${name}/0.1/${name}.yaml`)[0])),
    inPipelines(shipped('seaworthy/0.1/samples/pipeline.yaml')[0]),
  ])
  return engine
}

export async function closeStage(engine: Engine | undefined): Promise<void> {
  engine?.client.close()
  await bringDown(NUMBER)
}

/** Paths of all manifests that are shipped. */
export function shippedFiles(): readonly string[] {
  const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml'))
  return files.map((file) => join(ROOT, file)).sort()
}

/** The objects of one of them. */
export function shipped(file: string, change: (text: string) => string = (text) => text): readonly Shipped[] {
  const text = change(readFileSync(join(ROOT, file), 'utf8'))
  return parseAllDocuments(text).map((document) => document.toJS() as Shipped)
}

interface Shipped {
  readonly kind: string
  readonly metadata: Readonly<Record<string, unknown>>
  readonly spec: Readonly<Record<string, unknown>>
}

/** The same object in the namespace of pipelines. */
export function inPipelines(object: Shipped | undefined): Shipped {
  if (object === undefined) throw new Error('the file is empty')
  return { ...object, metadata: { ...object.metadata, namespace: PIPELINES } }
}

/** A namespace for a preview, with the sample's rights in it, and a volume with what would have been checked out. */
export async function openPreview({ client, cluster }: Engine, source: Source): Promise<string> {
  const namespace = await previewNamespace(client)
  const files = Object.entries(source).map(([path, text], place) => ({ key: `file-${place}`, path, text }))
  await apply(cluster, [
    ...shipped('seaworthy/0.1/samples/rbac.yaml', (text) => text.replaceAll(PREVIEW_IN_SAMPLES, namespace)),
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: namespace, namespace: PIPELINES },
      data: Object.fromEntries(files.map(({ key, text }) => [key, text])),
    },
  ])
  return namespace
}

/** A workspace with the files of `openPreview`. */
export function sourceOf(namespace: string, source: Source): object {
  const items = Object.keys(source).map((path, place) => ({ key: `file-${place}`, path }))
  return { name: 'source', configMap: { name: namespace, items } }
}

/** Tekton reads its flags while it runs. */
export async function setFlags({ client }: Engine, data: Readonly<Record<string, string>>): Promise<void> {
  await client.patch<KubeObject>(CONFIG_MAPS, 'feature-flags', 'tekton-pipelines', { data }, { type: 'merge' })
}

function tekton(plural: string, kind: string): Resource {
  return { group: 'tekton.dev', version: 'v1', plural, kind, namespaced: true }
}
