import { systemClock } from '../../../kit/clock.ts'
import { messageOf } from '../../../kit/errors.ts'
import type { Leftover } from '../../../model/ledger.ts'
import { type KindTool, kindOutput } from './kind-command.ts'

const DELETE_MS = 180_000
const ASK_MS = 60_000
const ATTEMPTS = 5
const BACKOFF_MS = 1_000

export interface KindDeletion {
  readonly name: string
  /** The cluster's own; kind takes its context out of it, and would take it out of the user's otherwise. */
  readonly kubeconfig: string
  /**
   * How long to wait before looking once more. An interrupted or failed create may leave the container engine starting a
   * node that comes up after the deletion; zero when the cluster was whole.
   */
  readonly settleMs: number
  /** How often to try; 5 times within some 10 s where it is not said. */
  readonly attempts?: number | undefined
}

/**
 * Deletes a cluster with all its nodes and looks whether they are gone, again and again: a deletion can fail and leave the
 * cluster as it was. Idempotent. Never throws: what could not be removed, or not be asked for, is a leftover with its remedy.
 */
export async function deleteKindCluster(tool: KindTool, deletion: KindDeletion): Promise<readonly Leftover[]> {
  let why = 'unknown'
  let settled = deletion.settleMs === 0
  const attempts = deletion.attempts ?? ATTEMPTS
  for (let attempt = 1; attempt <= attempts; attempt++) {
    try {
      await removeOnce(tool, deletion)
      if (!settled) {
        settled = true
        await systemClock.sleep(deletion.settleMs)
      }
      const nodes = await nodesOf(tool, deletion.name)
      if (nodes.length === 0) return []
      why = `its nodes are still there: ${nodes.join(', ')}`
    } catch (error) {
      why = messageOf(error)
    }
    if (attempt < attempts) await systemClock.sleep(attempt * BACKOFF_MS)
  }
  return [leftoverOf(deletion.name, why)]
}

/** The names of a cluster's nodes; none for a cluster that is not there. Throws SeaworthyError('PLATFORM') when nobody can say. */
export async function nodesOf(tool: KindTool, name: string): Promise<readonly string[]> {
  const text = await kindOutput(tool, ['get', 'nodes', '--name', name], { timeoutMs: ASK_MS })
  return text.split('\n').filter((line) => line.startsWith(`${name}-`))
}

export function leftoverOf(name: string, why: string): Leftover {
  return { what: `kind cluster ${name}`, why, remedy: `Delete it by hand: \`kind delete cluster --name ${name}\`.` }
}

/** Unknown names end with 0 as well. */
async function removeOnce(tool: KindTool, { name, kubeconfig }: KindDeletion): Promise<void> {
  await kindOutput(tool, ['delete', 'cluster', '--name', name, '--kubeconfig', kubeconfig], { timeoutMs: DELETE_MS })
}
