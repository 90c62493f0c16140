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

const DEFAULT_STATUS = 503

const parameters = z.lazy(() =>
  z
    .strictObject({
      ...httpMatchShape,
      status: statusSchema.optional().describe(`Status to answer with. Default: ${DEFAULT_STATUS}, without reset.`),
      reset: z.boolean().default(false).describe('Reset the connection in place of an answer. Default: false.'),
      to: toSchema.describe(
        "The target's calls to this other side: `{workload: db}`. Default: the requests that the target itself gets.",
      ),
      ports: httpPortsKey(),
    })
    .refine(({ status, reset }) => !(reset && status !== undefined), { error: 'Say status or reset, not both.' })
    .transform(({ status, reset, ...given }) => ({
      ...given,
      reset,
      status: reset ? undefined : (status ?? DEFAULT_STATUS),
    })),
)

/** Answers requests in the target's place, with an error or a reset. */
export const httpAbort = defineFault<z.infer<typeof parameters>>({
  type: 'http-abort',
  group: 'application',
  summary: 'Answers HTTP requests with an error status, or resets their connection, before they reach the service.',
  notes: {
    mechanism:
      'The links between services are proxies of the run; they answer the requests that match, or reset their connection, and the service never sees them.',
    proof: 'At least one request was hit: one of the traffic, or a probe that got the error and did not before.',
    ends: LINK_RULE_ENDS,
    example: '{type: http-abort, target: {workload: api}, path: /checkout*, share: 10%, status: 503}',
    kubernetes: {
      mechanism: `${REDIRECTED} The proxy answers the requests that match, or resets their connection.`,
      proof:
        'At least one request was hit: one of the traffic, or one of our own that got the error and did not before.',
      ends: REDIRECT_ENDS,
    },
  },
  platforms: ['process', 'kubernetes'],
  parameters,
  searchable: { share: 'ratio' },
  defaultMode: 'all',
  recipe: ({ to, status, ports, ...given }, facts) => {
    refuseKeys('http-abort', { ports })
    return requestRecipe(facts, to, { rule: 'http-abort', match: httpMatch(given), status, seed: facts.seed })
  },
  /** Effective where at least one request was hit, be it only a probe's: those need not match the path. */
  effect: ({ status }, before, under, facts) =>
    linkEffect(before, under, facts, (later, earlier) => {
      const { attempts, answered } = later.answers
      const probesHit =
        status === undefined
          ? answered < (earlier?.answers.answered ?? 0)
          : probesGot(status, later.answers, earlier?.answers)
      const probed =
        status === undefined
          ? `${attempts - answered} of ${counted(attempts, 'probe')} not answered`
          : spokenStatus(later.answers, status)
      return { effective: later.requestsHit > 0 || probesHit, seen: `${spokenRequests(later)}; ${probed}` }
    }),
  cluster: {
    ...ON_PACKETS,
    recipe: ({ to, ports, status, ...given }, facts) =>
      redirectHttp({ rule: 'abort', status }, httpMatch(given), { to, ports }, facts),
    effect: ({ status }, targets) =>
      clusterEffect(targets, 'http', ({ before, under }) => ({
        effective: (under.hit ?? 0) > 0 || ownGot(status === undefined ? 'reset' : String(status), under, before),
        seen: `${spokenHits(under)}; ${spokenOwn(under)}`,
      })),
  },
  describe: ({ status, to, ...given }) => `${status ?? 'reset'}${spokenMatch(given)}${spokenOther(to)}`,
})
