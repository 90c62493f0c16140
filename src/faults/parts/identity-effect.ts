import type { TargetStatus } from '../../model/cluster/fault-object.ts'
import type { Effect } from '../../model/effect.ts'
import { clusterEffect } from './cluster-effect.ts'

/** How faults end that leave nothing behind, for the reference page. */
export const WITNESSED =
  'Traffic at the pod is counted by the daemon on its node from the moment on at which the fault is prepared.'

/**
 * An object is gone where its name holds another UID now, or none. The UID that was frozen is the one that the fault was asked
 * for, so nothing needs to be seen before. No tolerance.
 */
export function goneEffect(targets: readonly TargetStatus[]): Effect {
  return clusterEffect(targets, 'object', ({ under, target }) => {
    if (under.identity === undefined) return { effective: false, seen: 'its UID was not seen under the fault' }
    if (under.identity === target.uid) return { effective: false, seen: `still there with UID ${short(target.uid)}` }
    const now = under.identity === '' ? 'gone, none in its place yet' : `UID ${short(under.identity)} in its place`
    return { effective: true, seen: `UID ${short(target.uid)} became ${now}` }
  })
}

/** A process is killed where another one (by pid and start time) is in its place, or none. No tolerance. */
export function killedEffect(targets: readonly TargetStatus[], what: string): Effect {
  return clusterEffect(targets, 'process', ({ before, under }) => {
    if (before?.identity === undefined || before.identity === '' || before.state === 'gone')
      return { effective: false, seen: `${what} was not seen before the fault` }
    if (under.state === 'gone' || under.identity === '')
      return { effective: true, seen: `${before.identity} is gone, none in its place yet` }
    if (under.identity === undefined) return { effective: false, seen: `${what} was not seen under the fault` }
    if (under.identity === before.identity)
      return { effective: false, seen: `${before.identity} is ${under.state ?? 'still there'}` }
    const restarts =
      under.restarts === undefined ? '' : `, restarts ${before.restarts ?? 'unknown'} → ${under.restarts}`
    return { effective: true, seen: `${before.identity} became ${under.identity}${restarts}` }
  })
}

function short(uid: string): string {
  return uid.slice(0, 8)
}
