import * as z from 'zod'
import type { DnsAnswer } from '../../../model/cluster/node-action.ts'
import type { HelperFault } from '../helper/messages.ts'

export interface DnsFault extends HelperFault {
  /** The resolvers that the pod asks; each gets listeners of its own, so that what is not hurt is passed on to it. */
  readonly servers: readonly string[]
  /** Endings that the pod's resolver tries to add to a name. */
  readonly search: readonly string[]
  readonly patterns: readonly string[]
  readonly answer: DnsAnswer
  readonly seed: number
}

/** In the order of the servers. */
export const dnsListenersSchema = z.strictObject({ udp: z.array(z.int()), tcp: z.array(z.int()) })
