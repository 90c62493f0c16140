import * as z from 'zod'
import type { HttpFaultRule } from '../../../model/cluster/node-action.ts'
import type { HttpMatch } from '../../../model/recipe.ts'
import type { HelperFault } from '../helper/messages.ts'

/** Where connections to one destination come in, and where they were meant for. */
export interface Destination {
  /** Undefined: the pod itself, at the address that the connection came to. */
  readonly address: string | undefined
  readonly port: number
}

export interface HttpFault extends HelperFault {
  readonly destinations: readonly Destination[]
  readonly match: HttpMatch
  readonly rule: HttpFaultRule
  readonly seed: number
}

/** The listeners' ports, in the order of the destinations. */
export const listenersSchema = z.strictObject({ listeners: z.array(z.int()) })

/** Marks the daemon's own requests; the proxy takes the field away, and counts such a request nowhere. */
export const PROBE_FIELD = 'x-seaworthy-probe'
