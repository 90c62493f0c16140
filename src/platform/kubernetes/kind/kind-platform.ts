import { join } from 'node:path'
import { systemClock } from '../../../kit/clock.ts'
import { SeaworthyError } from '../../../kit/errors.ts'
import { createKubeClient } from '../../../kube/create-kube-client.ts'
import type { KubeClient } from '../../../kube/kube-client.ts'
import { loadConnection } from '../../../kube/load-connection.ts'
import { NAMESPACES } from '../../../kube/resources.ts'
import { ALLOW_LABEL } from '../../../model/cluster/fault-object.ts'
import type { ClusterTargets } from '../../../model/cluster/targets.ts'
import type { Inventory } from '../../../model/inventory.ts'
import type { Leftover } from '../../../model/ledger.ts'
import type { RunContext } from '../../../model/ports.ts'
import type { Suite } from '../../../model/suite.ts'
import { RUN_MARK } from '../../process/marks.ts'
import { withBrings } from '../brought.ts'
import { inventoryOf, kubernetesSystem, withManifests } from '../inventory.ts'
import {
  type Beside,
  createKubernetesPlatform,
  type KubernetesParts,
  type KubernetesPlatform,
} from '../kubernetes-platform.ts'
import { readManifests } from '../manifests.ts'
import type { Service } from '../shapes.ts'
import { checkContainerEngine } from './check-engine.ts'
import { checkKindPlatform } from './check-kind.ts'
import { clusterNameOf } from './cluster-name.ts'
import { createKindCluster, keepKindLogs, kubeconfigIn, ledgerId } from './create-kind-cluster.ts'
import { deleteKindCluster } from './delete-kind-cluster.ts'
import { findKind, type KindSearch } from './find-kind.ts'
import type { KindTool } from './kind-command.ts'
import { loadImages } from './load-images.ts'

/** What somebody chose for the cluster. */
export interface KindChoices {
  /** A node image; kind's own where none is named. */
  readonly image: string | undefined
  /** The text of a configuration of kind. */
  readonly config: string | undefined
  /** Left when the run ends, for a look into it; then it is a leftover, which `cleanup` deletes. */
  readonly keep?: boolean | undefined
}

export interface KindSettings extends KindSearch, KindChoices {
  /** In front of every command of kind; a real run has none. */
  readonly prefix?: readonly string[] | undefined
  readonly beside?: Beside | undefined
}

export interface KindPlatform extends KubernetesPlatform {
  /**
   * Makes the cluster and loads the suite's images, once; `up` does it when nobody has. Whoever needs the cluster before
   * the preview is deployed calls it. Throws as `up` does; `down` must follow all the same.
   */
  readonly create: (signal: AbortSignal) => Promise<KubernetesParts>
}

/** A cluster of this run's, from the moment on from which there may be something of it. */
interface Made {
  readonly tool: KindTool
  readonly name: string
  readonly kubeconfig: string
  /** Undefined when its creation failed and left something. */
  readonly up: { readonly parts: KubernetesParts; readonly platform: KubernetesPlatform } | undefined
}

/** After a deletion that followed a failure, a node may still be coming up. */
const SETTLE_MS = 4_000
/** Another one than that of the suite's own manifests, which must not take back what this one sets. */
const MANAGER = 'seaworthy-kind'

/** A preview in a cluster of its own, which `up` makes and `down` deletes with everything in it. */
export function createKindPlatform(context: RunContext, settings: KindSettings): KindPlatform {
  const end = new AbortController()
  let made: Made | undefined
  let created: Promise<KubernetesParts> | undefined
  let ended: Promise<readonly Leftover[]> | undefined
  const found = () => (end.signal.aborted ? undefined : made?.up?.platform)
  const inner = (): KubernetesPlatform => {
    const platform = found()
    if (platform) return platform
    throw new SeaworthyError('PLATFORM', 'the cluster is not up', { remedy: 'Bring it up first.' })
  }
  const create = (signal: AbortSignal): Promise<KubernetesParts> => {
    created ??= makeCluster(context, settings, { signal, end: end.signal }, (now) => {
      made = now
    })
    return created
  }
  return {
    name: 'kubernetes',
    check: (suite) => checkKindPlatform(suite, settings),
    inventory: (suite) => found()?.inventory(suite) ?? kindInventory(suite),
    create,
    up: async (signal) => {
      await create(signal)
      await inner()
        .up(signal)
        .catch((error: unknown) => withLogs(context, made, signal, error))
    },
    resolve: (url) => url,
    executor: {
      run: (action) => inner().executor.run(action),
      read: (probe) => inner().executor.read(probe),
      crossings: (links) => inner().executor.crossings(links),
    },
    serviceCounts: () => inner().serviceCounts(),
    snapshot: () => inner().snapshot(),
    prometheusUrl: () => found()?.prometheusUrl(),
    detail: () => (made?.up ? `kind, ${made.up.platform.detail()}` : 'kind'),
    down: () => {
      ended ??= (async () => {
        end.abort(new SeaworthyError('PLATFORM', 'the cluster is being taken down'))
        await created?.catch(() => undefined)
        return takeDown(context, made, settings.keep === true)
      })()
      return ended
    },
    slots: () => inner().slots(),
    targets: lateTargets(() => inner().targets),
  }
}

/** What the suite's manifests and command will bring into an empty cluster. Throws SeaworthyError('PLATFORM') for those that cannot be read. */
export async function kindInventory(suite: Suite): Promise<Inventory> {
  const system = kubernetesSystem(suite)
  const manifests = await readManifests(system.deploy?.manifests ?? [], suite.file)
  const services = manifests.filter(({ kind }) => kind === 'Service') as unknown as readonly Service[]
  const workloads = withBrings(withManifests([], manifests), system.deploy?.brings ?? [])
  return inventoryOf(system, workloads, services)
}

async function makeCluster(
  context: RunContext,
  settings: KindSettings,
  signals: { readonly signal: AbortSignal; readonly end: AbortSignal },
  tell: (made: Made) => void,
): Promise<KubernetesParts> {
  const { suite, emit, ledger, workFolder, reportFolder, run } = context
  const { prefix = [], image, config, beside } = settings
  // By its mark a kind that outlived this program is found, before its cluster is deleted.
  const environment = { ...settings.environment, [RUN_MARK]: run }
  const { readyMs, deploy, namespace } = kubernetesSystem(suite)
  const signal = AbortSignal.any([signals.signal, signals.end])
  await checkContainerEngine(environment, signal)
  const { path: binary } = await findKind(settings, emit, signal)
  const tool: KindTool = { binary, prefix, environment }
  const name = clusterNameOf(run)
  const kubeconfig = kubeconfigIn(workFolder)
  await createKindCluster({
    name,
    image,
    config,
    waitMs: readyMs,
    folder: workFolder,
    logFolder: join(reportFolder, 'kind'),
    signal,
    emit,
    ledger,
    tool,
    onLeft: () => tell({ tool, name, kubeconfig, up: undefined }),
  })
  const connection = await loadConnection({ kubeconfig, env: {} })
  const client = createKubeClient(connection, { onTrouble: (detail) => emit({ event: 'warning', detail }) })
  const parts = { client, connection }
  const ending = endingWith(client, signals.end)
  const platform = createKubernetesPlatform(context, { client: ending, connection }, beside)
  tell({ tool, name, kubeconfig, up: { parts, platform } })
  await loadImages(tool, { name, images: deploy?.images ?? [], suiteFile: suite.file, signal })
  // The whole cluster was made to be broken, so that nobody has to permit it in a manifest.
  const metadata = { name: namespace, labels: { [ALLOW_LABEL]: 'true' } }
  await client.apply(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata }, { manager: MANAGER, signal })
  return parts
}

/** Its informers end with the cluster: they would look for it for ever. */
function endingWith(client: KubeClient, end: AbortSignal): KubeClient {
  return {
    ...client,
    informer: (resource, scope) => {
      const informer = client.informer<never>(resource, scope)
      return { ...informer, start: (signal: AbortSignal) => informer.start(AbortSignal.any([signal, end])) }
    },
  }
}

/** Why a preview did not come up is in its nodes' logs, which go with the cluster. Throws the error itself. */
async function withLogs(
  { emit, reportFolder }: RunContext,
  made: Made | undefined,
  signal: AbortSignal,
  error: unknown,
): Promise<never> {
  if (made && !signal.aborted) await keepKindLogs(made.tool, made.name, join(reportFolder, 'kind'), emit)
  throw error
}

/** With the cluster goes everything in it: nothing is removed one by one. One that did not come up is never kept. */
async function takeDown(
  { ledger, run }: RunContext,
  made: Made | undefined,
  keep: boolean,
): Promise<readonly Leftover[]> {
  if (!made) return []
  const { tool, name, kubeconfig, up } = made
  up?.parts.client.close()
  if (up && keep) return [keptOf(name, run)]
  const left = await deleteKindCluster(tool, { name, kubeconfig, settleMs: up ? 0 : SETTLE_MS })
  if (left.length === 0) await ledger.write({ entry: 'gone', at: systemClock.now(), id: ledgerId(name) })
  return left
}

function keptOf(name: string, run: string): Leftover {
  return {
    what: `kind cluster ${name}`,
    why: 'it was to be kept (--kind-keep always)',
    remedy: `Look into it with \`kind export kubeconfig --name ${name}\`; delete it with \`seaworthy cleanup --run ${run}\`.`,
  }
}

/** The targets of a cluster that is made later. */
function lateTargets(now: () => ClusterTargets): ClusterTargets {
  return {
    pod: (slot) => now().pod(slot),
    workload: (name) => now().workload(name),
    node: (name) => now().node(name),
    namespace: () => now().namespace(),
    addresses: (workload) => now().addresses(workload),
    onReplaced: (listener) => now().onReplaced(listener),
  }
}
