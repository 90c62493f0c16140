import type { NodeContext, PodOnNode } from '../../model/cluster/mechanism.ts'
import { removeTables, tablesLeft } from './tables.ts'
import { classesLeft, removeClass } from './timed-class.ts'

/**
 * Takes away the rules of an action and the class that they send packets to, at the same time: without either of them packets
 * pass. Idempotent. Throws what one of them threw when both have ended.
 */
export async function removeRuledClass(pod: PodOnNode, context: NodeContext): Promise<void> {
  const outcomes = await Promise.allSettled([removeTables(pod, context), removeClass(pod, context.id)])
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
}

/** Names of what is still there of the rules and of the class. */
export async function ruledClassLeft(pod: PodOnNode, context: NodeContext): Promise<readonly string[]> {
  return (await Promise.all([tablesLeft(pod, context), classesLeft(pod, context.id)])).flat()
}
