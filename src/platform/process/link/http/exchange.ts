import type { RuleOf } from '../rule-state.ts'
import { type Head, keepsAlive, listed, parseRequestLine, type RequestLine } from './head.ts'

export type HttpRule = RuleOf<'http-abort'> | RuleOf<'http-delay'> | RuleOf<'http-replace'>

/** One request and its answer, from the first byte of the request. */
export interface Exchange {
  /** Undefined until it is complete. */
  head: Head | undefined
  line: RequestLine | undefined
  /** All of the request came in. */
  complete: boolean
  /** Whether the rules were asked; once, as soon as the head is complete and its turn has come. */
  decided: boolean
  abortedBy: RuleOf<'http-abort'> | undefined
  replacedBy: RuleOf<'http-replace'> | undefined
  /** Rules that hold it and until when, in the time of `performance.now()`. */
  holds: { readonly rule: RuleOf<'http-delay'>; readonly until: number; readonly since: number }[]
  /** Bytes of it went to the service. */
  forwarded: boolean
  /** All of it was taken out, so that the answer in the service's place may go. */
  swallowed: boolean
  /** Held bytes of an answer's head that will be replaced. */
  readonly heldHead: Buffer[]
  /** The rest of the answer is thrown away: its replacement is out. */
  dropBody: boolean
  /** Of the answer, as its consumer sees it. */
  status: number | undefined
}

export function newExchange(): Exchange {
  return {
    head: undefined,
    line: undefined,
    complete: false,
    decided: false,
    abortedBy: undefined,
    replacedBy: undefined,
    holds: [],
    forwarded: false,
    swallowed: false,
    heldHead: [],
    dropBody: false,
    status: undefined,
  }
}

export function completeHead(exchange: Exchange, head: Head): void {
  exchange.head = head
  exchange.line = parseRequestLine(head.startLine)
}

/**
 * Whether the answer can come before the whole request was read: its sender waits for leave to send the body
 * (RFC 9110 §10.1.1), or for a tunnel.
 */
export function endsWithHead({ head, line }: Exchange): boolean {
  return line?.method === 'CONNECT' || (head !== undefined && listed(head, 'expect').includes('100-continue'))
}

/** Whether the connection has to end after an answer in the service's place: asked for, or the sender and we could disagree about what comes next. */
export function closesAfterAbort(exchange: Exchange): boolean {
  const { head, line } = exchange
  return (
    !exchange.complete ||
    head === undefined ||
    line === undefined ||
    endsWithHead(exchange) ||
    !keepsAlive(head, line.minor)
  )
}
