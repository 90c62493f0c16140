import * as z from 'zod'
import type { DnsAnswer } from '../../model/cluster/node-action.ts'
import type { NodeReading } from '../../model/cluster/reading.ts'
import type { ClusterFacts, ClusterRecipe } from '../../model/cluster/recipe.ts'
import { counted, listed } from './words.ts'

/** How DNS questions get to the responder of the daemon, for the reference page. */
export const DNS_REDIRECTED =
  "The pod's DNS questions, by UDP and TCP, are redirected in its network namespace to a responder of the daemon; names that match no pattern are passed on to the real resolver. A program that remembers answers asks nothing."

export const DNS_ENDS =
  "By the kernel: the redirect matches a set that runs out at the fault's deadline, with every process gone. The daemon takes the rest away."

const MOST_PATTERNS = 32

/** Which names a fault answers for. Made when it is asked for. */
export function patternsKey() {
  return z
    .array(
      z
        .string()
        .max(253)
        .regex(/^[-*_.A-Za-z0-9]+$/, { error: 'Not a host name or a pattern of one, such as *.example.com.' }),
    )
    .min(1)
    .max(MOST_PATTERNS)
    .default(['*'])
    .describe('Host names; `*` stands for any run of characters. Default: every name.')
}

export function redirectDns(patterns: readonly string[], answer: DnsAnswer, facts: ClusterFacts): ClusterRecipe {
  return {
    actor: 'daemon',
    ways: [
      {
        mechanism: 'redirect to a DNS responder',
        actions: [{ do: 'redirect-dns', patterns, answer, seed: facts.seed }],
      },
    ],
    probe: { probe: 'dns', name: nameThatMatches(patterns[0] ?? '*') },
  }
}

/** `*.example.com` is matched by `seaworthy.example.com`. */
function nameThatMatches(pattern: string): string {
  return pattern.replaceAll(/\*+/g, 'seaworthy').replaceAll(/^\.+|\.+$/g, '') || 'seaworthy'
}

/** Answers to our own question, by `servfail`, `nxdomain` or address in small letters. */
export function ownAnswers(reading: NodeReading | undefined): Readonly<Record<string, number>> {
  const answers = Object.entries(reading?.answers ?? {})
  return Object.fromEntries(
    answers.flatMap(([answer, count]) =>
      answer
        .toLowerCase()
        .split(', ')
        .map((one) => [one, count]),
    ),
  )
}

/** `12 of 40 questions answered; our own got 10.0.0.9`. */
export function spokenQuestions(under: NodeReading): string {
  const own = Object.keys(ownAnswers(under))
  const asked =
    under.hit === undefined
      ? 'questions were not counted'
      : `${under.hit} of ${counted(under.matched ?? 0, 'matching question')} answered`
  return `${asked}; our own got ${own.length === 0 ? 'nothing' : listed(own)}`
}

/** `*.example.com` for people, the first few in full. */
export function spokenPatterns(patterns: readonly string[]): string {
  return listed(patterns)
}
