/** Whom the kernel takes for one of our proxies: their own connections are never redirected. */
export const PROXY_UID = 61_337

/** New flows of one kind that are led to a port of a proxy in the same namespace. */
export interface Redirect {
  /** `in`: what arrives from outside the pod; `out`: what the pod itself sends. */
  readonly way: 'in' | 'out'
  readonly protocol: 'tcp' | 'udp'
  /** Destination, an IPv4 or IPv6 address; undefined is any (only with `in`). */
  readonly address: string | undefined
  readonly port: number
  /** Where the proxy listens. */
  readonly listener: number
}

export interface RedirectTable {
  /** 8 hex digits. */
  readonly id: string
  readonly redirects: readonly Redirect[]
  /** The kernel takes the way to the proxy away after this time. */
  readonly remainingMs: number
  /** Also flows that leave by loopback; questions to a resolver beside the application do. */
  readonly loopback: boolean
}

/** Without a sign of life for so long the kernel takes a proxy for dead and leads nothing to it any more. */
export const ALIVE_SECONDS = 3

/** Each fault's proxy beats on a loopback address of its own, which nobody else would use: 127.128.0.0/9 and 23 bits of the id. */
export function beatAddress(id: string): string {
  const bits = Number.parseInt(id, 16)
  return `127.${128 | ((bits >>> 16) & 0x7f)}.${(bits >>> 8) & 0xff}.${bits & 0xff}`
}
