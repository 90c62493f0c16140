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

const parameters = z.lazy(() =>
  z.strictObject({
    patterns: patternsKey(),
    error: z
      .enum(['servfail', 'nxdomain'])
      .default('servfail')
      .describe('`servfail`: the server could not answer, `nxdomain`: there is no such name. Default: servfail.'),
  }),
)

/** Lets names fail to resolve. */
export const dnsError = defineClusterFault<z.infer<typeof parameters>>({
  type: 'dns-error',
  group: 'application',
  summary: "Answers the target's DNS questions for names that match with an error.",
  notes: {
    mechanism: DNS_REDIRECTED,
    proof:
      'At least one question was answered with the error: one of the traffic, or our own, which got another answer before.',
    ends: DNS_ENDS,
    example: '{type: dns-error, target: {workload: api}, patterns: ["*.example.com"], error: nxdomain}',
  },
  parameters,
  searchable: {},
  defaultMode: 'all',
  cluster: {
    ...ON_PACKETS,
    recipe: ({ patterns, error }, facts) => redirectDns(patterns, { answer: error }, facts),
    effect: ({ error }, targets) =>
      clusterEffect(targets, 'dns', ({ before, under }) => {
        const own = before?.answers !== undefined && (ownAnswers(under)[error] ?? 0) > (ownAnswers(before)[error] ?? 0)
        return { effective: own || (under.hit ?? 0) > 0, seen: spokenQuestions(under) }
      }),
  },
  describe: ({ patterns, error }) => `${error} for ${spokenPatterns(patterns)}`,
})
