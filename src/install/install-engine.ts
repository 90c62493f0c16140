import type { Clock } from '../kit/clock.ts'
import { SeaworthyError } from '../kit/errors.ts'
import type { KubeClient } from '../kube/kube-client.ts'
import { type FoundInstallation, findInstallation } from './find-installation.ts'
import { allFaults, isLive, spokenFault } from './live-faults.ts'
import { installedObjects } from './objects/all.ts'
import type { Installation, Manifest } from './objects/manifest.ts'
import { notReady, partStates } from './readiness.ts'
import { resourceOf } from './resource-of.ts'
import { areCompatible, compareVersions } from './version-order.ts'

const INSTALL_MANAGER = 'seaworthy-install'

export interface InstallOptions {
  readonly installation: Installation
  readonly clock: Clock
  /** `apply` brings the cluster to this version; `ensure` only adds what is missing altogether, and takes what fits as it is. */
  readonly mode: 'apply' | 'ensure'
  /** Goes back to an older version though faults are on. */
  readonly force?: boolean
  /** How long to wait until all parts are ready; 0 does not wait. */
  readonly waitMs: number
  readonly signal?: AbortSignal | undefined
  /** Told what is being waited for, in a sentence. */
  readonly onProgress?: ((line: string) => void) | undefined
}

export interface Installed {
  readonly installedNow: boolean
  readonly version: string
  readonly namespace: string
  /** From the first request until everything was ready, or the wait was given up at once. */
  readonly waitedMs: number
}

/**
 * Brings the daemon and the controller into the cluster, or finds them there. Idempotent. Throws SeaworthyError('PLATFORM')
 * with a remedy: not allowed, another version that does not fit, or not ready in time (with each part's own words).
 */
export async function installEngine(client: KubeClient, options: InstallOptions): Promise<Installed> {
  const { clock, installation, mode } = options
  const startMs = clock.monotonic()
  const found = await findInstallation(client, installation.namespace)
  const keep = mode === 'ensure' && found !== undefined && !found.partial
  if (keep) refuseStranger(found, installation)
  else {
    await refuseUnsafe(client, found, options)
    await applyAll(client, installation, options)
  }
  const namespace = keep ? found.namespace : installation.namespace
  if (options.waitMs > 0) await waitUntilReady(client, namespace, options)
  return {
    installedNow: !keep,
    version: keep ? found.version : installation.version,
    namespace,
    waitedMs: Math.round(clock.monotonic() - startMs),
  }
}

function refuseStranger(found: FoundInstallation, { version }: Installation): void {
  if (areCompatible(found.version, version)) return
  throw new SeaworthyError('PLATFORM', `the cluster runs Seaworthy ${found.version}, and this is ${version}`, {
    target: found.namespace,
    remedy: `Use version ${found.version} here, or have the cluster brought to ${version} by \`seaworthy install\`.`,
  })
}

async function refuseUnsafe(
  client: KubeClient,
  found: FoundInstallation | undefined,
  { installation, force }: InstallOptions,
): Promise<void> {
  if (!found) return
  if (!found.partial && found.namespace !== installation.namespace) {
    throw new SeaworthyError('PLATFORM', `Seaworthy is installed in namespace ${found.namespace} already`, {
      target: found.namespace,
      remedy: `Install with \`--namespace ${found.namespace}\`, or uninstall that one first.`,
    })
  }
  if (force === true || compareVersions(found.version, installation.version) <= 0) return
  const live = (await allFaults(client)).filter(isLive)
  if (live.length === 0) return
  throw new SeaworthyError(
    'PLATFORM',
    `the cluster runs Seaworthy ${found.version}, newer than ${installation.version}, and faults are on: ${live.map(spokenFault).join('; ')}`,
    {
      target: found.namespace,
      remedy: 'Wait until they have ended, or go back in spite of them with `--force`.',
    },
  )
}

/** Objects of one step do not need each other; those of the next need these. Pods start last, with their rights in place. */
function stepsOf(objects: readonly Manifest[]): readonly (readonly Manifest[])[] {
  const first = ['Namespace', 'CustomResourceDefinition', 'ClusterRole', 'ClusterRoleBinding']
  const last = ['DaemonSet', 'Deployment']
  return [
    objects.filter(({ kind }) => first.includes(kind)),
    objects.filter(({ kind }) => !first.includes(kind) && !last.includes(kind)),
    objects.filter(({ kind }) => last.includes(kind)),
  ]
}

async function applyAll(client: KubeClient, installation: Installation, { signal }: InstallOptions): Promise<void> {
  for (const step of stepsOf(installedObjects(installation)))
    await Promise.all(
      step.map((manifest) =>
        client.apply(resourceOf(manifest), manifest, { manager: INSTALL_MANAGER, force: true, signal }),
      ),
    )
}

const LOOK_EVERY_MS = 100

async function waitUntilReady(
  client: KubeClient,
  namespace: string,
  { clock, waitMs, signal, onProgress }: InstallOptions,
): Promise<void> {
  const untilMs = clock.monotonic() + waitMs
  let told = ''
  for (;;) {
    const missing = await notReady(client, namespace)
    if (missing.length === 0) return
    const line = missing.join(', ')
    if (line !== told) onProgress?.(`waiting: ${line}`)
    told = line
    if (clock.monotonic() >= untilMs) throw await notReadyInTime(client, namespace, missing, waitMs)
    await clock.sleep(LOOK_EVERY_MS, signal)
  }
}

async function notReadyInTime(
  client: KubeClient,
  namespace: string,
  missing: readonly string[],
  waitMs: number,
): Promise<SeaworthyError> {
  const parts = (
    await Promise.all(['daemon', 'controller'].map((component) => partStates(client, namespace, component)))
  ).flat()
  const words = parts
    .filter(({ ready }) => !ready)
    .map(({ pod, node, why }) => `${pod} on ${node ?? 'no node'}: ${why}`)
  return new SeaworthyError(
    'PLATFORM',
    `Seaworthy was not ready after ${Math.round(waitMs / 1_000)} s: ${[...missing, ...words].join('; ')}`,
    {
      target: namespace,
      remedy: `Look at \`kubectl --namespace ${namespace} get pods\`; on a node that cannot be reached wait with \`--wait 0s\`.`,
    },
  )
}
