import type { LinkFacts } from '../../../model/inventory.ts'
import type { ServiceCount } from '../../../model/ports.ts'
import type { LinkMatch, LinkRule, Reading } from '../../../model/recipe.ts'

/** A replica that is ready, and where one of its ports listens. */
export interface Backend {
  readonly replica: string
  readonly host: string
  readonly port: number
}

export interface LinkOptions {
  /** Any free port when undefined. */
  readonly listenPort?: number | undefined
  /** Default 127.0.0.1. */
  readonly host?: string | undefined
}

/** One local address through which one consumer reaches one service. */
export interface Link {
  readonly facts: LinkFacts
  readonly host: string
  readonly port: number
  /** `127.0.0.1:40001` */
  readonly address: string
  /** Ends its connections and stops listening. Idempotent. */
  readonly close: () => Promise<void>
}

/** What a rule did to real traffic since it was set; probes are left out. */
export type RuleCounters = Omit<Extract<Reading, { readonly probe: 'link-rule' }>, 'probe' | 'answers'>

export interface ProbeRequest {
  /** Path of a GET; undefined asks whether a TCP connection is carried through and stays. */
  readonly path?: string | undefined
  readonly timeoutMs: number
}

export interface ProbeAnswer {
  readonly answered: boolean
  /** Status of the answer, when HTTP was asked and answered. */
  readonly status?: number | undefined
  /** From the start of connecting to the whole answer, or until it was given up. */
  readonly ms: number
}

interface InstalledRule {
  readonly id: string
  readonly match: LinkMatch
  readonly rule: LinkRule
}

/** All links of a run, and the rules on them. */
export interface LinkTable {
  /**
   * Starts a link. `backends` is asked at each new connection, and answers with ready replicas only.
   * Throws SeaworthyError('PLATFORM') when the address cannot be listened on.
   */
  readonly open: (facts: LinkFacts, backends: () => readonly Backend[], options?: LinkOptions) => Promise<Link>
  readonly links: () => readonly Link[]
  /**
   * Puts a rule on all matching links, with open connections, at once. Doing it twice is doing it once; a rule that was
   * removed or differs starts with fresh counters. Throws SeaworthyError('ENGINE') for a rule that cannot be carried out.
   */
  readonly setRule: (id: string, match: LinkMatch, rule: LinkRule) => void
  /** Takes a rule away and delivers what it held. Does nothing when there is none. */
  readonly removeRule: (id: string) => void
  readonly rules: () => readonly InstalledRule[]
  /** Readable after removal; all zero and not active for an id that never was. */
  readonly ruleCounters: (id: string) => RuleCounters
  /** Connections, or the complete HTTP requests on them where those are more, that came to matching links since they were opened; without probes. */
  readonly crossings: (match: LinkMatch) => number
  /**
   * For each service that has a link: HTTP requests, bad with a status of 500 or more or without a complete answer; where it
   * is not HTTP connections, bad when refused or reset by the service's side. Without probes.
   */
  readonly serviceCounts: () => readonly ServiceCount[]
  /** Opens a connection to the link's own port, as its consumer would, that does not count as traffic. Never rejects for a link that does not answer. */
  readonly probe: (linkId: string, request: ProbeRequest) => Promise<ProbeAnswer>
  /** Closes every link. Idempotent. */
  readonly close: () => Promise<void>
}
