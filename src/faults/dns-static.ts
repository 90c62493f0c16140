import * as z from 'zod'
import { defineClusterFault } from './define-fault.ts'
import { clusterEffect } from './parts/cluster-effect.ts'
import { ON_PACKETS } from './parts/cluster-kinds.ts'
import {
  DNS_ENDS,
  DNS_REDIRECTED,
  ownAnswers,
  patternsKey,
  redirectDns,
  spokenPatterns,
  spokenQuestions,
} from './parts/dns.ts'
import { listed } from './parts/words.ts'

const NO_ADDRESS = 'Not an IP address, such as 10.0.0.9.'
const MOST_ADDRESSES = 16

const parameters = z.lazy(() =>
  z.strictObject({
    patterns: patternsKey(),
    addresses: z
      .array(
        z
          .string()
          .max(45)
          .refine((address) => z.ipv4().safeParse(address).success || z.ipv6().safeParse(address).success, {
            error: NO_ADDRESS,
          }),
      )
      .min(1)
      .max(MOST_ADDRESSES)
      .describe('Addresses to answer with, IPv4 and IPv6. No default.'),
  }),
)

/** Lets names resolve to other addresses, as a stale or a poisoned answer does. */
export const dnsStatic = defineClusterFault<z.infer<typeof parameters>>({
  type: 'dns-static',
  group: 'application',
  summary: "Answers the target's DNS questions for names that match with given addresses.",
  notes: {
    mechanism: DNS_REDIRECTED,
    proof: 'At least one question of the traffic was answered, or our own got one of the addresses and did not before.',
    ends: DNS_ENDS,
    example: '{type: dns-static, target: {workload: api}, patterns: [db], addresses: [10.0.0.9]}',
  },
  parameters,
  searchable: {},
  defaultMode: 'all',
  cluster: {
    ...ON_PACKETS,
    recipe: ({ patterns, addresses }, facts) => redirectDns(patterns, { answer: 'static', addresses }, facts),
    effect: ({ addresses }, targets) =>
      clusterEffect(targets, 'dns', ({ before, under }) => {
        const [was, is] = [ownAnswers(before), ownAnswers(under)]
        const own = addresses.map((address) => address.toLowerCase()).some((one) => one in is && !(one in was))
        return {
          effective: (before?.answers !== undefined && own) || (under.hit ?? 0) > 0,
          seen: spokenQuestions(under),
        }
      }),
  },
  describe: ({ patterns, addresses }) => `${spokenPatterns(patterns)} at ${listed(addresses)}`,
})
