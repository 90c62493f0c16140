import { connect } from 'node:net'
import type { Clock } from '../kit/clock.ts'
import { messageOf } from '../kit/errors.ts'
import type { CheckSpec, ExpectSpec } from '../model/suite.ts'

const POLL_MS = 200
/** For one question; the last one may begin just before the time is over. */
export const ATTEMPT_MS = 5_000

/** A check that asks an address. */
export type AddressCheck = Extract<CheckSpec, { check: 'http' | 'tcp' }>

/** What was found; a service that does not answer is an answer too. */
export interface Answer {
  readonly ok: boolean
  readonly detail: string
}

/** The address of a check as a URL: `http://web/healthz`, `tcp://redis:6379`. */
export function urlOf(check: AddressCheck): string {
  return check.check === 'http' ? check.url : `tcp://${check.address}`
}

/** Asks once, at `url`, from where this program runs. Never throws. */
export function askAddress(check: AddressCheck, url: string): Promise<Answer> {
  return check.check === 'http' ? askHttp(url, check.expect) : askTcp(url)
}

/** Asks until it holds or `withinMs` is over; the last answer counts. Throws the signal's reason when it is aborted. */
export async function askUntil<A extends Answer>(
  ask: () => Promise<A>,
  { withinMs, clock, signal }: { readonly withinMs: number; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<A> {
  const deadline = clock.now() + withinMs
  for (;;) {
    const answer = await ask()
    if (answer.ok || clock.now() + POLL_MS > deadline) return answer
    await clock.sleep(POLL_MS, signal)
  }
}

async function askHttp(url: string, expect: ExpectSpec): Promise<Answer> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(ATTEMPT_MS) })
    const body = await response.text()
    const statusFits = expect.status
      ? expect.status.includes(response.status)
      : response.status >= 200 && response.status < 400
    const bodyFits = expect.body === undefined || body.includes(expect.body)
    return {
      ok: statusFits && bodyFits,
      detail: `answered ${response.status}${bodyFits ? '' : ' without the expected body'}`,
    }
  } catch (error) {
    return { ok: false, detail: messageOf(error) }
  }
}

function askTcp(url: string): Promise<Answer> {
  const { hostname, port } = new URL(url)
  const { promise, resolve } = Promise.withResolvers<Answer>()
  const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port), timeout: ATTEMPT_MS })
  socket.once('connect', () => resolve({ ok: true, detail: 'connected' }))
  socket.once('timeout', () => resolve({ ok: false, detail: 'no connection in time' }))
  socket.once('error', (error) => resolve({ ok: false, detail: error.message }))
  return promise.finally(() => socket.destroy())
}
