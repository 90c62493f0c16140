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

const parameters = z.lazy(() => z.strictObject({ patterns: patternsKey() }))

/** What our responder answers: 240.0.0.0/4 is reserved and leads nowhere, and so does the discard prefix of RFC 6666. */
const NOWHERE = /^(?:2(?:4\d|5[0-5])\.|0?100:)/

/** Lets names resolve to addresses where nobody is. */
export const dnsRandom = defineClusterFault<z.infer<typeof parameters>>({
  type: 'dns-random',
  group: 'application',
  summary: "Answers the target's DNS questions for names that match with random addresses where nobody is.",
  notes: {
    mechanism: `${DNS_REDIRECTED} The addresses are drawn with the run's seed from ranges that lead nowhere.`,
    proof:
      'At least one question of the traffic was answered, or our own got an address that leads nowhere and did not before.',
    ends: DNS_ENDS,
    example: '{type: dns-random, target: {workload: api}, patterns: [payments.example.com]}',
  },
  parameters,
  searchable: {},
  defaultMode: 'all',
  cluster: {
    ...ON_PACKETS,
    recipe: ({ patterns }, facts) => redirectDns(patterns, { answer: 'random' }, facts),
    effect: (_, targets) =>
      clusterEffect(targets, 'dns', ({ before, under }) => {
        const nowhere = (answers: Readonly<Record<string, number>>) =>
          Object.keys(answers).some((one) => NOWHERE.test(one))
        const own = before?.answers !== undefined && nowhere(ownAnswers(under)) && !nowhere(ownAnswers(before))
        return { effective: own || (under.hit ?? 0) > 0, seen: spokenQuestions(under) }
      }),
  },
  describe: ({ patterns }) => spokenPatterns(patterns),
})
