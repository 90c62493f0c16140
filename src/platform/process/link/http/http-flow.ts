import type { GateWord, Lane } from '../lane.ts'
import { isKind } from '../rule-state.ts'
import type { ServiceTally } from '../service-tally.ts'
import type { Witness } from '../witness.ts'
import { abortAnswer, replaceAnswer } from './answer.ts'
import { answerFraming, requestFraming } from './body-length.ts'
import { closesAfterAbort, completeHead, type Exchange, endsWithHead, type HttpRule, newExchange } from './exchange.ts'
import { Framer, type Part } from './framer.ts'
import { mayBecomeRequestLine, mayBecomeStatusLine, parseStatusLine } from './head.ts'
import { gateRequest } from './http-gate.ts'

/** What is known of a request's bytes when they leave the lane. */
export interface RequestTag {
  readonly exchange: Exchange
  readonly last: boolean
}

export interface HttpFlowOptions {
  readonly witness: Witness
  readonly tally: ServiceTally
  readonly requests: Lane<RequestTag>
  readonly answers: Lane<never>
  /** A whole request came in. */
  readonly onRequest: () => void
  /** An answer with `connection: close` was given in the service's place: nothing more goes there. */
  readonly onClose: () => void
}

/**
 * Follows both directions of a connection as HTTP/1.x, pairs requests with answers, and carries out the HTTP rules.
 * On a connection that is not HTTP/1.x, or is no longer, it only passes bytes on.
 */
export class HttpFlow {
  readonly #options: HttpFlowOptions
  readonly #requestFramer: Framer
  readonly #answerFramer: Framer
  /** Requests that are not answered, in order. */
  readonly #open: Exchange[] = []
  #incoming: Exchange | undefined
  /** Set when a request's body turned out to be none: what follows shares its fate. */
  #broken: RequestTag | undefined
  #rules: readonly HttpRule[] = []
  #ended = false
  #closing = false
  #cut = false

  constructor(options: HttpFlowOptions) {
    this.#options = options
    this.#requestFramer = new Framer({ mayStart: mayBecomeRequestLine, framing: requestFraming })
    this.#answerFramer = new Framer({
      mayStart: mayBecomeStatusLine,
      framing: (head) => answerFraming(head, this.#open[0]?.line?.method),
    })
  }

  setRules(rules: readonly HttpRule[]): void {
    this.#rules = rules
  }

  /** Bytes from the consumer. */
  request(chunk: Buffer): void {
    if (this.#closing) return
    if (this.#requestFramer.opaque) {
      this.#options.requests.push(chunk, this.#broken)
      return
    }
    for (const part of this.#requestFramer.feed(chunk)) this.#requestPart(part)
    if (this.#requestFramer.opaque) this.#becameOpaque()
  }

  requestEnd(): void {
    this.#ended = true
    this.#options.requests.end()
  }

  /** Bytes from the service. */
  answer(chunk: Buffer): void {
    if (this.#closing) return
    if (!this.#answerFramer.opaque) {
      this.#framedAnswer(chunk)
      return
    }
    this.#options.answers.push(chunk)
  }

  /** The service ended its side. */
  answerEnd(): void {
    for (const held of this.#open[0]?.heldHead.splice(0) ?? []) this.#options.answers.push(held)
    if (this.#answerFramer.end()) this.#answered()
    if (!this.#closing) this.#options.answers.end()
  }

  /** The words of the gate between lane and service. */
  readonly gate = (tag: RequestTag, bytes: Buffer): GateWord => {
    if (this.#closing) return 'drop'
    const { exchange, last } = tag
    // Answers in the service's place are not held back by the service; its consumer has to read them.
    if (this.#options.answers.full && this.#mayAbort(exchange)) return 'wait'
    const given = this.#ended || this.#requestFramer.opaque
    const word = gateRequest(exchange, bytes, { witness: this.#options.witness, rules: this.#rules, given })
    if (word !== 'drop') return word
    if (last || endsWithHead(exchange)) exchange.swallowed = true
    this.#answerAborted()
    return word
  }

  /** No answer can come any more: what is open was cut off. */
  cutOff(): void {
    for (const exchange of this.#open.splice(0)) {
      this.#cut = true
      if (exchange.line) this.#options.tally.request(false)
    }
  }

  #requestPart(part: Part): void {
    const { requests } = this.#options
    if (part.section === 'raw') {
      this.#broken ??= this.#brokenMessage()
      requests.push(part.bytes, this.#broken)
      return
    }
    if (part.first) {
      this.#incoming = newExchange()
      this.#open.push(this.#incoming)
    }
    const exchange = this.#incoming
    if (exchange === undefined) {
      requests.push(part.bytes)
      return
    }
    if (part.head) {
      completeHead(exchange, part.head)
      this.#options.tally.isHttp()
    }
    if (part.last) {
      exchange.complete = true
      this.#options.onRequest()
    }
    requests.push(part.bytes, { exchange, last: part.last })
  }

  #mayAbort({ abortedBy, decided }: Exchange): boolean {
    return abortedBy !== undefined || (!decided && this.#rules.some((rule) => isKind(rule, 'http-abort')))
  }

  #brokenMessage(): RequestTag | undefined {
    const exchange = this.#incoming
    if (!this.#requestFramer.opaque || exchange?.line === undefined || exchange.complete) return undefined
    return { exchange, last: true }
  }

  /** What is not HTTP any more cannot be paired; a request whose head was cut short by that never was one. */
  #becameOpaque(): void {
    if (this.#incoming && this.#incoming.line === undefined) {
      const at = this.#open.indexOf(this.#incoming)
      if (at !== -1) this.#open.splice(at, 1)
    }
    if (this.#open.length === 0) this.#options.tally.isOpaque()
    this.#options.requests.pump()
  }

  #framedAnswer(chunk: Buffer): void {
    // Nobody asked: the service speaks first, or says why it hangs up. Not ours to pair.
    if (this.#answerFramer.idle && this.#open[0]?.forwarded !== true) this.#tunnel()
    for (const part of this.#answerFramer.feed(chunk)) this.#answerPart(part)
    if (this.#answerFramer.opaque) this.#tunnel()
  }

  #answerPart(part: Part): void {
    const exchange = this.#open[0]
    if (exchange === undefined || part.section === 'raw') {
      this.#rawAnswer(part, exchange)
      return
    }
    if (part.section === 'head') this.#answerHead(part, exchange)
    else if (!exchange.dropBody) this.#options.answers.push(part.bytes)
    else if (exchange.replacedBy) this.#options.witness.hit(exchange.replacedBy, part.bytes.length)
    if (part.last) this.#answered()
  }

  #rawAnswer(part: Part, exchange: Exchange | undefined): void {
    for (const held of exchange?.heldHead.splice(0) ?? []) this.#options.answers.push(held)
    this.#options.answers.push(part.bytes)
  }

  #answerHead(part: Part, exchange: Exchange): void {
    const { answers, witness } = this.#options
    const rule = exchange.replacedBy?.active ? exchange.replacedBy : undefined
    exchange.heldHead.push(part.bytes)
    if (part.head === undefined && rule) return
    const held = exchange.heldHead.splice(0)
    const status = part.head && parseStatusLine(part.head.startLine)?.status
    if (part.head === undefined || rule === undefined || part.interim || status === 101) {
      if (!part.interim && status !== undefined) exchange.status = status
      for (const bytes of held) answers.push(bytes)
      return
    }
    const replaced = replaceAnswer(part.head, exchange.head, rule.rule)
    witness.requestHit(rule)
    witness.hit(
      rule,
      held.reduce((sum, bytes) => sum + bytes.length, 0),
    )
    exchange.status = replaced.status
    exchange.dropBody = !replaced.keepBody
    answers.push(replaced.bytes)
  }

  /** The first open request has its whole answer. */
  #answered(): void {
    const exchange = this.#open.shift()
    if (exchange === undefined) return
    const { status } = exchange
    if (status === 101 || this.#answerFramer.opaque) this.#options.tally.isOpaque()
    else {
      this.#options.tally.request(status !== undefined && status < 500)
      this.#refusedTunnel(exchange)
    }
    this.#answerAborted()
  }

  /** Gives the answers in the service's place that are due: not before those to earlier requests. */
  #answerAborted(): void {
    for (let next = this.#open[0]; next?.abortedBy && next.swallowed && !this.#closing; next = this.#open[0]) {
      this.#open.shift()
      this.#answerFor(next)
    }
  }

  #answerFor(exchange: Exchange): void {
    const { answers, tally } = this.#options
    const status = exchange.abortedBy?.rule.status
    tally.request(status !== undefined && status < 500)
    if (status === undefined || exchange.head === undefined) {
      this.#closing = true
      answers.reset('orderly-reset')
      return
    }
    const close = closesAfterAbort(exchange)
    answers.push(abortAnswer(status, exchange.head, close))
    if (!close) {
      this.#refusedTunnel(exchange)
      return
    }
    this.#closing = true
    answers.end()
    this.#options.onClose()
  }

  /** The last request may have asked for a tunnel, and got another answer: the next request follows it. */
  #refusedTunnel(exchange: Exchange): void {
    if (exchange === this.#incoming) this.#requestFramer.resume()
  }

  /** Both directions are something else from here on. */
  #tunnel(): void {
    this.#answerFramer.becomeOpaque()
    this.#requestFramer.becomeOpaque()
    // The late answer to a request that was counted as cut off is no other protocol.
    if (!this.#cut) this.#options.tally.isOpaque()
    this.#options.requests.pump()
  }
}
