import { connect } from 'node:net'
import { messageOf } from '../kit/errors.ts'
import type { CheckSpec, ExpectSpec } from '../model/suite.ts'
import type { Session } from './session.ts'

/** What a check step found: data, not an exception. */
export interface CheckResult {
  readonly what: string
  readonly ok: boolean
  readonly detail: string
}

const POLL_MS = 200
const ATTEMPT_MS = 5_000

/** Asks until it holds or its time is over; the last answer counts. */
export async function runCheck(check: CheckSpec, session: Session, signal: AbortSignal): Promise<CheckResult> {
  const deadline = session.clock.now() + (check.check === 'prometheus' ? 0 : check.withinMs)
  for (;;) {
    const result = await askOnce(check, session)
    if (result.ok || session.clock.now() + POLL_MS > deadline) return result
    await session.clock.sleep(POLL_MS, signal)
  }
}

async function askOnce(check: CheckSpec, session: Session): Promise<CheckResult> {
  switch (check.check) {
    case 'http':
      return httpCheck(check.url, session.platform.resolve(check.url), check.expect)
    case 'tcp':
      return tcpCheck(check.address, session.platform.resolve(`tcp://${check.address}`))
    case 'prometheus':
      return prometheusCheck(check, session)
  }
}

async function httpCheck(shown: string, url: string, expect: ExpectSpec): Promise<CheckResult> {
  const what = `check ${shown}`
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(ATTEMPT_MS) })
    const body = await response.text()
    const statusFits = expect.status
      ? expect.status.includes(response.status)
      : response.status >= 200 && response.status < 400
    const bodyFits = expect.body === undefined || body.includes(expect.body)
    return {
      what,
      ok: statusFits && bodyFits,
      detail: `answered ${response.status}${bodyFits ? '' : ' without the expected body'}`,
    }
  } catch (error) {
    return { what, ok: false, detail: messageOf(error) }
  }
}

function tcpCheck(shown: string, url: string): Promise<CheckResult> {
  const what = `check tcp ${shown}`
  const { hostname, port } = new URL(url)
  const { promise, resolve } = Promise.withResolvers<CheckResult>()
  const socket = connect({ host: hostname, port: Number(port), timeout: ATTEMPT_MS })
  socket.once('connect', () => resolve({ what, ok: true, detail: 'connected' }))
  socket.once('timeout', () => resolve({ what, ok: false, detail: 'no connection in time' }))
  socket.once('error', (error) => resolve({ what, ok: false, detail: error.message }))
  return promise.finally(() => socket.destroy())
}

async function prometheusCheck(
  check: Extract<CheckSpec, { check: 'prometheus' }>,
  session: Session,
): Promise<CheckResult> {
  const what = `check ${check.query}`
  const value = await session.queryScalar(check.query)
  if (value === undefined || !Number.isFinite(value)) return { what, ok: false, detail: 'Prometheus gave no number' }
  const ok = (check.below === undefined || value < check.below) && (check.above === undefined || value > check.above)
  const needs = [
    check.below === undefined ? [] : [`below ${check.below}`],
    check.above === undefined ? [] : [`above ${check.above}`],
  ].flat()
  return { what, ok, detail: `${value}, needs ${needs.join(' and ')}` }
}
