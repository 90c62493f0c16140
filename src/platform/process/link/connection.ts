import { connect, type Socket } from 'node:net'
import { HttpFlow, type RequestTag } from './http/http-flow.ts'
import { httpRules } from './http/http-gate.ts'
import { Lane } from './lane.ts'
import type { Way } from './link-match.ts'
import type { Backend } from './link-types.ts'
import type { Narrowing } from './permit.ts'
import { resetSocket } from './reset-socket.ts'
import type { RuleOf, RuleState } from './rule-state.ts'
import { hangs, laneRules, refusals } from './rules-by-lane.ts'
import type { ServiceTally } from './service-tally.ts'
import type { Witness } from './witness.ts'

export interface ConnectionOptions {
  readonly linkId: string
  readonly client: Socket
  readonly replica: string
  /** Where the replica listens now; asked when the connection is made, which a partition may put off. */
  readonly locate: () => Backend
  readonly witness: Witness
  readonly tally: ServiceTally
  readonly onRequest: () => void
  /** Both sockets are gone. */
  readonly onClosed: () => void
}

/** One connection of a consumer, carried to one replica under the rules of the moment. Starts with the first `setRules`. */
export class Connection {
  readonly replica: string
  readonly witness: Witness
  readonly #options: ConnectionOptions
  readonly #client: Socket
  readonly #requests: Lane<RequestTag>
  readonly #answers: Lane<never>
  readonly #flow: HttpFlow
  #backend: Socket | undefined
  #clientClosed = false
  #over = false

  constructor(options: ConnectionOptions) {
    const { client, witness, tally, onRequest, replica } = options
    this.#options = options
    this.#client = client
    this.replica = replica
    this.witness = witness
    this.#requests = new Lane({
      witness,
      gate: (tag, bytes) => this.#flow.gate(tag, bytes),
      narrowing: (rule) => this.#narrowing(rule, 'to-server'),
      onReset: () => this.#resetBackend(),
    })
    this.#answers = new Lane({
      witness,
      narrowing: (rule) => this.#narrowing(rule, 'to-client'),
      onReset: () => this.reset(),
      onRoom: () => this.#requests.pump(),
    })
    const onClose = () => this.#backend?.destroy()
    this.#flow = new HttpFlow({ witness, tally, requests: this.#requests, answers: this.#answers, onRequest, onClose })
    this.#watchClient()
    this.#requests.readFrom(client)
    this.#answers.writeTo(client)
  }

  /** The rules that act on this connection from now on, in the order in which they were set. */
  setRules(rules: readonly RuleState[]): void {
    if (this.#over) return
    for (const rule of rules) this.witness.under(rule)
    const refused = refusals(rules)
    if (refused.length > 0) {
      this.#refuse(refused)
      return
    }
    this.#flow.setRules(httpRules(rules))
    const silent = hangs(rules)
    if (silent.length === 0) this.#connect()
    else if (this.#backend === undefined) for (const rule of silent) this.witness.hit(rule)
    const toServer = laneRules(rules, 'to-server')
    this.#requests.setRules(this.#backend === undefined ? { ...toServer, hangs: silent } : toServer)
    this.#answers.setRules(laneRules(rules, 'to-client'))
  }

  /** Calls back when something sent now would have gone to the replica and come back. */
  ping(back: () => void): void {
    this.#requests.ping(() => this.#answers.ping(back))
  }

  /** How long this rule has been holding what it holds now, in ms an item. */
  heldBy(rule: RuleState): readonly number[] {
    return this.witness.probe ? [] : [...this.#requests.heldBy(rule), ...this.#answers.heldBy(rule)]
  }

  /** Resets both sides at once. */
  reset(): void {
    resetSocket(this.#client)
    this.#resetBackend()
  }

  #narrowing(rule: RuleOf<'bandwidth'>, way: Way): Narrowing {
    return { rule, limiter: rule.limiter(this.#options.linkId, way, rule.rule.bytesPerSecond) }
  }

  #refuse(rules: readonly RuleState[]): void {
    for (const rule of rules) this.witness.hit(rule)
    this.#serviceFailed()
    this.reset()
  }

  #watchClient(): void {
    const client = this.#client
    client.on('data', (chunk: Buffer) => this.#flow.request(chunk))
    client.on('end', () => {
      this.#flow.requestEnd()
      // Its sender will not see an answer while its leaving is held, and is likely gone.
      if (this.#requests.holdsEnd) this.#flow.cutOff()
    })
    client.on('error', () => {
      this.#flow.cutOff()
      this.#requests.reset('reset')
    })
    client.on('close', () => {
      this.#clientClosed = true
      this.#answers.stop()
      this.#settle()
    })
  }

  #connect(): void {
    if (this.#backend !== undefined || this.#client.destroyed) return
    const { host, port } = this.#options.locate()
    const backend = connect({ host, port, noDelay: true, allowHalfOpen: true })
    this.#backend = backend
    backend.on('connect', () => this.#requests.writeTo(backend))
    backend.on('data', (chunk: Buffer) => this.#flow.answer(chunk))
    backend.on('end', () => this.#flow.answerEnd())
    backend.on('error', () => {
      if (!this.#clientClosed) this.#serviceFailed()
      this.#answers.reset('reset')
    })
    backend.on('close', () => {
      this.#requests.stop()
      this.#settle()
    })
    this.#answers.readFrom(backend)
  }

  #serviceFailed(): void {
    this.#options.tally.failed()
    this.#flow.cutOff()
  }

  #resetBackend(): void {
    if (this.#backend) resetSocket(this.#backend)
  }

  /** A consumer that left before its connection was made needs none; one that only was reset may still have to be told. */
  #settle(): void {
    if (this.#over || !this.#clientClosed) return
    if (this.#backend?.connecting) this.#backend.destroy()
    if (this.#backend?.destroyed === false) return
    this.#over = true
    this.#flow.cutOff()
    this.#requests.stop()
    this.#options.onClosed()
  }
}
