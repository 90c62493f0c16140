import { systemClock } from '../../../kit/clock.ts'
import { formatDuration } from '../../../kit/duration.ts'
import { messageOf, SeaworthyError } from '../../../kit/errors.ts'
import type { KubeClient } from '../../../kube/kube-client.ts'
import { DEPLOYMENTS, NODES } from '../../../kube/resources.ts'
import { conditionOf, type Node, type Workload } from '../shapes.ts'

const LOOK_AGAIN_MS = 500
const ASK_MS = 10_000

/**
 * Waits until every node is Ready and the cluster's DNS is available: kind's own `--wait` looks at control planes only, and
 * ends with 0 when it has waited in vain. Throws SeaworthyError('PLATFORM') with what is not ready; the signal's reason.
 */
export async function waitClusterReady(client: KubeClient, withinMs: number, signal: AbortSignal): Promise<void> {
  const deadline = systemClock.monotonic() + withinMs
  for (;;) {
    const lacks = await whatLacks(client, signal)
    if (lacks === undefined) return
    if (systemClock.monotonic() > deadline) {
      throw new SeaworthyError('PLATFORM', `the cluster was not ready within ${formatDuration(withinMs)}: ${lacks}`, {
        target: client.server,
        remedy: 'Look into the exported logs, or give it more time with `system.ready`.',
      })
    }
    await systemClock.sleep(LOOK_AGAIN_MS, signal)
  }
}

/** In words; undefined when nothing does. Before the API server answers, that is what lacks. */
async function whatLacks(client: KubeClient, signal: AbortSignal): Promise<string | undefined> {
  const options = { signal, timeoutMs: ASK_MS }
  try {
    const nodes = await client.list<Node>(NODES, {}, options)
    if (nodes.length === 0) return 'it has no nodes'
    for (const { metadata, status } of nodes) {
      const ready = conditionOf(status?.conditions, 'Ready')
      if (ready?.status !== 'True') return `node ${metadata.name} is not ready: ${ready?.message ?? 'it says nothing'}`
    }
    const dns = await client.get<Workload>(DEPLOYMENTS, 'coredns', 'kube-system', options)
    const available = conditionOf(dns?.status?.conditions, 'Available')
    return available?.status === 'True'
      ? undefined
      : `DNS is not available: ${available?.message ?? 'it was not started'}`
  } catch (error) {
    signal.throwIfAborted()
    return messageOf(error)
  }
}
