import { ratio } from '../../kit/scalars.ts'
import { portsKey } from './kubernetes-keys.ts'
import { directionSchema, toSchema } from './links.ts'

/** Which packets a fault acts on: keys that every fault on packets has. Made when they are asked for. */
export function trafficKeys() {
  return {
    to: toSchema,
    direction: directionSchema,
    ports: portsKey('only traffic with one of these ports, on either side. Default: every port and protocol.'),
  }
}

/** A share of packets, above zero: a fault that hits none is no fault. */
export function shareOfPackets(meaning: string) {
  return ratio.refine((share) => share > 0, { error: 'A share of 0% hits no packet.' }).describe(meaning)
}

const MOST_CORRELATION = 0.99

/** With a correlation of one the first packet would decide for all. */
export function correlationKey() {
  return ratio
    .prefault('0%')
    .refine((correlation) => correlation <= MOST_CORRELATION, { error: 'A correlation is at most 99%.' })
    .describe("How much a packet's fate depends on that of the one before it, up to 99%. Default: 0%.")
}
