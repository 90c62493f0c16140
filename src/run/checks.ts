import { messageOf } from '../kit/errors.ts'
import type { CheckSpec } from '../model/suite.ts'
import { type AddressCheck, askAddress, askUntil, urlOf } from './ask-address.ts'
import type { CheckResult } from './check-result.ts'
import type { Session } from './session.ts'

/** Asks until it holds or its time is over; the last answer counts. Throws where nobody could ask. */
export async function runCheck(check: CheckSpec, session: Session, signal: AbortSignal): Promise<CheckResult> {
  const { clock } = session
  switch (check.check) {
    case 'http':
    case 'tcp':
      return addressCheck(check, session, signal)
    case 'condition':
      return askUntil(() => conditionCheck(check, session), { withinMs: check.withinMs, clock, signal })
    case 'endpoints':
      return askUntil(() => endpointsCheck(check, session), { withinMs: check.withinMs, clock, signal })
    case 'prometheus':
      return prometheusCheck(check, session)
  }
}

/** A name that only the cluster knows is asked from within it; there, too, until it holds. */
async function addressCheck(check: AddressCheck, session: Session, signal: AbortSignal): Promise<CheckResult> {
  const { cluster, platform, clock } = session
  const what = check.check === 'http' ? `check ${check.url}` : `check tcp ${check.address}`
  const url = platform.resolve(urlOf(check))
  const answer = cluster?.isInside(check)
    ? await cluster.ask(check, signal)
    : await askUntil(() => askAddress(check, url), { withinMs: check.withinMs, clock, signal })
  return { what, ok: answer.ok, detail: answer.detail }
}

async function conditionCheck(
  { object, type, status }: Extract<CheckSpec, { check: 'condition' }>,
  { cluster }: Session,
): Promise<CheckResult> {
  const what = `check ${object} ${type}`
  if (!cluster) return { what, ok: false, detail: 'there is no cluster' }
  try {
    const found = await cluster.condition(object, type)
    return { what, ok: found.status === status, detail: found.detail }
  } catch (error) {
    return { what, ok: false, detail: messageOf(error) }
  }
}

async function endpointsCheck(
  { service, atLeast }: Extract<CheckSpec, { check: 'endpoints' }>,
  { cluster }: Session,
): Promise<CheckResult> {
  const what = `check endpoints of ${service}`
  if (!cluster) return { what, ok: false, detail: 'there is no cluster' }
  try {
    const ready = await cluster.readyEndpoints(service)
    return { what, ok: ready >= atLeast, detail: `${ready} ready, needs ${atLeast}` }
  } catch (error) {
    return { what, ok: false, detail: messageOf(error) }
  }
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
