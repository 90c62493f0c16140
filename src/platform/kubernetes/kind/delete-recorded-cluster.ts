import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, isAbsolute, join } from 'node:path'
import { messageOf } from '../../../kit/errors.ts'
import type { Leftover } from '../../../model/ledger.ts'
import { clusterNameOf } from './cluster-name.ts'
import { deleteKindCluster, leftoverOf } from './delete-kind-cluster.ts'
import { findInstalledKind, findKind, type KindSearch } from './find-kind.ts'
import type { KindTool } from './kind-command.ts'

/** What a ledger says of a cluster. */
export interface RecordedCluster {
  readonly name: string
  readonly binary: string
}

const SETTLE_MS = 4_000

/**
 * Deletes the cluster that a run left behind, from its entry in the ledger alone. Only the name that this very run's
 * cluster has: a ledger that was tampered with must not become a way to delete other clusters. Never throws.
 */
export async function deleteRecordedCluster(
  run: string,
  recorded: RecordedCluster,
  search: KindSearch & Pick<KindTool, 'prefix'>,
): Promise<readonly Leftover[]> {
  const { name } = recorded
  let folder: string | undefined
  try {
    if (name !== clusterNameOf(run)) return [leftoverOf(name, 'it is not the cluster of that run')]
    const binary = await binaryFor(recorded, search)
    folder = await mkdtemp(join(tmpdir(), 'seaworthy-kind-'))
    const { prefix, environment } = search
    const kubeconfig = join(folder, 'kubeconfig')
    return await deleteKindCluster({ binary, prefix, environment }, { name, kubeconfig, settleMs: SETTLE_MS })
  } catch (error) {
    return [leftoverOf(name, messageOf(error))]
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true })
  }
}

/** The kind that made it where that is still there: another version may know its nodes by other labels. */
async function binaryFor({ binary }: RecordedCluster, search: KindSearch): Promise<string> {
  if (isAbsolute(binary) && /^kind/.test(basename(binary))) {
    const same = await findInstalledKind({ ...search, named: binary }).catch(() => undefined)
    if (same) return same.path
  }
  const found = await findKind(search, () => undefined, AbortSignal.timeout(600_000))
  return found.path
}
