import type { Call, CallAnswer, CallSettings } from './caller.ts'
import type { CallOptions, Resource } from './kube-client.ts'
import { type Asked, noAnswer, refusal } from './refusal.ts'

/** What is asked, in the words of RBAC. */
export function askedOf(
  { connection }: Pick<CallSettings, 'connection'>,
  verb: string,
  resource: Pick<Resource, 'group' | 'plural' | 'namespaced'>,
  namespace: string | undefined,
  name: string | undefined,
): Asked {
  return {
    verb,
    group: resource.group,
    resource: resource.plural,
    namespace: resource.namespaced ? namespace : undefined,
    name,
    server: connection.server,
    source: connection.source,
  }
}

/** A call that may be sent again: names are chosen by callers. */
export function objectCall(
  asked: Asked,
  method: string,
  path: string,
  options: CallOptions,
  body?: unknown,
  contentType = 'application/json',
): Call {
  return {
    asked,
    method,
    path,
    headers: body === undefined ? {} : { 'content-type': contentType },
    body: body === undefined ? undefined : Buffer.from(JSON.stringify(body)),
    repeat: 'safe',
    retryServerErrors: true,
    signal: options.signal,
    timeoutMs: options.timeoutMs,
    maxBytes: undefined,
  }
}

/** The object in a successful answer. Throws KubeError for the rest. */
export function objectIn<T>(asked: Asked, answer: CallAnswer): T {
  if (answer.status < 200 || answer.status > 299) throw refusal(asked, answer.status, answer.body)
  const value = jsonOf(answer.body)
  if (typeof value === 'object' && value !== null) return value as T
  throw noAnswer(asked, 'it is not JSON')
}

/** Undefined where it is none. */
export function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown
  } catch {
    return undefined
  }
}
