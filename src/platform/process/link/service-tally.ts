import type { ServiceCount } from '../../../model/ports.ts'

/** Requests or connections of one service, and the bad ones. */
export class ServiceTotals {
  #n = 0
  #bad = 0

  add(n: number, bad: number): void {
    this.#n += n
    this.#bad += bad
  }

  counted(service: string): ServiceCount {
    return { service, n: this.#n, bad: this.#bad }
  }
}

/**
 * What one connection adds to its service's totals. Requests where it is HTTP; else the connection itself, once it is
 * known not to be HTTP. A connection on which nothing was ever said counts only when it failed.
 */
export class ServiceTally {
  readonly #totals: ServiceTotals | undefined
  #kind: 'unknown' | 'http' | 'opaque' = 'unknown'
  #failed = false

  /** Probes have no totals. */
  constructor(totals: ServiceTotals | undefined) {
    this.#totals = totals
  }

  isHttp(): void {
    if (this.#kind === 'unknown') this.#kind = 'http'
  }

  isOpaque(): void {
    if (this.#kind === 'opaque') return
    this.#kind = 'opaque'
    this.#totals?.add(1, 0)
  }

  /** One request is over. */
  request(ok: boolean): void {
    this.#totals?.add(1, ok ? 0 : 1)
  }

  /** The service's side refused or reset the connection. */
  failed(): void {
    if (this.#failed || this.#kind === 'http') return
    this.#failed = true
    this.#totals?.add(this.#kind === 'unknown' ? 1 : 0, 1)
  }
}
