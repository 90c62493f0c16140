import { join } from 'node:path'
import { messageOf, SeaworthyError } from '../../kit/errors.ts'
import { together } from '../../kit/together.ts'
import type { KubeConnection } from '../../kube/connection.ts'
import { connectionSecrets } from '../../kube/connection-secrets.ts'
import type { KubeClient, KubeObject } from '../../kube/kube-client.ts'
import { KubeError } from '../../kube/kube-error.ts'
import { FAULTS, NAMESPACES, NODES } from '../../kube/resources.ts'
import { writeKubeconfig } from '../../kube/write-kubeconfig.ts'
import type { FaultTarget } from '../../model/cluster/fault-object.ts'
import type { ClusterTargets } from '../../model/cluster/targets.ts'
import type { Leftover } from '../../model/ledger.ts'
import type { Executor, Platform, RunContext } from '../../model/ports.ts'
import type { KubernetesSystem } from '../../model/suite.ts'
import { applyManifests, type Created, removeCreated } from './apply-manifests.ts'
import { checkKubernetesPlatform } from './check.ts'
import { createClusterTargets } from './cluster-targets.ts'
import { runDeployCommand } from './deploy-command.ts'
import { type FollowedPreview, followPreview, type StoredFault } from './follow-preview.ts'
import { imagesOf } from './images.ts'
import { inventoryOf, kubernetesInventory, kubernetesSystem } from './inventory.ts'
import { readManifests } from './manifests.ts'
import { previewOf } from './preview.ts'
import { readNamespace } from './read-namespace.ts'
import { readVersions } from './read-versions.ts'
import type { Node } from './shapes.ts'
import type { SlotChange, SlotTable } from './slot-table.ts'
import { snapshotOf } from './snapshot.ts'
import { tellChanges } from './tell-changes.ts'
import { waitReady } from './wait-ready.ts'

const DEPLOY_MS = 1_800_000

export interface KubernetesParts {
  readonly client: KubeClient
  readonly connection: KubeConnection
}

export interface KubernetesPlatform extends Platform {
  /** Throws SeaworthyError('PLATFORM') before `up`. */
  readonly slots: () => SlotTable
  readonly targets: ClusterTargets
}

interface UpState {
  readonly preview: FollowedPreview
  readonly namespace: FaultTarget
  readonly nodes: ReadonlyMap<string, FaultTarget>
}

/** Done while the preview that was deployed becomes ready; `up` waits for both, and fails with either. */
export type Beside = (signal: AbortSignal) => Promise<void>

/** A preview in a cluster that is there already. What `up` created, and nothing else, is removed by `down`. */
export function createKubernetesPlatform(
  context: RunContext,
  parts: KubernetesParts,
  beside: Beside = async () => undefined,
): KubernetesPlatform {
  const { client } = parts
  const end = new AbortController()
  const created = new Map<string, Created>()
  let state: UpState | undefined
  let versions: string | undefined
  let ended: Promise<readonly Leftover[]> | undefined
  const up = (): UpState => {
    if (state && !ended) return state
    throw new SeaworthyError('PLATFORM', 'the preview is not up', { remedy: 'Bring it up first.' })
  }
  const { targets, tell } = createClusterTargets({
    followed: () => up().preview,
    namespace: () => up().namespace,
    node: (name) => up().nodes.get(name),
  })

  const bringUp = async (signal: AbortSignal) => {
    const system = kubernetesSystem(context.suite)
    const { namespace, workloads, readyMs: withinMs } = system
    versions = await readVersions(client)
    await deploy(context, parts, system, (object) => created.set(object.id, object), signal)
    let preview: FollowedPreview | undefined
    const changed = (changes: readonly SlotChange[]) => {
      tellChanges(changes, preview?.faults() ?? [], context.emit)
      tell(changes)
    }
    preview = await followPreview({ client, namespace, signal: end.signal, changed })
    state = { preview, namespace: await namespaceTarget(client, namespace), nodes: await nodeTargets(client) }
    const brings = system.deploy?.brings ?? []
    const { emit, suite } = context
    const wait = { client, preview, namespace, workloads, brings, file: suite.file, withinMs, emit }
    await together(signal, [(either) => waitReady(wait, either), beside])
  }

  return {
    name: 'kubernetes',
    check: (suite) => checkKubernetesPlatform(client, suite),
    inventory: (suite) => currentInventory(state && !ended ? state.preview : undefined, client, suite),
    up: async (signal) => {
      const stop = () => end.abort(signal.reason)
      signal.addEventListener('abort', stop, { once: true })
      try {
        signal.throwIfAborted()
        await bringUp(signal)
      } finally {
        signal.removeEventListener('abort', stop)
      }
    },
    resolve: (url) => url,
    executor: NO_EXECUTOR,
    serviceCounts: () => [],
    snapshot: async () => {
      const { preview } = up()
      await preview.followFaults()
      const faults = await listFaults(client, kubernetesSystem(context.suite).namespace)
      await preview.catchUp()
      return snapshotOf(preview.slots, faults)
    },
    images: async () => imagesOf(previewOf(await readNamespace(client, kubernetesSystem(context.suite).namespace))),
    prometheusUrl: () => undefined,
    detail: () => versions ?? `Kubernetes at ${client.server}`,
    down: () => {
      ended ??= (async () => {
        end.abort()
        return removeCreated([...created.values()], { client, ledger: context.ledger })
      })()
      return ended
    },
    slots: () => up().preview.slots,
    targets,
  }
}

/** Recipes of a cluster are run by the daemon and the controller. */
const NO_EXECUTOR: Executor = {
  run: () => Promise.reject(noExecutor()),
  read: () => Promise.reject(noExecutor()),
  crossings: () => {
    throw noExecutor()
  },
}

function noExecutor(): SeaworthyError {
  return new SeaworthyError('INTERNAL', 'the command line runs no recipes on Kubernetes')
}

async function currentInventory(
  preview: FollowedPreview | undefined,
  client: KubeClient,
  suite: Parameters<Platform['inventory']>[0],
) {
  if (!preview) return kubernetesInventory(client, suite)
  return inventoryOf(kubernetesSystem(suite), preview.workloads(), preview.services())
}

async function deploy(
  context: RunContext,
  { client, connection }: KubernetesParts,
  { deploy: wanted, namespace }: KubernetesSystem,
  created: (object: Created) => void,
  signal: AbortSignal,
): Promise<void> {
  if (!wanted) return
  const { suite, ledger, run } = context
  const manifests = await readManifests(wanted.manifests, suite.file)
  if (manifests.length > 0)
    await applyManifests(manifests, { client, ledger, run, suite: suite.name, namespace }, created, signal)
  if (wanted.command === undefined) return
  // Its own beside that of the run, which may have been written before the credentials were renewed.
  const kubeconfig = join(context.workFolder, 'kubeconfig-of-deploy')
  await writeKubeconfig(connection, kubeconfig, namespace)
  const { environment } = context
  const secrets = [...context.secrets, ...(await connectionSecrets(connection))]
  const logPath = join(context.reportFolder, 'deploy.log')
  await runDeployCommand(
    {
      command: wanted.command,
      suiteFile: suite.file,
      environment,
      secrets,
      kubeconfig,
      namespace,
      logPath,
      timeoutMs: DEPLOY_MS,
    },
    signal,
  )
}

/** None while their kind is not installed. Throws KubeError when we may not look: nothing could be said then. */
async function listFaults(client: KubeClient, namespace: string): Promise<readonly StoredFault[]> {
  return client.list<StoredFault>(FAULTS, { namespace }).catch((error: unknown) => {
    if (error instanceof KubeError && error.status === 404) return []
    throw error
  })
}

async function namespaceTarget(client: KubeClient, name: string): Promise<FaultTarget> {
  const found = await client.get(NAMESPACES, name)
  if (found) return { kind: 'Namespace', name, uid: found.metadata.uid ?? '' }
  throw new SeaworthyError('PLATFORM', `namespace ${name} is not there after the deployment`, {
    target: name,
    remedy: 'Let `system.deploy` create it, or correct `system.namespace`.',
  })
}

/** Nodes are for node faults only; a gate that may not see them has none. */
async function nodeTargets(client: KubeClient): Promise<ReadonlyMap<string, FaultTarget>> {
  const nodes = await client.list<Node & KubeObject>(NODES).catch((error: unknown) => {
    if (error instanceof KubeError && error.status === 403) return []
    throw new SeaworthyError('PLATFORM', `the nodes cannot be listed: ${messageOf(error)}`, { cause: error })
  })
  return new Map(nodes.map(({ metadata: { name, uid = '' } }) => [name, { kind: 'Node', name, uid }]))
}
