import type { Suite, TrafficSpec } from '../model/suite.ts'
import { isSecretName } from '../platform/process/service-environment.ts'

type Environment = Readonly<Record<string, string | undefined>>
type Pairs = Readonly<Record<string, string>>

/** Headers that say who asks, beside those that are named like a secret. */
const CREDENTIAL = /^(authorization|proxy-authorization|cookie)$|[_-](key|auth)$/i
/** A shorter value stands in many texts by chance. */
const SHORTEST = 8

/**
 * Values of the environment that the suite makes secrets of, whatever their variables are called: the token of
 * Prometheus, and what it puts into headers and variables that are named like a secret. What stands in the suite
 * itself is none: everybody who can read the repository can read it. Pure.
 */
export function suiteSecrets(suite: Suite, environment: Environment): readonly string[] {
  const { prometheus, system, traffic } = suite
  const token = prometheus?.tokenFrom === undefined ? undefined : environment[prometheus.tokenFrom]
  const services = system.platform === 'process' ? system.services : []
  const given = [...services.map(({ env }) => env), ...headersOf(traffic)].flatMap(secretValues)
  const values = Object.values(environment).filter((value) => value !== undefined && value.length >= SHORTEST)
  const used = (values as readonly string[]).filter((value) => given.some((text) => text.includes(value)))
  return [...(token === undefined ? [] : [token]), ...used]
}

function headersOf(traffic: TrafficSpec): readonly Pairs[] {
  return traffic.kind === 'http' ? traffic.requests.map(({ headers }) => headers) : []
}

function secretValues(pairs: Pairs): readonly string[] {
  return Object.entries(pairs).flatMap(([name, value]) => (CREDENTIAL.test(name) || isSecretName(name) ? [value] : []))
}
