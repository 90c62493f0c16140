import { join } from 'node:path'
import { SeaworthyError } from '../../kit/errors.ts'
import { type LinkFacts, TRAFFIC_CONSUMER } from '../../model/inventory.ts'
import type { RunContext } from '../../model/ports.ts'
import type { ProcessSystem, ServiceSpec } from '../../model/suite.ts'
import { createFreePorts, LOOPBACK } from './free-ports.ts'
import { linksOf, replicaNames } from './inventory.ts'
import type { Backend, Link, LinkTable } from './link/link-types.ts'
import { Replica } from './replica.ts'
import { replicaEnvironment } from './replica-environment.ts'
import type { Warden } from './warden/warden-client.ts'

export interface ServiceGroupOptions {
  readonly context: RunContext
  readonly system: ProcessSystem
  readonly warden: Warden
  readonly links: LinkTable
  /** Called when any replica became ready or unready, came or went, or got other ports. */
  readonly changed: () => void
}

/** How long a replica that is scaled away may take to end by itself. */
const SCALE_GRACE_MS = 10_000

/** All services of a run with their replicas. */
export class ServiceGroup {
  readonly services: readonly ServiceSpec[]
  readonly #options: ServiceGroupOptions
  readonly #freePorts = createFreePorts()
  readonly #replicas = new Map<string, Replica[]>()
  readonly #wanted = new Map<string, number>()
  #starts = 0
  #scaling: Promise<void> = Promise.resolve()
  readonly #opened = new Map<string, Link>()

  constructor(options: ServiceGroupOptions) {
    this.#options = options
    this.services = options.system.services
    for (const { name } of this.services) this.#replicas.set(name, [])
  }

  /** Starts every replica of every service, all at the same time. */
  async start(): Promise<void> {
    await Promise.all(this.services.map((spec) => this.#grow(spec, spec.replicas)))
  }

  get replicas(): readonly Replica[] {
    return [...this.#replicas.values()].flat()
  }

  /** Replicas of one service, in order. Throws SeaworthyError('ENGINE') for a service that is not there. */
  of(service: string): readonly Replica[] {
    const replicas = this.#replicas.get(service)
    if (replicas) return replicas
    throw new SeaworthyError('ENGINE', `there is no service ${service}`, {
      target: service,
      remedy: 'Name a service of the suite.',
    })
  }

  has(name: string): boolean {
    return this.replicas.some((replica) => replica.name === name)
  }

  /** Throws SeaworthyError('ENGINE') for a replica that is not there, scaled away perhaps. */
  replica(name: string): Replica {
    const replica = this.replicas.find((candidate) => candidate.name === name)
    if (replica) return replica
    const there = this.replicas.map((candidate) => candidate.name).join(', ')
    throw new SeaworthyError('ENGINE', `there is no replica ${name}`, { target: name, remedy: `There are ${there}.` })
  }

  /** Where a new connection to a port of a service may go: ready replicas only. */
  backends(service: string, port: string): readonly Backend[] {
    return (this.#replicas.get(service) ?? []).flatMap((replica) => {
      const number = replica.ports[port]
      return replica.ready && number !== undefined ? [{ replica: replica.name, host: LOOPBACK, port: number }] : []
    })
  }

  /** The path that tells whether a port answers, or undefined where only a connection does. */
  readyPath({ workload, port }: LinkFacts['to']): string | undefined {
    const ready = this.services.find(({ name }) => name === workload)?.ready
    return ready?.check === 'http' && ready.port === port ? ready.path : undefined
  }

  /** Whether answers on this link stand for its service: the port that its readiness check asks, and a consumer that is there. */
  isAsked({ from, to }: LinkFacts): boolean {
    const spec = this.services.find(({ name }) => name === to.workload)
    const port = spec?.ready.check === 'log' ? spec.ports[0] : spec?.ready.port
    return port === to.port && (from.replica === TRAFFIC_CONSUMER || this.has(from.replica))
  }

  /** Services that have another number of replicas than the suite says, each with that number. */
  get scaled(): readonly { readonly service: string; readonly replicas: number }[] {
    return this.services.flatMap(({ name, replicas }) => {
      const wanted = this.#wanted.get(name) ?? replicas
      return wanted === replicas ? [] : [{ service: name, replicas: wanted }]
    })
  }

  /** To this many replicas, or with undefined to what the suite says. New ones are started, not waited for; the last ones go first. */
  async scale(service: string, replicas: number | undefined): Promise<void> {
    // One after the other: two at once would both count the same replicas.
    const scaling = this.#scaling.then(() => this.#scaleNow(service, replicas))
    this.#scaling = scaling.catch(() => {})
    return scaling
  }

  async #scaleNow(service: string, replicas: number | undefined): Promise<void> {
    const spec = this.services.find(({ name }) => name === service)
    const present = this.of(service)
    const wanted = replicas ?? spec?.replicas ?? present.length
    this.#wanted.set(service, wanted)
    const surplus = present.slice(wanted)
    this.#replicas.set(service, present.slice(0, wanted))
    if (surplus.length > 0) this.#options.changed()
    await Promise.all(surplus.map((replica) => replica.remove(SCALE_GRACE_MS)))
    if (spec) await this.#grow(spec, wanted)
  }

  /** Ends every replica: SIGTERM, SIGKILL after `graceMs`. Never throws: what is left the warden reports by name. */
  async end(graceMs: number): Promise<void> {
    await Promise.allSettled(this.replicas.map((replica) => replica.remove(graceMs)))
  }

  async #grow(spec: ServiceSpec, wanted: number): Promise<void> {
    const present = this.#replicas.get(spec.name) ?? []
    const missing = replicaNames(spec.name, wanted).slice(present.length)
    const fresh = await Promise.all(missing.map((name) => this.#makeReplica(spec, name)))
    this.#replicas.set(spec.name, [...present, ...fresh])
    await Promise.all(fresh.map((replica) => replica.start()))
  }

  async #makeReplica(spec: ServiceSpec, name: string): Promise<Replica> {
    const { context, warden } = this.#options
    const used = await Promise.all(linksOf(this.services, spec, name).map((facts) => this.#linkTo(facts)))
    return new Replica({
      run: context.run,
      name,
      spec,
      warden,
      freePorts: this.#freePorts,
      logPath: join(context.reportFolder, 'logs', `${name}.log`),
      emit: context.emit,
      serial: () => {
        this.#starts += 1
        return this.#starts
      },
      environment: (ports) => replicaEnvironment(context.environment, { spec, replica: name, ports, used }),
      changed: this.#options.changed,
    })
  }

  /** A replica that comes back after having been scaled away finds the links of its name. */
  async #linkTo(facts: LinkFacts) {
    const { workload: service, port } = facts.to
    const link =
      this.#opened.get(facts.id) ?? (await this.#options.links.open(facts, () => this.backends(service, port)))
    this.#opened.set(facts.id, link)
    return { service, port, address: { host: link.host, port: link.port } }
  }
}
