import type { LinkMatch } from '../../../model/recipe.ts'
import { replicaMatches } from './link-match.ts'

/** What came to one link, by the replica that it was balanced to. Keeps counts only. */
export class Crossings {
  readonly #byReplica = new Map<string | undefined, number>()

  /** A new connection. The function it returns is called at each complete HTTP request on it: the first is the connection's own. */
  connection(replica: string | undefined): () => void {
    this.#add(replica)
    let requests = 0
    return () => {
      requests += 1
      if (requests > 1) this.#add(replica)
    }
  }

  /** Those whose replica the match names, or all. */
  count(match: LinkMatch): number {
    let sum = 0
    for (const [replica, count] of this.#byReplica) if (replicaMatches(match, replica)) sum += count
    return sum
  }

  #add(replica: string | undefined): void {
    this.#byReplica.set(replica, (this.#byReplica.get(replica) ?? 0) + 1)
  }
}
