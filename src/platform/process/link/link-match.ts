import type { LinkFacts } from '../../../model/inventory.ts'
import type { LinkDirection, LinkMatch } from '../../../model/recipe.ts'

export type Way = 'to-server' | 'to-client'

/** Whether a rule means this link; which of its connections is `replicaMatches`. */
export function linkMatches(match: LinkMatch, { from, to }: LinkFacts): boolean {
  return (
    (match.from?.workload === undefined || match.from.workload === from.workload) &&
    (match.from?.replicas === undefined || match.from.replicas.includes(from.replica)) &&
    (match.to?.workload === undefined || match.to.workload === to.workload)
  )
}

/** Whether a rule means connections that were balanced to this replica; undefined: no replica was ready. */
export function replicaMatches(match: LinkMatch, replica: string | undefined): boolean {
  const replicas = match.to?.replicas
  return replicas === undefined || (replica !== undefined && replicas.includes(replica))
}

export function actsOn(direction: LinkDirection, way: Way): boolean {
  return direction === 'both' || direction === way
}
