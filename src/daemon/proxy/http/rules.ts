import { deriveSeed, seededRandom } from '../../../kit/random.ts'
import type { HttpFaultRule } from '../../../model/cluster/node-action.ts'
import type { HttpMatch } from '../../../model/recipe.ts'
import { globMatches } from '../glob.ts'
import { ActiveFault } from '../helper/active-fault.ts'
import type { Destination, HttpFault } from './messages.ts'

export type RuleOf<K extends HttpFaultRule['rule']> = Extract<HttpFaultRule, { readonly rule: K }>

/** A fault as the proxy carries it out. */
export class ActiveRule extends ActiveFault {
  readonly rule: HttpFaultRule
  readonly #match: HttpMatch
  readonly #random: () => number
  readonly #jitter: () => number
  #keys: ReadonlySet<string>

  constructor(fault: HttpFault, onOver: () => void) {
    super(fault, onOver)
    this.rule = fault.rule
    this.#match = fault.match
    this.#random = seededRandom(fault.seed)
    this.#jitter = seededRandom(deriveSeed(fault.seed, 'jitter'))
    this.#keys = new Set(fault.destinations.map(destinationKey))
  }

  /** Other destinations from now on. */
  retarget(fault: HttpFault): void {
    this.#keys = new Set(fault.destinations.map(destinationKey))
  }

  actsOn(key: string): boolean {
    return this.active && this.#keys.has(key)
  }

  /** Asked once a request. A probe that matches is always hit, whatever the share, and draws no number of the traffic's. */
  takes(request: RequestFacts): boolean {
    const { path, method, share } = this.#match
    if (method !== undefined && method.toUpperCase() !== request.method.toUpperCase()) return false
    if (path !== undefined && !globMatches(path, pathOf(request.target))) return false
    if (request.own) return true
    this.matched += 1
    return this.#random() < share
  }

  /** Uniformly within the jitter around the delay. */
  delayMs({ delayMs, jitterMs }: RuleOf<'delay'>): number {
    return Math.max(0, delayMs + jitterMs * (2 * this.#jitter() - 1))
  }

  countHit(request: RequestFacts): void {
    if (!request.own) this.hit += 1
  }
}

export interface RequestFacts {
  readonly method: string
  /** As it was sent: path and query, or an absolute URI. */
  readonly target: string
  /** The daemon's own. */
  readonly own: boolean
}

export function destinationKey({ address, port }: Destination): string {
  return `${address ?? 'here'} ${port}`
}

/** Without query, and without scheme and authority in the absolute form (RFC 9112 §3.2); percent-encoding stays as it was sent. */
export function pathOf(target: string): string {
  const withoutQuery = target.split('?', 1)[0] ?? ''
  const absolute = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/]*/.exec(withoutQuery)
  return absolute ? withoutQuery.slice(absolute[0].length) || '/' : withoutQuery
}

/** What the rules say about one request. */
export interface Sentence {
  readonly delays: readonly ActiveRule[]
  /** Answers in the service's place; undefined status resets. */
  readonly abort: ActiveRule | undefined
  readonly replaces: readonly ActiveRule[]
}

/** Asks every rule in the order in which they were set; one that answers in the service's place is the last. */
export function judgeRequest(rules: readonly ActiveRule[], request: RequestFacts): Sentence {
  const delays: ActiveRule[] = []
  const replaces: ActiveRule[] = []
  for (const rule of rules) {
    if (rule.rule.rule === 'grpc-abort' || !rule.takes(request)) continue
    if (rule.rule.rule === 'abort') return { delays, abort: rule, replaces }
    if (rule.rule.rule === 'delay') delays.push(rule)
    else replaces.push(rule)
  }
  return { delays, abort: undefined, replaces }
}
