import * as z from 'zod'
import { defineFault } from './define-fault.ts'
import { clusterEffect } from './parts/cluster-effect.ts'
import { ON_PACKETS } from './parts/cluster-kinds.ts'
import {
  httpPortsKey,
  ownGot,
  REDIRECT_ENDS,
  REDIRECTED,
  redirectHttp,
  spokenHits,
  spokenOwn,
} from './parts/http-cluster.ts'
import { httpMatch, httpMatchShape, spokenMatch, statusSchema } from './parts/http-match.ts'
import { refuseKeys } from './parts/kubernetes-keys.ts'
import { linkEffect, probesGot, spokenRequests, spokenStatus } from './parts/link-effect.ts'
import { LINK_RULE_ENDS, spokenOther, toSchema } from './parts/links.ts'
import { requestRecipe } from './parts/request-recipe.ts'
import { counted } from './parts/words.ts'

const LONGEST_BODY = 1_048_576
const MOST_HEADERS = 64

const parameters = z.lazy(() =>
  z
    .strictObject({
      ...httpMatchShape,
      status: statusSchema.optional().describe("Status in place of the service's own. Default: its own."),
      headers: z
        .record(
          z
            .string()
            .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, { error: 'Not the name of an HTTP header.' })
            .max(128),
          z
            .string()
            .regex(/^[\t\x20-\x7e]*$/, { error: 'The value of an HTTP header is one line of plain text.' })
            .max(4_096),
        )
        .refine((headers) => Object.keys(headers).length <= MOST_HEADERS, { error: `At most ${MOST_HEADERS} headers.` })
        .default({})
        .describe('Headers to set in the answer, by name. Default: none.'),
      body: z.string().max(LONGEST_BODY).optional().describe("Body in place of the service's own. Default: its own."),
      to: toSchema.describe(
        "The target's calls to this other side: `{workload: db}`. Default: the requests that the target itself gets.",
      ),
      ports: httpPortsKey(),
    })
    .refine(
      ({ status, headers, body }) => status !== undefined || body !== undefined || Object.keys(headers).length > 0,
      {
        error: 'Say what to replace: status, headers or body.',
      },
    ),
)

/** Lets the service answer, and changes what it said. */
export const httpReplace = defineFault<z.infer<typeof parameters>>({
  type: 'http-replace',
  group: 'application',
  summary: "Changes the service's HTTP answers: status, headers, body.",
  notes: {
    mechanism: 'The links between services are proxies of the run; they change the answers to requests that match.',
    proof: 'At least one answer was changed. What the probes got is said beside it.',
    ends: LINK_RULE_ENDS,
    example: '{type: http-replace, target: {workload: api}, path: /price, status: 200, body: "{}"}',
    kubernetes: {
      mechanism: `${REDIRECTED} The proxy changes the answers to requests that match.`,
      proof: 'At least one answer was changed, or our own request got the status and did not before.',
      ends: REDIRECT_ENDS,
    },
  },
  platforms: ['process', 'kubernetes'],
  parameters,
  searchable: { share: 'ratio' },
  defaultMode: 'all',
  recipe: ({ to, status, headers, body, ports, ...given }, facts) => {
    refuseKeys('http-replace', { ports })
    return requestRecipe(facts, to, {
      rule: 'http-replace',
      match: httpMatch(given),
      status,
      headers,
      body,
      seed: facts.seed,
    })
  },
  /** Effective where at least one answer was changed, be it only a probe's: those need not match the path. */
  effect: ({ status }, before, under, facts) =>
    linkEffect(before, under, facts, (later, earlier) => {
      const { attempts, answered } = later.answers
      const probed =
        status === undefined
          ? `${answered} of ${counted(attempts, 'probe')} answered`
          : spokenStatus(later.answers, status)
      return {
        effective:
          later.requestsHit > 0 || (status !== undefined && probesGot(status, later.answers, earlier?.answers)),
        seen: `${spokenRequests(later)}; ${probed}`,
      }
    }),
  cluster: {
    ...ON_PACKETS,
    recipe: ({ to, ports, status, headers, body, ...given }, facts) =>
      redirectHttp({ rule: 'replace', status, headers, body }, httpMatch(given), { to, ports }, facts),
    effect: ({ status }, targets) =>
      clusterEffect(targets, 'http', ({ before, under }) => ({
        effective: (under.hit ?? 0) > 0 || (status !== undefined && ownGot(String(status), under, before)),
        seen: `${spokenHits(under)}; ${spokenOwn(under)}`,
      })),
  },
  describe: ({ status, headers, body, to, ...given }) => {
    const parts = [
      status === undefined ? '' : `status ${status}`,
      ...Object.keys(headers).map((name) => `header ${name}`),
      body === undefined ? '' : 'body',
    ]
    return `${parts.filter((part) => part !== '').join(', ')}${spokenMatch(given)}${spokenOther(to)}`
  },
})
