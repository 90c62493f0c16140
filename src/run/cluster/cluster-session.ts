import { dirname, join, resolve } from 'node:path'
import { createClusterEngine } from '../../engine/cluster/cluster-engine.ts'
import { FAULT_TYPES } from '../../faults/registry.ts'
import { engineStatus } from '../../install/engine-status.ts'
import { installEngine } from '../../install/install-engine.ts'
import { defaultImage, defaultInstallation } from '../../install/objects/manifest.ts'
import { SeaworthyError } from '../../kit/errors.ts'
import { VERSION } from '../../kit/version.ts'
import { writeKubeconfig } from '../../kube/write-kubeconfig.ts'
import { SYSTEM_NAMESPACE } from '../../model/cluster/fault-object.ts'
import type { Platform, RunContext } from '../../model/ports.ts'
import type { KubernetesSystem } from '../../model/suite.ts'
import { createKindPlatform } from '../../platform/kubernetes/kind/kind-platform.ts'
import {
  type Beside,
  createKubernetesPlatform,
  type KubernetesPlatform,
} from '../../platform/kubernetes/kubernetes-platform.ts'
import { createClusterTraffic } from '../../traffic/cluster/create-cluster-traffic.ts'
import type { Session } from '../session.ts'
import type { SessionInput } from '../session-input.ts'
import { asPlanned } from './as-planned.ts'
import { clusterHands } from './cluster-hands.ts'
import { clusterPrometheus } from './cluster-prometheus.ts'
import { K6_IMAGE, PROMETHEUS_IMAGE } from './images.ts'
import { lateClient } from './late-client.ts'
import type { OpenCluster } from './open-cluster.ts'
import { withLease } from './with-lease.ts'

const INSTALL_LIMIT_MS = 120_000

/** The parts of a session that a cluster has in its own way. */
export type ClusterParts = Pick<Session, 'context' | 'platform' | 'engine' | 'traffic' | 'cluster'>

/** Makes the adapters of one run on a cluster that is there; nothing is started yet. */
export async function openClusterParts(
  input: SessionInput,
  cluster: OpenCluster,
  system: KubernetesSystem,
): Promise<ClusterParts> {
  const { client, connection } = cluster
  const context = withPlace(input.context, system.namespace)
  await writeKubeconfig(connection, kubeconfigOf(context), system.namespace)
  return assemble(
    input,
    context,
    (beside) => createKubernetesPlatform(context, { client, connection }, beside),
    { ...cluster, clusterStays: true },
    system,
  )
}

/** The same for a cluster of kind, which `up` makes and `down` deletes. */
export function openKindParts(input: SessionInput, system: KubernetesSystem): ClusterParts {
  const image = input.planned.image ?? defaultImage(VERSION)
  const context = withPlace(input.context, system.namespace)
  const late = lateClient()
  const choices = input.planned.kind ?? { image: undefined, config: undefined }
  const platform = (beside: Beside) => {
    const kind = createKindPlatform(context, { ...input.kindSearch, ...choices, beside })
    return {
      ...kind,
      up: async (signal: AbortSignal) => {
        const { client, connection } = await kind.create(signal)
        late.become(client)
        await writeKubeconfig(connection, kubeconfigOf(context), system.namespace)
        await kind.up(signal)
      },
    }
  }
  const parts = assemble(
    input,
    context,
    platform,
    { client: late.client, image, install: 'ensure', clusterStays: false },
    system,
  )
  const { traffic } = parts
  // In a cluster that never came up there is nothing to end, and nobody to ask.
  return { ...parts, traffic: { ...traffic, stop: async () => (late.isThere() ? traffic.stop() : undefined) } }
}

function assemble(
  input: SessionInput,
  context: RunContext,
  platformWith: (beside: Beside) => Pick<KubernetesPlatform, keyof Platform | 'targets'>,
  cluster: Pick<OpenCluster, 'client' | 'image' | 'install'> & { readonly clusterStays: boolean },
  { namespace }: KubernetesSystem,
): ClusterParts {
  const { planned, clock } = input
  const { client, image } = cluster
  const { run, ledger, emit, suite } = context
  const place = { client, namespace, run, clock, ledger, emit }
  const { lockWaitMs, link } = input
  const prometheus = clusterPrometheus(suite.prometheus, { ...place, image: PROMETHEUS_IMAGE, ownImage: image })
  const kubernetes = platformWith(prometheus.begin)
  const leased = withLease(kubernetes, { ...place, lockWaitMs, link, clusterStays: cluster.clusterStays })
  const platform = prometheus.partOf(asPlanned(leased, suite, planned.inventory))
  return {
    context,
    platform: { ...platform, down: async () => endWith(client, await platform.down()) },
    engine: createClusterEngine({
      ...place,
      targets: kubernetes.targets,
      faultTypes: FAULT_TYPES,
      ensureInstalled: () => ensureInstalled(input, cluster),
    }),
    traffic: createClusterTraffic(suite.traffic, {
      ...context,
      ...place,
      image,
      k6Image: K6_IMAGE,
      suiteFolder: dirname(resolve(suite.file)),
      resolve: (url) => url,
      seed: planned.plan.seed,
      services: planned.inventory.workloads.map(({ name }) => name),
    }),
    cluster: clusterHands({ ...place, image }),
  }
}

/** Commands of the suite find the preview: `KUBECONFIG` is a file of the run's own, `NAMESPACE` the preview's. */
function withPlace(context: RunContext, namespace: string): RunContext {
  const place = { KUBECONFIG: kubeconfigOf(context), NAMESPACE: namespace }
  return { ...context, environment: { ...context.environment, ...place } }
}

function kubeconfigOf({ workFolder }: RunContext): string {
  return join(workFolder, 'kubeconfig')
}

/** Nobody is surprised by a privileged DaemonSet: a run brings it in only where it was told to. */
async function ensureInstalled(
  { clock, cancelled }: SessionInput,
  { client, image, install }: Pick<OpenCluster, 'client' | 'image' | 'install'>,
): Promise<void> {
  if (install === 'ensure') {
    const installation = { ...defaultInstallation(VERSION), image }
    await installEngine(client, { installation, clock, mode: 'ensure', waitMs: INSTALL_LIMIT_MS, signal: cancelled })
    return
  }
  const { installed, missing } = await engineStatus(client, SYSTEM_NAMESPACE)
  if (installed && missing.length === 0) return
  throw new SeaworthyError('ENGINE', `nothing can be broken in this cluster: ${missing.join(', ')}`, {
    target: client.server,
    remedy:
      'Let whoever runs the cluster do `seaworthy install` once, or give `--install ensure` where this run may do it itself.',
  })
}

function endWith<Value>(client: OpenCluster['client'], value: Value): Value {
  client.close()
  return value
}
