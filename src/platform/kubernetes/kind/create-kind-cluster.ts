import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '../../../kit/clock.ts'
import { messageOf, SeaworthyError } from '../../../kit/errors.ts'
import { createKubeClient } from '../../../kube/create-kube-client.ts'
import { loadConnection } from '../../../kube/load-connection.ts'
import type { Emit } from '../../../model/events.ts'
import type { Leftover } from '../../../model/ledger.ts'
import type { Ledger } from '../../../model/ports.ts'
import { checkClusterName } from './cluster-name.ts'
import { waitClusterReady } from './cluster-ready.ts'
import { deleteKindCluster, nodesOf } from './delete-kind-cluster.ts'
import { callKind, type KindTool, kindError, kindOutput } from './kind-command.ts'
import { tellProgress } from './kind-progress.ts'

/** kubeadm alone waits for four minutes; on top comes an image of a gigabyte. */
const CREATE_MS = 1_200_000
const ASK_MS = 60_000
const EXPORT_MS = 120_000
/** How long the container engine may go on with a node whose creation was given up. */
const SETTLE_MS = 4_000
/** Before it, kind has asked the container engine for nothing. */
const NODES_STEP = 'Preparing nodes'

export interface KindClusterRequest {
  readonly name: string
  /** A node image; kind's own for its version where none is named. */
  readonly image?: string | undefined
  /** The text of a configuration of kind. */
  readonly config?: string | undefined
  /** For nodes and DNS to be ready, after kind has ended. */
  readonly waitMs: number
  /** Of the run's own: the kubeconfig is written here. */
  readonly folder: string
  /** Where the logs of a cluster that failed are kept. */
  readonly logFolder: string
  readonly signal: AbortSignal
  readonly emit: Emit
  readonly ledger: Ledger
  readonly tool: KindTool
  /** Told when a cluster that failed could not be deleted. */
  readonly onLeft?: ((leftovers: readonly Leftover[]) => void) | undefined
}

export interface KindCluster {
  readonly name: string
  /** Its only context is the cluster's administrator. */
  readonly kubeconfig: string
}

/**
 * Makes a cluster and returns when its nodes and its DNS are ready. It is in the ledger before it is there. When anything
 * goes wrong, also when the signal is aborted, what there is of it is deleted, after its logs were kept; what could not be
 * deleted is told as a warning with its remedy.
 * Throws SeaworthyError('INPUT') for a bad name, SeaworthyError('PLATFORM') with kind's reason; the signal's reason.
 */
export async function createKindCluster(request: KindClusterRequest): Promise<KindCluster> {
  const { ledger, signal, tool } = request
  const name = checkClusterName(request.name)
  await refuseExisting(tool, name, signal)
  await mkdir(request.folder, { recursive: true })
  const cluster = { name, kubeconfig: kubeconfigIn(request.folder) }
  const args = await createArguments(request, cluster)
  await ledger.write({ entry: 'kind-cluster', at: systemClock.now(), id: ledgerId(name), name, binary: tool.binary })
  const steps = new Set<string>()
  try {
    await create(request, args, steps)
    await ready(request, cluster)
    return cluster
  } catch (error) {
    await clearAway(request, cluster, { error, settleMs: steps.has(NODES_STEP) ? SETTLE_MS : 0 })
    throw error
  }
}

/** Where the kubeconfig of a cluster is in the run's own folder. */
export function kubeconfigIn(folder: string): string {
  return join(folder, 'kind.kubeconfig')
}

/** The id of a cluster's entry in the ledger. */
export function ledgerId(name: string): string {
  return `kind/${name}`
}

/** A cluster of somebody else's with our name must not be deleted by our clearing away. */
async function refuseExisting(tool: KindTool, name: string, signal: AbortSignal): Promise<void> {
  const clusters = await kindOutput(tool, ['get', 'clusters'], { timeoutMs: ASK_MS, signal })
  if (!clusters.split('\n').includes(name)) return
  throw kindError(['create', 'cluster'], {
    exitCode: 1,
    signal: undefined,
    stdout: '',
    stderr: `ERROR: node(s) already exist for a cluster with the name "${name}"`,
  })
}

async function createArguments(request: KindClusterRequest, { name, kubeconfig }: KindCluster) {
  const { image, config, folder } = request
  const args = ['create', 'cluster', '--name', name, '--kubeconfig', kubeconfig, '--retain']
  if (image !== undefined) args.push('--image', image)
  if (config === undefined) return args
  const file = join(folder, 'kind.yaml')
  await writeFile(file, config, { mode: 0o600 })
  return [...args, '--config', file]
}

async function create(
  { tool, signal, emit }: KindClusterRequest,
  args: readonly string[],
  steps: Set<string>,
): Promise<void> {
  const progress = tellProgress(emit, systemClock.monotonic, (step) => steps.add(step))
  try {
    const ending = await callKind(tool, args, { timeoutMs: CREATE_MS, signal, onLine: progress.line })
    if (ending.exitCode !== 0) throw kindError(args, ending)
  } finally {
    progress.end()
  }
}

async function ready({ waitMs, signal }: KindClusterRequest, { kubeconfig }: KindCluster): Promise<void> {
  const client = createKubeClient(await loadConnection({ kubeconfig, env: {} }))
  try {
    await waitClusterReady(client, waitMs, signal)
  } finally {
    client.close()
  }
}

async function clearAway(
  request: KindClusterRequest,
  cluster: KindCluster,
  { error, settleMs }: { readonly error: unknown; readonly settleMs: number },
): Promise<void> {
  const { tool, emit, ledger, signal, logFolder } = request
  const { name } = cluster
  // Between our look and kind's somebody else took the name: what is there is theirs.
  if (error instanceof SeaworthyError && error.message.startsWith('there is already a kind cluster')) {
    await ledger.write({ entry: 'gone', at: systemClock.now(), id: ledgerId(name) })
    return
  }
  if (!signal.aborted) await keepKindLogs(tool, name, logFolder, emit)
  const left = await deleteKindCluster(tool, { ...cluster, settleMs })
  if (left.length === 0) await ledger.write({ entry: 'gone', at: systemClock.now(), id: ledgerId(name) })
  else request.onLeft?.(left)
  for (const { what, why, remedy } of left) emit({ event: 'warning', detail: `${what} is left: ${why}. ${remedy}` })
}

/**
 * Keeps the logs of a cluster that something went wrong in, and tells where they are. A node that never came up has nothing
 * to tell; that its logs are missing must not hide why it did not. Never throws.
 */
export async function keepKindLogs(tool: KindTool, name: string, folder: string, emit: Emit): Promise<void> {
  try {
    if ((await nodesOf(tool, name)).length === 0) return
    await exportKindLogs(tool, name, folder)
    emit({ event: 'warning', detail: `the logs of the cluster that failed are in ${folder}` })
  } catch (error) {
    emit({ event: 'warning', detail: `the logs of the cluster that failed could not be kept: ${messageOf(error)}` })
  }
}

/** Writes the logs of all nodes and their containers into a folder. Throws SeaworthyError('PLATFORM'). */
export async function exportKindLogs(tool: KindTool, name: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await kindOutput(tool, ['export', 'logs', '--name', name, folder], { timeoutMs: EXPORT_MS })
}
