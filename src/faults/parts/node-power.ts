import type { TargetStatus } from '../../model/cluster/fault-object.ts'
import type { Effect } from '../../model/effect.ts'
import { clusterEffect } from './cluster-effect.ts'

/** A node that went down has another boot id, or as a container another first process, when it is back; one that is not back is gone or not ready. No tolerance. */
export function bootedEffect(targets: readonly TargetStatus[]): Effect {
  return clusterEffect(targets, 'node', ({ before, under }) => {
    if (before?.identity === undefined || before.identity === '')
      return { effective: false, seen: 'its boot id was not seen before the fault' }
    const went = under.state === 'gone' || (before.ready === true && under.ready === false)
    const again = under.identity !== undefined && under.identity !== '' && under.identity !== before.identity
    const now = again ? `boot id ${under.identity}` : went ? 'down' : 'not seen to go down'
    return { effective: went || again, seen: `boot id ${before.identity} before, ${now} under the fault` }
  })
}
