import type { TargetStatus } from '../../model/cluster/fault-object.ts'
import type { NodeReading } from '../../model/cluster/reading.ts'
import type { Effect } from '../../model/effect.ts'
import { clusterEffect } from './cluster-effect.ts'

/** A node's link or unit that was well before is not any more, as the node itself says. No tolerance. */
export function unwellEffect(
  targets: readonly TargetStatus[],
  words: { readonly well: string; readonly ill: string },
): Effect {
  const spoken = (reading: NodeReading | undefined) => {
    if (reading?.ready === undefined) return 'not seen'
    return `${reading.ready ? words.well : words.ill}${reading.fact === undefined ? '' : ` (${reading.fact})`}`
  }
  return clusterEffect(targets, 'node', ({ before, under }) => ({
    effective: before?.ready === true && under.ready === false,
    seen: `${spoken(before)} before, ${spoken(under)} under the fault`,
  }))
}

/**
 * What was running, or as it was, before is stopped now: what the fault wrote is in the object on a
 * fresh read. No tolerance.
 */
export function heldEffect(
  targets: readonly TargetStatus[],
  words: { readonly stopped: string; readonly running: string },
): Effect {
  const spoken = (reading: NodeReading | undefined) => {
    if (reading?.state === undefined) return 'not seen'
    return { stopped: words.stopped, running: words.running, gone: 'gone' }[reading.state]
  }
  return clusterEffect(targets, 'object', ({ before, under }) => ({
    effective: before?.state === 'running' && under.state === 'stopped',
    seen: `${spoken(before)} before, ${spoken(under)} under the fault${under.fact === undefined ? '' : ` (${under.fact})`}`,
  }))
}
