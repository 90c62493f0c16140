import { createServer, type Server, type Socket } from 'node:net'
import { SeaworthyError } from '../../../kit/errors.ts'
import type { LinkFacts } from '../../../model/inventory.ts'
import type { LinkMatch } from '../../../model/recipe.ts'
import { Balancer } from './balancer.ts'
import { Connection } from './connection.ts'
import { Crossings } from './crossings.ts'
import { linkMatches, replicaMatches } from './link-match.ts'
import type { Backend, Link, LinkOptions } from './link-types.ts'
import { resetSocket } from './reset-socket.ts'
import type { RuleState } from './rule-state.ts'
import { ServiceTally, type ServiceTotals } from './service-tally.ts'
import { Witness } from './witness.ts'

export interface LinkServerOptions extends LinkOptions {
  readonly facts: LinkFacts
  readonly backends: () => readonly Backend[]
  readonly totals: ServiceTotals
  /** All rules in force, in the order in which they were set. */
  readonly rules: () => readonly RuleState[]
  readonly onClosed: () => void
}

/** A probe that was announced: its connection is known by the port that it comes from. */
interface Expected {
  readonly arrived: (() => void) | undefined
}

const LOOPBACK = '127.0.0.1'

/** The listener of one link and the connections on it. */
export class LinkServer implements Link {
  readonly facts: LinkFacts
  readonly #options: LinkServerOptions
  readonly #balancer: Balancer
  readonly #crossings = new Crossings()
  readonly #connections = new Set<Connection>()
  readonly #probes = new Map<number, Expected>()
  readonly #server: Server
  #closed: Promise<void> | undefined
  #port = 0

  private constructor(options: LinkServerOptions) {
    this.facts = options.facts
    this.#options = options
    this.#balancer = new Balancer(options.backends)
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#accept(client))
  }

  /** Throws SeaworthyError('PLATFORM') when it cannot listen. */
  static async open(options: LinkServerOptions): Promise<LinkServer> {
    const link = new LinkServer(options)
    const address = `${link.host}:${options.listenPort ?? 0}`
    await new Promise<void>((resolve, reject) => {
      link.#server.once('error', (cause) => reject(cannotListen(options.facts, address, cause)))
      link.#server.listen(options.listenPort ?? 0, link.host, resolve)
    })
    // A failing accept (no file descriptors left) is one lost connection, never the end of the process.
    link.#server.on('error', () => {})
    const bound = link.#server.address()
    if (typeof bound === 'object' && bound) link.#port = bound.port
    return link
  }

  get host(): string {
    return this.#options.host ?? LOOPBACK
  }

  get port(): number {
    return this.#port
  }

  get address(): string {
    return this.host.includes(':') ? `[${this.host}]:${this.#port}` : `${this.host}:${this.#port}`
  }

  /** Asks every connection to look at the rules again. */
  rulesChanged(): void {
    for (const connection of this.#connections) connection.setRules(this.#rulesFor(connection.replica))
  }

  /** How long this rule has been holding what it holds now on this link, in ms an item. */
  heldBy(rule: RuleState): readonly number[] {
    return [...this.#connections].flatMap((connection) => connection.heldBy(rule))
  }

  crossings(match: LinkMatch): number {
    return linkMatches(match, this.facts) ? this.#crossings.count(match) : 0
  }

  /** The next connection from this local port is a probe; `arrived` is called when it was carried to a replica and back. */
  expectProbe(fromPort: number, arrived: (() => void) | undefined): void {
    this.#probes.set(fromPort, { arrived })
  }

  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => {
      this.#server.close(() => this.#whenEmpty(resolve))
      for (const connection of this.#connections) connection.reset()
      this.#options.onClosed()
    })
    return this.#closed
  }

  /** The listener waits for the sockets of consumers; those to replicas may be a little later. */
  #whenEmpty(resolve: () => void): void {
    if (this.#connections.size === 0) resolve()
    else setImmediate(() => this.#whenEmpty(resolve))
  }

  #accept(client: Socket): void {
    const probe = this.#takeProbe(client)
    const witness = new Witness(probe !== undefined)
    const tally = new ServiceTally(probe ? undefined : this.#options.totals)
    const chosen = this.#balancer.pick(probe !== undefined)
    const onRequest = probe ? () => {} : this.#crossings.connection(chosen?.replica)
    if (chosen === undefined) {
      this.#refuse(client, witness, tally)
      return
    }
    const connection: Connection = new Connection({
      linkId: this.facts.id,
      client,
      replica: chosen.replica,
      locate: () => this.#balancer.locate(chosen),
      witness,
      tally,
      onRequest,
      onClosed: () => this.#connections.delete(connection),
    })
    this.#connections.add(connection)
    connection.setRules(this.#rulesFor(chosen.replica))
    if (probe?.arrived) connection.ping(probe.arrived)
  }

  /** As a Service without endpoints does. */
  #refuse(client: Socket, witness: Witness, tally: ServiceTally): void {
    for (const rule of this.#rulesFor(undefined)) witness.under(rule)
    tally.failed()
    client.on('error', () => {})
    resetSocket(client)
  }

  #takeProbe(client: Socket): Expected | undefined {
    const port = client.remotePort ?? 0
    const probe = this.#probes.get(port)
    this.#probes.delete(port)
    return probe
  }

  #rulesFor(replica: string | undefined): readonly RuleState[] {
    return this.#options.rules().filter(({ match }) => linkMatches(match, this.facts) && replicaMatches(match, replica))
  }
}

function cannotListen(facts: LinkFacts, address: string, cause: unknown): SeaworthyError {
  return new SeaworthyError('PLATFORM', `cannot listen on ${address} for the link ${facts.id}`, {
    target: facts.to.workload,
    cause,
    remedy: `Free the port, or leave out \`listen\` of the service ${facts.to.workload} to take any free one.`,
  })
}
