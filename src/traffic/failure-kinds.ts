/** Names of the ways in which requests failed, as small numbers. 0 is `ok`. */
export interface FailureKinds {
  readonly indexOf: (kind: string) => number
  readonly names: () => readonly string[]
}

/** The column is one byte wide, and a hostile service can invent many ways to fail: what is too much shares the last index. */
const LAST = 255
const OTHER = 'other'

export function createFailureKinds(): FailureKinds {
  const names = ['ok']
  const indexes = new Map<string, number>()
  return {
    indexOf: (kind) => {
      const known = indexes.get(kind)
      if (known !== undefined) return known
      if (names.length >= LAST) {
        names[LAST] = OTHER
        return LAST
      }
      names.push(kind)
      indexes.set(kind, names.length - 1)
      return names.length - 1
    },
    names: () => [...names],
  }
}

const BY_CODE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection reset',
  ETIMEDOUT: 'timeout',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EPROTO: 'tls',
}

/** Codes that say that this machine ran out of something, so that the request says nothing about the service. */
const OURS = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS', 'EADDRNOTAVAIL'])

/** What a socket or parser error means for the user who sent the request; `undefined` when the fault is our own. */
export function failureOfError(error: unknown): string | undefined {
  const { code } = error as { code?: unknown }
  if (typeof code !== 'string') return 'request failed'
  if (OURS.has(code)) return undefined
  if (code.startsWith('HPE_')) return 'answer is not HTTP'
  if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_/.test(code)) return 'tls'
  return BY_CODE[code] ?? `error ${code.slice(0, 40)}`
}
